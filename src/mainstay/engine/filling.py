"""What a write sets besides what the call gives: defaults, what replacing leaves out, what every change touches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pydantic
import sqlalchemy as sa

from mainstay.actor import Actor
from mainstay.operation import Table
from mainstay.storage import Storage


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
        stored = storage.tables[table.name]
        kept = {column.name: column.server_default for column in stored.columns if column.name not in self.makers}
        self.by_database = {name for name, default in kept.items() if isinstance(default, sa.DefaultClause)}
        self.counted = {name for name in kept if stored.autoincrement_column is stored.c[name]}

    def defaults(self, actor: Actor) -> dict[str, Any]:
        """What stands in a new row where the call says nothing."""
        row = {column: make() for column, make in self.makers.items()}
        row.update((column, value(actor)) for column, value in self.actors.items())
        return row

    def blank(self, actor: Actor, columns: Iterable[str]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """What columns that a replacing call leaves out are set to, and those that the database sets."""
        row: dict[str, Any] = {}
        resets: list[str] = []
        for column in columns:
            if column in self.makers:
                row[column] = self.makers[column]()
            elif column in self.actors:
                row[column] = self.actors[column](actor)
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
