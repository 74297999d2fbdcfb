"""Create users.

Create Date: 2026-11-28 14:35
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=255, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=254, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column(
            "password_hash",
            sa.String(length=1000, collation="C").with_variant(sa.Text(), "sqlite"),
            nullable=True,
        ),
        sa.Column("roles", postgresql.JSONB().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
        sa.CheckConstraint("length(email) <= 254", name="ck_users_email"),
        sa.CheckConstraint("length(name) >= 1 AND length(name) <= 255", name="ck_users_name"),
        sa.CheckConstraint(
            "length(password_hash) >= 1 AND length(password_hash) <= 1000",
            name="ck_users_password_hash",
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "idx_users_email_name",
        "users",
        ["email"],
        postgresql_include=["name", "created_at"],
        if_not_exists=True,
    )
    op.create_index("ix_users_created_at_id", "users", ["created_at", "id"], if_not_exists=True)
    op.create_index("ix_users_email_id", "users", ["email", "id"], if_not_exists=True)
    op.create_table(
        "account_sessions",
        sa.Column("id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("generation", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("secret_hash", sa.String(length=64, collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_account_sessions"),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["users.id"],
            name="fk_account_sessions_account_id",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("secret_hash", name="uq_account_sessions_secret_hash"),
        sqlite_strict=True,
    )
    op.create_index("ix_account_sessions_account_id", "account_sessions", ["account_id"], if_not_exists=True)
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("prefix", sa.String(length=8, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column(
            "secret_hash",
            sa.String(length=64, collation="C").with_variant(sa.Text(), "sqlite"),
            nullable=False,
        ),
        sa.Column("scopes", postgresql.JSONB().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.ForeignKeyConstraint(["account_id"], ["users.id"], name="fk_api_keys_account_id", ondelete="CASCADE"),
        sa.UniqueConstraint("prefix", name="uq_api_keys_prefix"),
        sqlite_strict=True,
    )
    op.create_index("ix_api_keys_account_id", "api_keys", ["account_id"], if_not_exists=True)


def downgrade() -> None:
    op.drop_table("api_keys")
    op.drop_table("account_sessions")
    op.drop_table("users")
