"""Columns of a model as a resource needs to know them: `field(..)` and `reference(..)`."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec.structs import replace
from sqlalchemy import Column, ForeignKey, inspect
from sqlalchemy.orm import MappedColumn, mapped_column

from mainstay.declare.actor import ActorElement
from mainstay.kinds import ImpossibleKind, Kind, KindType, Text

OPTIONS = "mainstay"
"""The key of a column's `info` under which its options stand."""

OnDelete = Literal["cascade", "restrict", "set null"]
Meaning = Literal["version", "deleted", "updated"]


class Options(msgspec.Struct, frozen=True):
    """What Mainstay knows of a column beside what SQLAlchemy knows."""

    kind: Kind | None = None
    length: tuple[int, int] | None = None
    collation: str | None = None
    default: ActorElement | None = None
    meaning: Meaning | None = None
    approximate: str | None = None
    slug_of: str | None = None
    """The attribute of which the slug is made where a write gives none."""
    follow: bool = False
    """Whether the slug changes with what it is made of."""
    search: bool = False
    impossible: str | None = None
    """Why no kind has the type that was asked for."""

    def fit(self, kind: Kind) -> Kind:
        """The kind with the length and collation that the options state; ImpossibleKind where it can have none."""
        kind = self.kind or kind
        if (self.length is not None or self.collation is not None) and not isinstance(kind, Text):
            raise ImpossibleKind(f"a field of kind {kind.name} has no length and no collation")
        if isinstance(kind, Text) and self.length is not None:
            kind = replace(kind, min_length=self.length[0], max_length=self.length[1])
        if isinstance(kind, Text) and self.collation is not None:
            kind = replace(kind, collation=self.collation)
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
    slug_of: str | None = None,
    follow: bool = False,
    search: bool = False,
    primary_key: bool = False,
    unique: bool = False,
    index: bool = False,
    name: str | None = None,
) -> MappedColumn[Any]:
    """A column.

    `default` is a constant, a function, or `actor.id`.  `kind` says more than the annotation does, and is
    for bases that do not read Mainstay's annotations, as is `length` (least, most).  `collation` is
    PostgreSQL's, where code point order is not wanted.  `approximate` is the reason why a Numeric column
    on SQLite, a binary float there, is good enough.  `slug_of` names the field of which a slug is made that is
    not given, with a random end where it is taken; with `follow` it changes when that field does.  With
    `search` the words of a text are found by `q` in the lists of every resource that shows it, in the order
    of the model's fields.
    """
    options = Options(
        kind=kind,
        length=length,
        collation=collation,
        approximate=approximate,
        slug_of=slug_of,
        follow=follow,
        search=search,
    )
    types = () if kind is None else (KindType(options.fit(kind)),)
    more = {"primary_key": primary_key, "unique": unique or None, "index": index or None}
    return column_with(options, default, *types, name=name, **more)


def reference(
    target: type[Any] | str,
    *,
    on_delete: OnDelete = "restrict",
    default: Any = None,
    primary_key: bool = False,
    unique: bool = False,
    name: str | None = None,
) -> MappedColumn[Any]:
    """A column that holds the key of a row of `target`: a model, or `"table.column"` for one further down.

    `on_delete` says what becomes of this row when that one goes.
    """
    foreign_key = ForeignKey(key_of(target), ondelete=on_delete.upper())
    return column_with(Options(), default, foreign_key, name=name, primary_key=primary_key, unique=unique or None)


def key_of(target: type[Any] | str) -> Any:
    """The column that a reference to `target` refers to."""
    if isinstance(target, str):
        if "." not in target:
            raise TypeError(f'write the table and the column that {target!r} stands for, such as "users.id"')
        return target
    keys = inspect(target).local_table.primary_key.columns
    if len(keys) != 1:
        raise TypeError(
            f"{target!r} has a key of {len(keys)} columns; write the ForeignKeyConstraint in __table_args__"
        )
    return next(iter(keys))


def column_with(options: Options, default: Any, *arguments: Any, name: str | None, **more: Any) -> MappedColumn[Any]:
    """A mapped column with Mainstay's options; a default of the actor's is kept beside SQLAlchemy's own."""
    if isinstance(default, ActorElement):
        options = replace(options, default=default)
    elif default is not None:
        more["default"] = default
    places = (name, *arguments) if name else arguments
    return mapped_column(*places, info={OPTIONS: options}, **more)
