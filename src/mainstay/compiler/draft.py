"""What the passes work on: an application that is not finished."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Mapper

from mainstay.behaviour import Code, Minded
from mainstay.compiler.problem import Place, Problem, nearest, place_of
from mainstay.declare.action import Actions
from mainstay.declare.computed import ComputedField, DerivedField
from mainstay.declare.mount import Mount
from mainstay.declare.resource import Linked as LinkedRows, Listing, Owned as OwnedRows, Resource, attribute_name
from mainstay.declare.wire import Wire
from mainstay.kinds import Kind
from mainstay.operation import (
    Field,
    Filter,
    Include,
    Letter,
    Limit,
    Links,
    Operation,
    Owned,
    Sort,
    Transitions,
    Under,
)
from mainstay.policy.tree import Node
from mainstay.tables import Index, Reference, Relation, SearchIndex

WRITABLE = ("writable", "write_once")
"""The lists that name what can be written: fields, and rows that are written with the row."""


class DraftTable(msgspec.Struct):
    """A table that the application reaches."""

    table: sa.Table
    mapper: Mapper[Any] | None
    kinds: dict[str, Kind] = msgspec.field(default_factory=dict)
    impossible: dict[str, str] = msgspec.field(default_factory=dict)
    """By column, why it has no kind: a problem where it is exposed."""
    defaults: dict[str, str] = msgspec.field(default_factory=dict)
    """By column, what `operation.Column.default` says."""
    makers: dict[str, Callable[[], Any]] = msgspec.field(default_factory=dict)
    followers: set[str] = msgspec.field(default_factory=set)
    """Columns whose slug changes with what it is made of."""
    touchers: dict[str, Callable[[], Any]] = msgspec.field(default_factory=dict)
    """By column, what makes its value at every change of the row."""
    references: list[Reference] = msgspec.field(default_factory=list)
    relations: dict[str, Relation] = msgspec.field(default_factory=dict)
    indexes: list[Index] = msgspec.field(default_factory=list)
    search: SearchIndex | None = None
    needed_at: dict[str, Callable[[], Place]] = msgspec.field(default_factory=dict)
    """By index, where what needs it is written."""

    def place(self, column: str = "") -> Place:
        """Where the table's model, or a column of it, is written."""
        if self.mapper is None:
            return Place(f"<table {self.table.name}>", 0)
        keys = [key for key, known in self.mapper.columns.items() if known.name == column]
        return place_of(self.mapper.class_, keys[0] if keys else "")

    @property
    def key(self) -> tuple[str, ...]:
        """The names of the primary key's columns."""
        return tuple(column.name for column in self.table.primary_key.columns)


class DraftListing(msgspec.Struct, frozen=True):
    """A list of a resource beside its own."""

    declared: Listing
    policy: Node
    order: list[tuple[str, bool]]


class DraftResource(msgspec.Struct):
    """A resource on its way to becoming data."""

    declared: type[Resource[Any]]
    model: type[Any]
    mapper: Mapper[Any]
    table: sa.Table
    name: str
    operations: tuple[str, ...] = ()
    told_apart: str | None = None
    """What its things are called where another resource of the model has the model's name already."""
    fields: dict[str, Field] = msgspec.field(default_factory=dict)
    kinds: dict[str, Kind] = msgspec.field(default_factory=dict)
    """Those of computed fields."""
    makers: dict[str, Callable[..., Any]] = msgspec.field(default_factory=dict)
    """What makes derived fields of their columns, in the wire's form."""
    policies: dict[str, Node] = msgspec.field(default_factory=dict)
    filters: list[Filter] = msgspec.field(default_factory=list)
    sorts: list[Sort] = msgspec.field(default_factory=list)
    order: list[tuple[str, bool]] = msgspec.field(default_factory=list)
    listings: dict[str, DraftListing] = msgspec.field(default_factory=dict)
    conditions: dict[str, ComputedField] = msgspec.field(default_factory=dict)
    """By the name of a filter, the condition that it is declared as."""
    specified: set[str] = msgspec.field(default_factory=set)
    """Names of filters that were written as callers know them."""
    includes: list[Include] = msgspec.field(default_factory=list)
    lookup: tuple[str, ...] = ()
    under: Under | None = None
    search: tuple[str, ...] = ()
    version: str | None = None
    deleted: str | None = None
    transitions: list[Transitions] = msgspec.field(default_factory=list)
    owned: dict[str, Owned] = msgspec.field(default_factory=dict)
    links: dict[str, Links] = msgspec.field(default_factory=dict)
    acyclic: list[str] = msgspec.field(default_factory=list)

    def listed(self, attribute: str) -> Sequence[Any]:
        """What a list of the resource's names; nothing where it is none, which is told once, when it is found."""
        value = getattr(self.declared, attribute)
        return () if value is None or isinstance(value, str) or not isinstance(value, Sequence) else value

    def beside(self) -> dict[str, ComputedField | DerivedField]:
        """The fields that are kept in no column, as they are declared."""
        parts = reversed(self.declared.__mro__)
        every = {name: value for part in parts for name, value in vars(part).items()}
        return {name: value for name, value in every.items() if isinstance(value, ComputedField | DerivedField)}

    @property
    def title(self) -> str:
        """The model's name, as its author writes it."""
        return self.model.__name__

    @property
    def thing(self) -> str:
        """What one of its things is called."""
        return self.declared.title or self.told_apart or self.title

    def place(self, attribute: str = "", item: int | None = None) -> Place:
        """Where the resource, or a part of it, is written."""
        return place_of(self.declared, attribute, item)


