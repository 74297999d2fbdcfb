"""Profiles: a word about oneself, a picture, and who follows whom.

Create Date: 2026-11-28 14:19
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "follows",
        sa.Column("follower_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("follower_id", "author_id", name="pk_follows"),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_follows_author_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["follower_id"], ["users.id"], name="fk_follows_follower_id", ondelete="CASCADE"),
        sqlite_strict=True,
    )
    op.create_index("ix_follows_author_id_follower_id", "follows", ["author_id", "follower_id"], if_not_exists=True)
    with op.batch_alter_table("users") as batch:
        batch.add_column(
            sa.Column("bio", sa.String(length=2000, collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        )
        batch.add_column(
            sa.Column("image", sa.String(length=2000, collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        )
        batch.create_check_constraint("ck_users_bio", "length(bio) <= 2000")
        batch.create_check_constraint("ck_users_image", "length(image) <= 2000")


def downgrade() -> None:
    with op.batch_alter_table("users") as batch:
        batch.drop_constraint("ck_users_bio", type_="check")
        batch.drop_constraint("ck_users_image", type_="check")
        batch.drop_column("bio")
        batch.drop_column("image")
    op.drop_table("follows")
