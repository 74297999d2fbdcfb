"""Create users.

Create Date: 2026-11-28 14:19
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("username", sa.String(length=60, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=254, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("password", sa.String(length=1000, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
        sa.UniqueConstraint("username", name="uq_users_username"),
        sa.CheckConstraint("length(email) <= 254", name="ck_users_email"),
        sa.CheckConstraint("length(password) >= 1 AND length(password) <= 1000", name="ck_users_password"),
        sa.CheckConstraint("length(username) >= 1 AND length(username) <= 60", name="ck_users_username"),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("users")