class Draft(msgspec.Struct):
    """Everything that was declared, and what has been made of it so far."""

    declared: Sequence[type[Actions]]
    mounts: Sequence[Any]
    name: str
    version: str
    description: str
    prefix: str
    database: str
    declare_indexes: bool
    limits: tuple[Limit, ...]
    wire: Wire | None = None
    metadata: sa.MetaData | None = None
    """Tables that are the application's even where no resource reaches one of them."""
    letter: Letter = msgspec.field(default_factory=Letter)
    resources: list[DraftResource] = msgspec.field(default_factory=list)
    groups: list[type[Actions]] = msgspec.field(default_factory=list)
    """Actions that are about no rows of their own."""
    tables: dict[str, DraftTable] = msgspec.field(default_factory=dict)
    operations: list[Operation] = msgspec.field(default_factory=list)
    opaque: dict[str, sa.ColumnElement[bool]] = msgspec.field(default_factory=dict)
    mounted: list[tuple[Mount, Node]] = msgspec.field(default_factory=list)
    places: dict[tuple[str, str], Place] = msgspec.field(default_factory=dict)
    """By method and path, where a route of a router, or an action, is written."""
    code: dict[str, Code] = msgspec.field(default_factory=dict)
    """By the operation's name, the code behind it."""
    minded: dict[str, Minded] = msgspec.field(default_factory=dict)
    """By the operation's name, the code around a write."""
    problems: list[Problem] = msgspec.field(default_factory=list)
    is_unreadable: bool = False
    """Whether a mistake hides so much that nothing more can be found."""

    @property
    def case(self) -> str:
        """How callers write names: `snake` or `camel`."""
        return (self.wire.case if self.wire is not None else None) or "snake"

    def problem(self, place: Place, what: str, do: str) -> None:
        """Records a mistake; all of them are reported together."""
        self.problems.append(Problem(place, what, do))

    def resources_of(self, table: str) -> list[DraftResource]:
        """The resources that expose rows of `table`."""
        return [resource for resource in self.resources if resource.table.name == table]

    def column_of(self, resource: DraftResource, item: Any, attribute: str, position: int) -> sa.Column[Any] | None:
        """The column of the resource's own table that `item` of a list means; None, with a problem, where none."""
        columns: Any = resource.mapper.columns
        if isinstance(item, InstrumentedAttribute) and item.key in columns and is_of(resource.model, item):
            column: sa.Column[Any] = columns[item.key]
            return column
        where = f"{resource.declared.__name__}.{attribute}"
        what, do = f"which is not a field of {resource.title}", f"write {resource.title}.{nearest_or(item, columns)}"
        if isinstance(item, InstrumentedAttribute):
            named = f"{item.class_.__name__}.{item.key}"
            if item.key in resource.mapper.relationships and is_of(resource.model, item):
                what, do = "which is a relation", "name a column"
            elif item.key not in columns:
                do = f"{nearest(item.key, columns.keys())}; for a field over a relation write through(..)"
        elif isinstance(item, ComputedField | DerivedField):
            named = next((name for name, value in resource.beside().items() if value is item), "what is not its own")
            what, do = "which is kept in no column", f"name a column of {resource.title}"
        elif isinstance(item, str):
            named = repr(item)
            what = "a string, where a field belongs"
        else:
            named, do = (
                attribute_name(item),
                f"{do}; a list names fields such as {resource.title}.{next(iter(columns.keys()))}",
            )
        self.problem(resource.place(attribute, position), f"{where} names {named}, {what}", do)
        return None

    def field_of(self, resource: DraftResource, item: Any, attribute: str, position: int) -> str | None:
        """The name of the resource's field that `item` of a list means; None, with a problem, where none."""
        if isinstance(item, ComputedField | DerivedField):
            names = [name for name, value in resource.beside().items() if value is item]
            if names:
                return names[0]
        column = self.column_of(resource, item, attribute, position)
        return None if column is None else resource.mapper.get_property_by_column(column).key

    def columns_in(self, resource: DraftResource, attribute: str) -> Iterator[sa.Column[Any]]:
        """The columns that a list of the resource's names, without those that are mistakes."""
        for position, item in enumerate(resource.listed(attribute)):
            if isinstance(item, OwnedRows | LinkedRows) and attribute in WRITABLE:
                continue  # found by the pass of nested writes
            column = self.column_of(resource, item, attribute, position)
            if column is not None:
                yield column


def is_of(model: type[Any], attribute: Any) -> bool:
    """Whether an attribute is the model's own, or one that it inherits."""
    return isinstance(attribute.class_, type) and issubclass(model, attribute.class_)


def nearest_or(item: Any, columns: Mapping[str, Any]) -> str:
    """The name in `columns` nearest to what was written, or the first of them."""
    close = difflib.get_close_matches(item if isinstance(item, str) else attribute_name(item), columns.keys(), n=1)
    return close[0] if close else next(iter(columns.keys()))
