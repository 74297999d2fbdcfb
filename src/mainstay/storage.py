"""How an application's tables are kept: what SQLAlchemy needs to know beside the list of operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, MetaData, Table

from mainstay.behaviour import Code, Minded
from mainstay.kinds import Kind
from mainstay.operation import Resource

SEARCH = "mainstay search"
"""The key of a table's `info` under which the index of its words stands, an `operation.SearchIndex`."""


class Storage(msgspec.Struct, frozen=True):
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
    computed: Mapping[tuple[str, str], Kind] = msgspec.field(default_factory=dict)
    """The kinds of computed fields, by resource and field."""
    derived: Mapping[tuple[str, str], Callable[..., Any]] = msgspec.field(default_factory=dict)
    """What makes derived fields of their columns, in the wire's form, by resource and field."""
    code: Mapping[str, Code] = msgspec.field(default_factory=dict)
    """By the operation's name, the code behind it."""
    minded: Mapping[str, Minded] = msgspec.field(default_factory=dict)
    """By the operation's name, the code around a write."""

    def kind(self, table: str, column: str) -> Kind:
        """The kind of a column."""
        return self.kinds[table, column]

    def kind_in(self, resource: Resource, column: str) -> Kind:
        """The kind of a column of a resource's table, or of a computed field of the resource."""
        return self.computed.get((resource.name, column)) or self.kinds[resource.table, column]
