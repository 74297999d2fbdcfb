"""Customers and their accounts.

Create Date: 2026-11-28 14:20
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=100, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
        sa.CheckConstraint("length(name) >= 1 AND length(name) <= 100", name="ck_customers_name"),
        sqlite_strict=True,
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=34, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("owner_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("balance", sa.Numeric(precision=18, scale=2).with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.ForeignKeyConstraint(["owner_id"], ["customers.id"], name="fk_accounts_owner_id", ondelete="RESTRICT"),
        sa.UniqueConstraint("number", name="uq_accounts_number"),
        sa.CheckConstraint("length(number) >= 4 AND length(number) <= 34", name="ck_accounts_number"),
        sqlite_strict=True,
    )
    op.create_index("ix_accounts_id_owner_id", "accounts", ["id", "owner_id"], if_not_exists=True)
    op.create_index("ix_accounts_number_id", "accounts", ["number", "id"], if_not_exists=True)
    op.create_index("ix_accounts_owner_id_id", "accounts", ["owner_id", "id"], if_not_exists=True)


def downgrade() -> None:
    op.drop_table("accounts")
    op.drop_table("customers")
