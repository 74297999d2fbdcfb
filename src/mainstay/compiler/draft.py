"""What the passes work on: an application that is not finished."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Mapper

from mainstay.compiler.problem import Place, Problem, nearest, place_of
from mainstay.declare.mount import Mount
from mainstay.declare.resource import Resource, attribute_name
from mainstay.kinds import Kind
from mainstay.operation import Field, Filter, Include, Index, Limit, Operation, Reference, Relation, Sort
from mainstay.policy.tree import Node


@dataclass(slots=True)
class DraftTable:
    """A table that the application reaches."""

    table: sa.Table
    mapper: Mapper[Any] | None
    kinds: dict[str, Kind] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    """By column, what `operation.Column.default` says."""
    makers: dict[str, Callable[[], Any]] = field(default_factory=dict)
    touchers: dict[str, Callable[[], Any]] = field(default_factory=dict)
    """By column, what makes its value at every change of the row."""
    references: list[Reference] = field(default_factory=list)
    relations: dict[str, Relation] = field(default_factory=dict)
    indexes: list[Index] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, ...]:
        """The names of the primary key's columns."""
        return tuple(column.name for column in self.table.primary_key.columns)


@dataclass(slots=True)
class DraftResource:
    """A resource on its way to becoming data."""

    declared: type[Resource[Any]]
    model: type[Any]
    mapper: Mapper[Any]
    table: sa.Table
    name: str
    operations: tuple[str, ...] = ()
    fields: dict[str, Field] = field(default_factory=dict)
    policies: dict[str, Node] = field(default_factory=dict)
    filters: list[Filter] = field(default_factory=list)
    sorts: list[Sort] = field(default_factory=list)
    order: list[tuple[str, bool]] = field(default_factory=list)
    includes: list[Include] = field(default_factory=list)
    lookup: tuple[str, ...] = ()
    version: str | None = None
    deleted: str | None = None

    @property
    def title(self) -> str:
        """What one of its things is called: the model's name."""
        return self.model.__name__

    def place(self, attribute: str = "", item: int | None = None) -> Place:
        """Where the resource, or a part of it, is written."""
        return place_of(self.declared, attribute, item)


@dataclass(slots=True)
class Draft:
    """Everything that was declared, and what has been made of it so far."""

    declared: Sequence[type[Resource[Any]]]
    mounts: Sequence[Any]
    name: str
    version: str
    description: str
    prefix: str
    database: str
    declare_indexes: bool
    limits: tuple[Limit, ...]
    resources: list[DraftResource] = field(default_factory=list)
    tables: dict[str, DraftTable] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)
    opaque: dict[str, sa.ColumnElement[bool]] = field(default_factory=dict)
    mounted: list[tuple[Mount, Node]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, place: Place, what: str, do: str) -> None:
        """Records a mistake; all of them are reported together."""
        self.problems.append(Problem(place, what, do))

    def resources_of(self, table: str) -> list[DraftResource]:
        """The resources that expose rows of `table`."""
        return [resource for resource in self.resources if resource.table.name == table]

    def column_of(self, resource: DraftResource, item: Any, attribute: str, position: int) -> sa.Column[Any] | None:
        """The column of the resource's own table that `item` of a list means; None, with a problem, where none."""
        key = item if isinstance(item, str) else attribute_name(item)
        columns: Mapping[str, Any] = resource.mapper.columns
        if isinstance(item, InstrumentedAttribute) and issubclass(resource.model, item.class_) and item.key in columns:
            column: sa.Column[Any] = columns[item.key]
            return column
        place = resource.place(attribute, position)
        where = f"{resource.declared.__name__}.{attribute}"
        if isinstance(item, InstrumentedAttribute) and item.class_ is not resource.model and item.key not in columns:
            self.problem(
                place,
                f"{where} names {item.class_.__name__}.{item.key}, which is not a field of {resource.title}",
                f"{nearest(item.key, columns.keys())}; for a field over a relation write through(..)",
            )
        elif isinstance(item, InstrumentedAttribute) and item.key in resource.mapper.relationships:
            self.problem(place, f"{where} names {resource.title}.{item.key}, which is a relation", "name a column")
        elif isinstance(item, InstrumentedAttribute):
            self.problem(
                place,
                f"{where} names {item.class_.__name__}.{item.key}, a field of another model",
                f"write {resource.title}.{item.key}",
            )
        else:
            self.problem(
                place,
                f"{where} names {key}, which is not a field of {resource.title}",
                f"{nearest(key, columns.keys())} (write {resource.title}.{nearest_or(key, columns)})",
            )
        return None

    def columns_in(self, resource: DraftResource, attribute: str) -> Iterator[sa.Column[Any]]:
        """The columns that a list of the resource's names, without those that are mistakes."""
        for position, item in enumerate(getattr(resource.declared, attribute) or ()):
            column = self.column_of(resource, item, attribute, position)
            if column is not None:
                yield column


def nearest_or(key: str, columns: Mapping[str, Any]) -> str:
    """The name in `columns` nearest to `key`, or the first of them."""
    hint = nearest(key, columns.keys())
    return hint.removeprefix("did you mean ").rstrip("?") if hint.startswith("did") else next(iter(columns))
