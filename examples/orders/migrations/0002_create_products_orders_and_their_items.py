"""Create products, orders and their items.

Create Date: 2026-11-28 14:35
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "products",
        sa.Column("sku", sa.String(length=40, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=255, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("price", sa.Numeric(precision=10, scale=2).with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("sku", name="pk_products"),
        sa.CheckConstraint("length(name) >= 1 AND length(name) <= 255", name="ck_products_name"),
        sa.CheckConstraint("price >= 0", name="ck_products_price"),
        sa.CheckConstraint("length(sku) >= 1 AND length(sku) <= 40", name="ck_products_sku"),
        sqlite_strict=True,
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column(
            "total_amount",
            sa.Numeric(precision=10, scale=2).with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("status", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_orders_user_id", ondelete="CASCADE"),
        sa.CheckConstraint(
            "status IN ('pending', 'paid', 'shipped', 'delivered', 'cancelled')",
            name="ck_orders_status",
        ),
        sa.CheckConstraint("total_amount >= 0", name="ck_orders_total_amount"),
        sqlite_strict=True,
    )
    op.create_index("idx_orders_created_at", "orders", [sa.text("created_at DESC")], if_not_exists=True)
    op.create_index(
        "idx_orders_pending",
        "orders",
        ["created_at"],
        postgresql_where=sa.text("status = 'pending'"),
        sqlite_where=sa.text("status = 'pending'"),
        if_not_exists=True,
    )
    op.create_index(
        "idx_orders_status",
        "orders",
        ["status"],
        postgresql_where=sa.text("status = 'pending'"),
        sqlite_where=sa.text("status = 'pending'"),
        if_not_exists=True,
    )
    op.create_index("idx_orders_user_created", "orders", ["user_id", sa.text("created_at DESC")], if_not_exists=True)
    op.create_index("idx_orders_user_id", "orders", ["user_id"], if_not_exists=True)
    op.create_index(
        "ix_orders_created_at_desc_id_desc",
        "orders",
        [sa.text("created_at DESC"), sa.text("id DESC")],
        if_not_exists=True,
    )
    op.create_index("ix_orders_id_user_id", "orders", ["id", "user_id"], if_not_exists=True)
    op.create_index(
        "ix_orders_status_created_at_desc_id_desc",
        "orders",
        ["status", sa.text("created_at DESC"), sa.text("id DESC")],
        if_not_exists=True,
    )
    op.create_index(
        "ix_orders_user_id_created_at_desc_id_desc",
        "orders",
        ["user_id", sa.text("created_at DESC"), sa.text("id DESC")],
        if_not_exists=True,
    )
    op.create_table(
        "order_items",
        sa.Column("id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_order_items"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_order_items_order_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.sku"],
            name="fk_order_items_product_id",
            ondelete="RESTRICT",
        ),
        sa.UniqueConstraint("order_id", "product_id", name="uq_order_items_order_id_product_id"),
        sa.CheckConstraint("quantity >= 1 AND quantity <= 1000", name="ck_order_items_quantity"),
        sqlite_strict=True,
    )
    op.create_index("ix_order_items_order_id_id", "order_items", ["order_id", "id"], if_not_exists=True)
    op.create_index("ix_order_items_product_id", "order_items", ["product_id"], if_not_exists=True)


def downgrade() -> None:
    op.drop_table("order_items")
    op.drop_table("orders")
    op.drop_table("products")
