"""Comments and favorites.

Create Date: 2026-11-28 14:19
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "favorites",
        sa.Column("user_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "article_id", name="pk_favorites"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_favorites_article_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_favorites_user_id", ondelete="CASCADE"),
        sqlite_strict=True,
    )
    op.create_index("ix_favorites_article_id_user_id", "favorites", ["article_id", "user_id"], if_not_exists=True)
    op.create_table(
        "comments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body", sa.String(length=10000, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_comments_article_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_comments_author_id", ondelete="CASCADE"),
        sa.CheckConstraint("length(body) >= 1 AND length(body) <= 10000", name="ck_comments_body"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_comments_article_id_id", "comments", ["article_id", "id"], if_not_exists=True)
    op.create_index("ix_comments_author_id", "comments", ["author_id"], if_not_exists=True)


def downgrade() -> None:
    op.drop_table("comments")
    op.drop_table("favorites")
