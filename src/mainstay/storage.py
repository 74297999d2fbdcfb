"""How an application's tables are kept: what SQLAlchemy needs to know beside the list of operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, MetaData, Table

from mainstay.kinds import Kind


@dataclass(frozen=True, slots=True)
class Storage:
    """Tables, kinds and defaults by name: the part of an application that is not data."""

    metadata: MetaData
    tables: Mapping[str, Table]
    kinds: Mapping[tuple[str, str], Kind]
    """By table and column."""
    defaults: Mapping[tuple[str, str], Callable[[], Any]]
    """What makes the value of a column, in Python's form, where a write says nothing."""
    on_update: Mapping[tuple[str, str], Callable[[], Any]]
    """What makes the value of a column at every change of its row."""
    opaque: Mapping[str, ColumnElement[bool]]
    """Expressions of policies outside the closed set, by their SQL."""

    def kind(self, table: str, column: str) -> Kind:
        """The kind of a column."""
        return self.kinds[table, column]
