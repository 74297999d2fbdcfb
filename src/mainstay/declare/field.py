"""Columns of a model as a resource needs to know them: `field(..)` and `reference(..)`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Column, ForeignKey, inspect
from sqlalchemy.orm import MappedColumn, mapped_column

from mainstay.declare.actor import ActorElement
from mainstay.kinds import Kind

OPTIONS = "mainstay"
"""The key of a column's `info` under which its options stand."""

OnDelete = Literal["cascade", "restrict", "set null"]
Meaning = Literal["version", "deleted", "updated"]


@dataclass(frozen=True, slots=True)
class Options:
    """What Mainstay knows of a column beside what SQLAlchemy knows."""

    kind: Kind | None = None
    length: tuple[int, int] | None = None
    collation: str | None = None
    default: ActorElement | None = None
    meaning: Meaning | None = None
    approximate: str | None = None

    def fit(self, kind: Kind) -> Kind:
        """The kind with the length and collation that the options state."""
        kind = self.kind or kind
        if self.length is not None:
            kind = replace(kind, min_length=self.length[0], max_length=self.length[1])  # type: ignore[call-arg]
        if self.collation is not None:
            kind = replace(kind, collation=self.collation)  # type: ignore[call-arg]
        return kind


def options_of(column: Column[Any]) -> Options:
    """The options of a column; the plain ones where it was declared without Mainstay."""
    options = column.info.get(OPTIONS)
    return options if isinstance(options, Options) else Options()


def field(
    *,
    default: Any = None,
    kind: Kind | None = None,
    length: tuple[int, int] | None = None,
    collation: str | None = None,
    approximate: str | None = None,
    primary_key: bool = False,
    unique: bool = False,
    index: bool = False,
    name: str | None = None,
) -> MappedColumn[Any]:
    """A column.

    `default` is a constant, a function, or `actor.id`.  `kind` is for bases that do not read Mainstay's
    annotations, as is `length` (least, most).  `collation` is PostgreSQL's, where code point order is
    not wanted.  `approximate` is the reason why a Numeric column on SQLite, a binary float there, is
    good enough.
    """
    options = Options(kind=kind, length=length, collation=collation, approximate=approximate)
    return column_with(options, default, name=name, primary_key=primary_key, unique=unique or None, index=index or None)


def reference(
    target: type[Any] | str | Callable[[], type[Any]],
    *,
    on_delete: OnDelete = "restrict",
    default: Any = None,
    primary_key: bool = False,
    unique: bool = False,
    name: str | None = None,
) -> MappedColumn[Any]:
    """A column that holds the key of a row of `target`, a model or `"table.column"`.

    `on_delete` says what becomes of this row when that one goes.
    """
    foreign_key = ForeignKey(key_of(target), ondelete=on_delete.upper())
    return column_with(Options(), default, foreign_key, name=name, primary_key=primary_key, unique=unique or None)


def key_of(target: type[Any] | str | Callable[[], type[Any]]) -> Any:
    """The column that a reference to `target` refers to."""
    if isinstance(target, str):
        return target
    keys = inspect(target).local_table.primary_key.columns
    if len(keys) != 1:
        raise TypeError(f"{target!r} has a key of {len(keys)} columns; write the ForeignKeyConstraint in __table_args__")
    return next(iter(keys))


def column_with(options: Options, default: Any, *arguments: Any, name: str | None, **more: Any) -> MappedColumn[Any]:
    """A mapped column with Mainstay's options; a default of the actor's is kept beside SQLAlchemy's own."""
    if isinstance(default, ActorElement):
        options = replace(options, default=default)
    elif default is not None:
        more["default"] = default
    places = (name, *arguments) if name else arguments
    return mapped_column(*places, info={OPTIONS: options}, **more)
