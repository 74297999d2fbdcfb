"""The tables as SQLAlchemy's ORM has them, its sessions, and the query of a list.

Better than most are: a pool as large as Mainstay's and without overflow (which it would open and close all the time),
on SQLite the write-ahead log and the same page cache.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, ForeignKey, Index, String, Table, event, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship, selectinload

GIVEN = os.environ["DATABASE_URL"]
URL = GIVEN.replace("postgresql:", "postgresql+asyncpg:").replace("sqlite:", "sqlite+aiosqlite:")
POSTGRESQL = GIVEN.startswith("postgresql")


class Base(DeclarativeBase):
    """Tables with the types that SQLAlchemy chooses."""


class Author(Base):
    """Somebody who writes recipes."""

    __tablename__ = "authors"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))


recipe_tags = Table(
    "recipe_tags",
    Base.metadata,
    Column("recipe_id", ForeignKey("recipes.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
)


class Tag(Base):
    """A word on recipes."""

    __tablename__ = "tags"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)


class Comment(Base):
    """What somebody says of a recipe."""

    __tablename__ = "comments"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(500))
    recipe_id: Mapped[UUID] = mapped_column(ForeignKey("recipes.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("authors.id"))
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


class Recipe(Base):
    """A dish."""

    __tablename__ = "recipes"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(String(20_000))
    published: Mapped[bool]
    servings: Mapped[int]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("authors.id"))
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))

    author: Mapped[Author] = relationship()
    comments: Mapped[list[Comment]] = relationship(order_by=[Comment.created_at, Comment.id])
    tags: Mapped[list[Tag]] = relationship(secondary=recipe_tags, order_by=[Tag.name, Tag.id])


Index("ix_comments_recipe", Comment.recipe_id, Comment.created_at, Comment.id)
Index("ix_recipes_author", Recipe.author_id, Recipe.created_at.desc(), Recipe.id.desc())
Index("ix_recipes_published", Recipe.published, Recipe.created_at.desc(), Recipe.id.desc())
Index("ix_recipes_created", Recipe.created_at.desc(), Recipe.id.desc())


engine = create_async_engine(URL, pool_size=30, max_overflow=0)
sessions = async_sessionmaker(engine, expire_on_commit=False)

if not POSTGRESQL:

    @event.listens_for(engine.sync_engine, "connect")
    def tune(connection: Any, _: Any) -> None:
        """The same page cache as everybody else, and references that are kept."""
        connection.execute("PRAGMA cache_size = -65536")
        connection.execute("PRAGMA foreign_keys = ON")


async def page(session: AsyncSession, asked: Any, *conditions: Any) -> tuple[Sequence[Recipe], str | None]:
    """A page of recipes that meet the conditions, and where the list goes on."""
    statement = select(Recipe).where(*conditions)
    if asked.author_id is not None:
        statement = statement.where(Recipe.author_id == asked.author_id)
    if asked.published is not None:
        statement = statement.where(Recipe.published == asked.published)
    if asked.sort == "-created_at":
        statement = statement.order_by(Recipe.created_at.desc(), Recipe.id.desc())
    else:
        statement = statement.order_by(Recipe.created_at, Recipe.id)
    if asked.include == "author":
        statement = statement.options(joinedload(Recipe.author))
    elif asked.include:
        statement = statement.options(selectinload(Recipe.comments), selectinload(Recipe.tags))
    rows = (await session.scalars(statement.limit(asked.limit + 1))).all()
    following = None
    if len(rows) > asked.limit:
        rows = rows[: asked.limit]
        following = f"{rows[-1].created_at.isoformat()},{rows[-1].id}"
    return rows, following


def new_id() -> UUID:
    """A UUID of version 7."""
    return UUID(int=time.time_ns() // 1_000_000 << 80 | 7 << 76 | 2 << 62 | int.from_bytes(os.urandom(7)))
