"""Articles and their tags.

Create Date: 2026-11-28 14:19
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "tags",
        sa.Column("id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tags"),
        sa.UniqueConstraint("name", name="uq_tags_name"),
        sa.CheckConstraint("length(name) >= 1 AND length(name) <= 60", name="ck_tags_name"),
        sqlite_strict=True,
    )
    op.create_table(
        "articles",
        sa.Column("id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=120, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=200, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("body", sa.String(length=100000, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_articles_author_id", ondelete="CASCADE"),
        sa.UniqueConstraint("slug", name="uq_articles_slug"),
        sa.CheckConstraint("length(body) >= 1 AND length(body) <= 100000", name="ck_articles_body"),
        sa.CheckConstraint("length(slug) >= 1 AND length(slug) <= 120", name="ck_articles_slug"),
        sa.CheckConstraint("length(title) >= 1 AND length(title) <= 200", name="ck_articles_title"),
        sqlite_strict=True,
    )
    op.create_index("ix_articles_author_id", "articles", ["author_id"], if_not_exists=True)
    op.create_index(
        "ix_articles_created_at_desc_id_desc",
        "articles",
        [sa.text("created_at DESC"), sa.text("id DESC")],
        if_not_exists=True,
    )
    op.create_table(
        "article_tags",
        sa.Column("article_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("tag_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "tag_id", name="pk_article_tags"),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles.id"],
            name="fk_article_tags_article_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name="fk_article_tags_tag_id", ondelete="RESTRICT"),
        sqlite_strict=True,
    )
    op.create_index("ix_article_tags_tag_id", "article_tags", ["tag_id"], if_not_exists=True)


def downgrade() -> None:
    op.drop_table("article_tags")
    op.drop_table("articles")
    op.drop_table("tags")
