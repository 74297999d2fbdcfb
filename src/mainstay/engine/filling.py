"""What a write sets besides what the call gives: defaults, what replacing leaves out, what every change touches."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any

import msgspec
import pydantic
import sqlalchemy as sa

from mainstay.actor import Actor
from mainstay.kinds import Slug
from mainstay.storage import Storage
from mainstay.tables import Table


class SlugOf(msgspec.Struct, frozen=True):
    """A slug that is made of another column: which one, and how."""

    source: str
    make: Callable[[Any, bool], str]


class Filling:
    """The values that one table's columns get by themselves; made once, from data."""

    def __init__(self, storage: Storage, table: Table, version: str | None) -> None:
        self.version = version
        self.makers = {column: make for (owner, column), make in storage.defaults.items() if owner == table.name}
        self.touchers = {column: make for (owner, column), make in storage.on_update.items() if owner == table.name}
        self.actors: dict[str, Callable[[Actor], Any]] = {}
        for column in table.columns:
            if column.default is not None and column.default.startswith("actor.") and column.name not in self.makers:
                claim = column.default.removeprefix("actor.")
                self.actors[column.name] = claimed(storage.kind(table.name, column.name), claim)
        self.slugs = {
            column.name: slug_of(storage, table.name, column.name, column.default.removeprefix("slug."))
            for column in table.columns
            if column.default is not None and column.default.startswith("slug.")
        }
        self.following = [column.name for column in table.columns if column.follows]
        stored = storage.tables[table.name]
        kept = {column.name: column.server_default for column in stored.columns if column.name not in self.makers}
        self.by_database = {name for name, default in kept.items() if isinstance(default, sa.DefaultClause)}
        self.counted = {name for name in kept if stored.autoincrement_column is stored.c[name]}

    def defaults(self, actor: Actor, given: Container[str] = ()) -> dict[str, Any]:
        """What stands in a new row in the columns that are not given."""
        row = {column: make() for column, make in self.makers.items() if column not in given}
        if self.actors:
            row.update((column, value(actor)) for column, value in self.actors.items())
        return row

    def slugged(self, row: Mapping[str, Any], columns: Iterable[str], attempt: int) -> dict[str, Any]:
        """The slugs of a row that are made of other columns of it; from the second attempt on with a random end."""
        return {
            column: self.slugs[column].make(row.get(self.slugs[column].source), attempt > 0)
            for column in columns
            if column not in row
        }

    def blank(self, actor: Actor, columns: Iterable[str]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """What columns that a replacing call leaves out are set to, and those that the database sets."""
        row: dict[str, Any] = {}
        resets: list[str] = []
        for column in columns:
            if column in self.makers:
                row[column] = self.makers[column]()
            elif column in self.actors:
                row[column] = self.actors[column](actor)
            elif column in self.slugs:
                continue
            elif column in self.by_database:
                resets.append(column)
            elif column not in self.counted:
                row[column] = None
        return row, tuple(resets)

    def touched(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What every change of a row sets; the version is known when the row is found."""
        row = {column: make() for column, make in self.touchers.items() if column not in given}
        if self.version is not None:
            row[self.version] = None
        return row


def slug_of(storage: Storage, table: str, column: str, source: str) -> SlugOf:
    """How the slug in a column is made of the text in another."""
    kind = storage.kind(table, column)
    assert isinstance(kind, Slug)
    return SlugOf(source, lambda text, suffix: kind.of(text, suffix=suffix))


def claimed(kind: Any, claim: str) -> Callable[[Actor], Any]:
    """The function from an actor to the default that a claim of theirs makes; null where it is no value of the kind."""
    check = pydantic.TypeAdapter[Any](kind.annotation()).validate_python

    def value(actor: Actor) -> Any:
        found = actor.value(claim)
        if found is None:
            return None
        try:
            return check(str(found) if kind.python is str else found)
        except (ValueError, ArithmeticError):
            return None

    return value
