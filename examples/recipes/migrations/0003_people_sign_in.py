"""People sign in.

Create Date: 2026-11-28 14:29
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
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
            ["people.id"],
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
        sa.ForeignKeyConstraint(["account_id"], ["people.id"], name="fk_api_keys_account_id", ondelete="CASCADE"),
        sa.UniqueConstraint("prefix", name="uq_api_keys_prefix"),
        sqlite_strict=True,
    )
    op.create_index("ix_api_keys_account_id", "api_keys", ["account_id"], if_not_exists=True)
    with op.batch_alter_table("people") as batch:
        batch.add_column(
            sa.Column(
                "password_hash",
                sa.String(length=1000, collation="C").with_variant(sa.Text(), "sqlite"),
                nullable=True,
            ),
        )
        batch.add_column(sa.Column("roles", postgresql.JSONB().with_variant(sa.Text(), "sqlite"), nullable=True))
        batch.add_column(
            sa.Column("disabled_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=True),
        )
    op.execute("UPDATE people SET roles = '[]' WHERE roles IS NULL")
    op.execute("UPDATE people SET email = lower(email) WHERE email <> lower(email)")
    with op.batch_alter_table("people") as batch:
        batch.alter_column("roles", nullable=False)
        batch.create_check_constraint(
            "ck_people_password_hash",
            "length(password_hash) >= 1 AND length(password_hash) <= 1000",
        )


def downgrade() -> None:
    with op.batch_alter_table("people") as batch:
        batch.drop_constraint("ck_people_password_hash", type_="check")
        batch.drop_column("password_hash")
        batch.drop_column("roles")
        batch.drop_column("disabled_at")
    op.drop_table("api_keys")
    op.drop_table("account_sessions")
