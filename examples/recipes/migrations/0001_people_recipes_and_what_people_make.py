"""People, recipes, and what people make of them.

Create Date: 2026-11-21 11:33
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mainstay.migrate import by_database

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("handle", sa.String(length=60, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=254, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("about", sa.String(length=2000, collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("email", name="uq_people_email"),
        sa.UniqueConstraint("handle", name="uq_people_handle"),
        sa.CheckConstraint("length(about) >= 1 AND length(about) <= 2000", name="ck_people_about"),
        sa.CheckConstraint("length(email) <= 254", name="ck_people_email"),
        sa.CheckConstraint("length(handle) >= 1 AND length(handle) <= 60", name="ck_people_handle"),
        sa.CheckConstraint("length(name) >= 1 AND length(name) <= 80", name="ck_people_name"),
        sqlite_strict=True,
    )
    op.create_index("ix_people_created_at_id", "people", ["created_at", "id"], if_not_exists=True)
    op.create_index("ix_people_handle_id", "people", ["handle", "id"], if_not_exists=True)
    op.create_index("ix_people_name_handle_id", "people", ["name", "handle", "id"], if_not_exists=True)
    op.create_index("ix_people_name_id", "people", ["name", "id"], if_not_exists=True)
    op.create_table(
        "tags",
        sa.Column("id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tags"),
        sa.UniqueConstraint("name", name="uq_tags_name"),
        sa.CheckConstraint("length(name) >= 1 AND length(name) <= 40", name="ck_tags_name"),
        sqlite_strict=True,
    )
    op.create_index("ix_tags_name_id", "tags", ["name", "id"], if_not_exists=True)
    op.create_table(
        "recipes",
        sa.Column("id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=120, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=120, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column(
            "description",
            sa.String(length=2000, collation="C").with_variant(sa.Text(), "sqlite"),
            nullable=False,
        ),
        sa.Column("ingredients", postgresql.JSONB().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("directions", postgresql.JSONB().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("servings", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("written_on", sa.Date().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("published", sa.Boolean().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("featured", sa.Boolean().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("notes", sa.String(length=5000, collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("author_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recipes"),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name="fk_recipes_author_id", ondelete="CASCADE"),
        sa.UniqueConstraint("slug", name="uq_recipes_slug"),
        sa.CheckConstraint("length(description) <= 2000", name="ck_recipes_description"),
        sa.CheckConstraint("featured IN (true, false)", name="ck_recipes_featured"),
        sa.CheckConstraint("minutes >= 0", name="ck_recipes_minutes"),
        sa.CheckConstraint("length(notes) >= 1 AND length(notes) <= 5000", name="ck_recipes_notes"),
        sa.CheckConstraint("published IN (true, false)", name="ck_recipes_published"),
        sa.CheckConstraint("servings >= 1 AND servings <= 1000", name="ck_recipes_servings"),
        sa.CheckConstraint("length(slug) >= 1 AND length(slug) <= 120", name="ck_recipes_slug"),
        sa.CheckConstraint("length(title) >= 1 AND length(title) <= 120", name="ck_recipes_title"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_recipes_author_id_written_on_desc_id_desc",
        "recipes",
        ["author_id", sa.text("written_on DESC"), sa.text("id DESC")],
        if_not_exists=True,
    )
    op.create_index("ix_recipes_created_at_id", "recipes", ["created_at", "id"], if_not_exists=True)
    op.create_index(
        "ix_recipes_featured_written_on_desc_id_desc",
        "recipes",
        ["featured", sa.text("written_on DESC"), sa.text("id DESC")],
        if_not_exists=True,
    )
    op.create_index("ix_recipes_id_author_id", "recipes", ["id", "author_id"], if_not_exists=True)
    op.create_index(
        "ix_recipes_minutes_id",
        "recipes",
        [by_database(postgresql="minutes ASC NULLS FIRST", sqlite="minutes"), "id"],
        if_not_exists=True,
    )
    op.create_index(
        "ix_recipes_minutes_written_on_desc_id_desc",
        "recipes",
        [
            by_database(postgresql="minutes ASC NULLS FIRST", sqlite="minutes"),
            sa.text("written_on DESC"),
            sa.text("id DESC"),
        ],
        if_not_exists=True,
    )
    op.create_index(
        "ix_recipes_published_written_on_desc_id_desc",
        "recipes",
        ["published", sa.text("written_on DESC"), sa.text("id DESC")],
        if_not_exists=True,
    )
    op.create_index(
        "ix_recipes_servings_id",
        "recipes",
        [by_database(postgresql="servings ASC NULLS FIRST", sqlite="servings"), "id"],
        if_not_exists=True,
    )
    op.create_index(
        "ix_recipes_servings_written_on_desc_id_desc",
        "recipes",
        [
            by_database(postgresql="servings ASC NULLS FIRST", sqlite="servings"),
            sa.text("written_on DESC"),
            sa.text("id DESC"),
        ],
        if_not_exists=True,
    )
    op.create_index("ix_recipes_title_id", "recipes", ["title", "id"], if_not_exists=True)
    op.create_index(
        "ix_recipes_title_written_on_desc_id_desc",
        "recipes",
        ["title", sa.text("written_on DESC"), sa.text("id DESC")],
        if_not_exists=True,
    )
    op.create_index(
        "ix_recipes_written_on_desc_id_desc",
        "recipes",
        [sa.text("written_on DESC"), sa.text("id DESC")],
        if_not_exists=True,
    )
    op.create_table(
        "recipe_tags",
        sa.Column("recipe_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("tag_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("recipe_id", "tag_id", name="pk_recipe_tags"),
        sa.ForeignKeyConstraint(["recipe_id"], ["recipes.id"], name="fk_recipe_tags_recipe_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name="fk_recipe_tags_tag_id", ondelete="CASCADE"),
        sqlite_strict=True,
    )
    op.create_index("ix_recipe_tags_tag_id", "recipe_tags", ["tag_id"], if_not_exists=True)
    op.create_table(
        "comments",
        sa.Column("id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("recipe_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("body", sa.String(length=2000, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name="fk_comments_author_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["recipe_id"], ["recipes.id"], name="fk_comments_recipe_id", ondelete="CASCADE"),
        sa.CheckConstraint("length(body) >= 1 AND length(body) <= 2000", name="ck_comments_body"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_comments_author_id_created_at_desc_id_desc",
        "comments",
        ["author_id", sa.text("created_at DESC"), sa.text("id DESC")],
        if_not_exists=True,
    )
    op.create_index(
        "ix_comments_created_at_desc_id_desc",
        "comments",
        [sa.text("created_at DESC"), sa.text("id DESC")],
        if_not_exists=True,
    )
    op.create_index(
        "ix_comments_recipe_id_created_at_desc_id_desc",
        "comments",
        ["recipe_id", sa.text("created_at DESC"), sa.text("id DESC")],
        if_not_exists=True,
    )
    op.create_table(
        "ratings",
        sa.Column("recipe_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("stars", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("recipe_id", "person_id", name="pk_ratings"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_ratings_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["recipe_id"], ["recipes.id"], name="fk_ratings_recipe_id", ondelete="CASCADE"),
        sa.CheckConstraint("stars >= 1 AND stars <= 5", name="ck_ratings_stars"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_ratings_created_at_recipe_id_person_id",
        "ratings",
        ["created_at", "recipe_id", "person_id"],
        if_not_exists=True,
    )
    op.create_index("ix_ratings_person_id_recipe_id", "ratings", ["person_id", "recipe_id"], if_not_exists=True)
    op.create_index(
        "ix_ratings_stars_recipe_id_person_id",
        "ratings",
        ["stars", "recipe_id", "person_id"],
        if_not_exists=True,
    )
    op.create_table(
        "likes",
        sa.Column("recipe_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("recipe_id", "person_id", name="pk_likes"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_likes_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["recipe_id"], ["recipes.id"], name="fk_likes_recipe_id", ondelete="CASCADE"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_likes_created_at_desc_recipe_id_desc_person_id_desc",
        "likes",
        [sa.text("created_at DESC"), sa.text("recipe_id DESC"), sa.text("person_id DESC")],
        if_not_exists=True,
    )
    op.create_index(
        "ix_likes_person_id_created_at_desc_recipe_id_desc",
        "likes",
        ["person_id", sa.text("created_at DESC"), sa.text("recipe_id DESC")],
        if_not_exists=True,
    )
    op.create_index(
        "ix_likes_recipe_id_created_at_desc_person_id_desc",
        "likes",
        ["recipe_id", sa.text("created_at DESC"), sa.text("person_id DESC")],
        if_not_exists=True,
    )


def downgrade() -> None:
    op.drop_table("likes")
    op.drop_table("ratings")
    op.drop_table("comments")
    op.drop_table("recipe_tags")
    op.drop_table("recipes")
    op.drop_table("tags")
    op.drop_table("people")
