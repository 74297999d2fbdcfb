"""Cells of the matrix: one persona asking one thing of one operation, as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from mainstay.kinds import Kind
from mainstay.named import named
from mainstay.operation import (
    RELEVANCE,
    Application,
    Field,
    Filter,
    Operation,
    Resource,
)
from mainstay.proofs.access.personas import Persona
from mainstay.proofs.access.worked_out import given_column
from mainstay.storage import Storage

Row = Mapping[str, Any]


BY_RELEVANCE = ((RELEVANCE, False),)
"""The sort of a search whose best rows come first."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a read asks for beside the operation."""

    filters: tuple[tuple[Filter, str, Any], ...] = ()
    """Filter, operator, and value in Python's form (a list for `in`)."""
    search: str = ""
    sort: tuple[tuple[str, bool], ...] = ()
    includes: tuple[str, ...] = ()
    """Paths: `comments.author` are two relations, one after the other."""
    fields: tuple[str, ...] = ()
    count: bool = False
    limit: int | None = None
    """A small page: the list is walked to its end and back again."""


@dataclass(frozen=True, slots=True)
class Line:
    """One object of a list of owned rows, by column, in Python's form."""

    given: Row
    key: Row = field(default_factory=dict)
    """What it is known by; empty where it must be new."""
    gone: bool = False
    lists: Mapping[str, Sequence[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cell:
    """One persona, one request, and the row it is about."""

    persona: Persona
    operation: Operation
    about: str
    """What the cell is there for, the same for cells that differ only in row or persona."""
    row: Row | None = field(default=None, hash=False)
    question: Question = field(default=Question(), hash=False)
    given: Row | None = field(default=None, hash=False)
    """What a write sets, by column, in Python's form."""
    lists: Mapping[str, Sequence[Any]] = field(default_factory=dict, hash=False)
    """Lists in the body by name: of owned rows as lines, of links as values."""
    smuggled: str | None = None
    """A field that the body has although it cannot be written."""
    smuggled_value: Any = None
    above: Row | None = field(default=None, hash=False)
    """The row in the path of an operation that stands under another one's."""


@dataclass(frozen=True, slots=True)
class Request:
    """A cell as HTTP sees it."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Any
    """JSON's own types; NO_BODY where there is none."""
    headers: tuple[tuple[str, str], ...]
    operation: str
    key: tuple[str, ...]

    def curl(self) -> str:
        """The request as a line for a terminal."""
        words = ["curl", "-X", self.method, f"'{self.path}{'?' + urlencode(self.query) if self.query else ''}'"]
        words += [f"-H '{name}: {value}'" for name, value in self.headers]
        if self.body is not NO_BODY:
            words += ["-d", "'" + msgspec.json.encode(self.body).decode().replace("'", "'\\''") + "'"]
        return " ".join(words)


def lists_keys(operation: Operation) -> bool:
    """Whether an action is about many rows, whose keys its body lists."""
    return operation.behaviour is not None and operation.behaviour.rows == "many"


NO_BODY: Any = type("NoBody", (), {"__repr__": lambda self: "NO_BODY"})()


def to_wire(kind: Kind, value: Any) -> Any:
    """A value in Python's form as JSON has it."""
    if value is None:
        return None
    encode = kind.encode()
    return msgspec.json.decode(msgspec.json.encode(value if encode is None else encode(value)))


def to_text(kind: Kind, value: Any) -> str:
    """A value in Python's form as it stands in a URL."""
    wire = to_wire(kind, value)
    if isinstance(wire, bool):
        return "true" if wire else "false"
    return str(wire["amount"]) if isinstance(wire, dict) and "amount" in wire else str(wire)


def called(operation: Operation) -> dict[str, str]:
    """By what it is, the name of each parameter of a query."""
    return {one.means or one.name: one.name for one in operation.parameters if one.place == "query"}


def written_fields(resource: Resource, operation: Operation) -> list[Field]:
    """The fields that an operation's body can set."""
    names = {part.name for part in operation.body.parts} if operation.body is not None else set()
    return [one for one in resource.fields if one.name in names]


class Requests:
    """Makes requests of cells."""

    def __init__(self, application: Application, storage: Storage) -> None:
        self.application = application
        self.storage = storage

    def request(self, cell: Cell) -> Request:
        """The cell as a request."""
        operation = cell.operation
        headers = []
        if cell.persona.actor.is_known:
            headers.append(("authorization", "Bearer " + cell.persona.name.replace(" ", "+")))
        resource = self.application.resource(operation.resource or "")
        if resource.must_match and operation.action in ("replace", "update", "delete"):
            headers.append(("if-match", "*"))
        return Request(
            operation.method,
            self.path(cell),
            self.query(cell),
            self.body(cell),
            tuple(headers),
            operation.name,
            self.key(cell),
        )

    def kind(self, cell: Cell, column: str) -> Kind:
        """The kind of a column of the cell's own table."""
        resource = self.application.resource(cell.operation.resource or "")
        return self.storage.kind(resource.table, column)

    def key(self, cell: Cell) -> tuple[str, ...]:
        """What stands in the path."""
        above: tuple[str, ...] = ()
        if cell.above is not None and cell.operation.under is not None:
            above = tuple(self.texts(cell.operation.under.resource, cell.above))
        if cell.row is None or lists_keys(cell.operation):
            return above
        return (*above, *[text for _, text in self.lookup(cell, cell.row)])

    def texts(self, name: str, row: Row) -> Iterator[str]:
        """The values of a row's lookup as they stand in a path."""
        resource = self.application.resource(name)
        for field_name in resource.lookup:
            column = resource.field(field_name).column
            yield to_text(self.storage.kind(resource.table, column), row[column])

    def lookup(self, cell: Cell, row: Row) -> Iterator[tuple[str, str]]:
        """The fields of a row's key, and their values as text."""
        resource = self.application.resource(cell.operation.resource or "")
        for name in resource.lookup:
            column = resource.field(name).column
            yield name, to_text(self.kind(cell, column), row[column])

    def path(self, cell: Cell) -> str:
        """The path with the row's key in it."""
        path = cell.operation.path
        names = [parameter.name for parameter in cell.operation.parameters if parameter.place == "path"]
        for name, text in zip(names, self.key(cell), strict=False):
            path = path.replace("{" + name + "}", quote(text, safe=""))
        return path

    def query(self, cell: Cell) -> tuple[tuple[str, str], ...]:
        """The parameters behind the path."""
        operation = cell.operation
        names = called(operation)
        asked: list[tuple[str, str]] = []
        for filter_, operator, value in cell.question.filters:
            name = filter_.name if operator == "eq" else f"{filter_.name}[{operator}]"
            asked.append((name, self.filter_text(cell, filter_, operator, value)))
        if cell.question.search:
            asked.append((names["q"], cell.question.search))
        if cell.question.sort:
            asked.append((names["sort"], ",".join(("-" if down else "") + name for name, down in cell.question.sort)))
        if cell.question.includes:
            asked.append((names["include"], ",".join(cell.question.includes)))
        if cell.question.fields:
            asked.append((names["fields"], ",".join(cell.question.fields)))
        if cell.question.count and "count" in names:
            asked.append((names["count"], "exact"))
        if operation.action == "list" and "limit" in names:
            most = self.application.resource(operation.resource or "").paging.maximum
            asked.append((names["limit"], str(min(cell.question.limit or most, most))))
        return tuple(asked)

    def filter_text(self, cell: Cell, filter_: Filter, operator: str, value: Any) -> str:
        """The value of a filter as text."""
        if operator == "is_null":
            return "true" if value else "false"
        if filter_.where is not None:
            resource = self.application.resource(cell.operation.resource or "")
            return to_text(self.storage.kind(*given_column(resource, filter_.where)), value)
        resource = self.application.resource(cell.operation.resource or "")
        table = self.application.table(resource.table)
        for relation in filter_.relations:
            table = self.application.table(table.relation(relation).target)
        if filter_.relations:
            kind = self.storage.kind(table.name, filter_.column)
        else:
            kind = self.storage.kind_in(resource, filter_.column)
        if operator == "in":
            return ",".join(to_text(kind, item).replace(",", "\\,") for item in value)
        return to_text(kind, value)

    def body(self, cell: Cell) -> Any:
        """The body."""
        if cell.row is not None and lists_keys(cell.operation) and cell.operation.behaviour is not None:
            key: dict[str, Any] = {}
            resource = self.application.resource(cell.operation.resource or "")
            for name in resource.lookup:
                column = resource.field(name).column
                key[name] = to_wire(self.kind(cell, column), cell.row[column])
            return {cell.operation.behaviour.argument: [key if len(key) > 1 else next(iter(key.values()))]}
        if cell.given is None:
            return NO_BODY
        resource = self.application.resource(cell.operation.resource or "")
        names = {field.column: field.name for field in resource.fields}
        body = {names[column]: to_wire(self.kind(cell, column), value) for column, value in cell.given.items()}
        body |= self.lists(resource, cell.lists)
        if cell.smuggled is not None:
            body[cell.smuggled] = cell.smuggled_value
        return body

    def lists(self, resource: Resource, lists: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
        """Lists in a body, or in an object of one."""
        return {name: [self.listed(resource, name, item) for item in items] for name, items in lists.items()}

    def listed(self, resource: Resource, name: str, item: Any) -> Any:
        """An item of a list."""
        if not isinstance(item, Line):
            links = named(resource.links, name)
            target = self.application.resource(links.resource)
            return to_wire(self.storage.kind(target.table, target.field(links.field).column), item)
        child = self.application.resource(named(resource.owned, name).resource)
        names = {one.column: one.name for one in child.fields}
        values = {**item.key, **item.given}
        body = {names[own]: to_wire(self.storage.kind(child.table, own), value) for own, value in values.items()}
        return body | self.lists(child, item.lists) | ({"_delete": True} if item.gone else {})
