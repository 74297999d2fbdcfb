"""What a kind of field is: one file in this folder for each."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import msgspec
from msgspec.structs import replace
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema
from sqlalchemy import Column, ColumnElement, Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from mainstay.wire import Form

Conversion = Callable[[Any], Any] | None
"""A function of one value, or None where the value stays as it is; None (SQL's null) is never given to it."""


class Inline(msgspec.Struct, frozen=True):
    """A conversion that is cheap and runs for every row: where that is, its expression is written out."""

    function: Callable[[Any], Any]
    text: str
    """The expression, of the value `{0}` and the function `{1}`."""

    def __call__(self, value: Any) -> Any:
        return self.function(value)


ORDERED = ("eq", "ne", "lt", "lte", "gt", "gte", "in", "is_null")
EQUAL = ("eq", "ne", "in", "is_null")
TEXTUAL = (*ORDERED, "starts_with", "contains")


class Abstract(msgspec.StructMeta, ABCMeta):
    """The class of a struct that leaves methods to those that inherit it."""


class Kind(msgspec.Struct, metaclass=Abstract, frozen=True):
    """A kind of field: its Python type, its column on each database, its form on the wire, its operators.

    Three forms of one value: *Python's* (what user code and the oracle see), *stored* (what the
    driver takes and gives) and *wire* (what msgspec writes, the same on every database).
    """

    name: ClassVar[str]
    """The word for this kind in the list of operations."""
    python: ClassVar[type]
    """The type of a value in Python."""
    operators: ClassVar[tuple[str, ...]] = ()
    """What a filter may ask of a field of this kind."""
    readable: ClassVar[bool] = True
    """Whether a value may ever be answered."""

    @abstractmethod
    def column(self, database: str) -> TypeEngine[Any]:
        """The column's type on `database` (`sqlite` in a STRICT table, `postgresql`)."""

    @abstractmethod
    def form(self) -> Form:
        """The form of a value on any wire."""

    @abstractmethod
    def annotation(self) -> Any:
        """The type that pydantic validates a value of a JSON body with."""

    @abstractmethod
    def parse(self, text: str) -> Any:
        """The value that `text` of a URL or a command line means; ValueError with a sentence where none."""

    @abstractmethod
    def samples(self) -> tuple[Any, ...]:
        """A few values, among them the smallest and largest, all different; at least two where there are two."""

    def sampled(self) -> Form:
        """The form, with the first sample."""
        form, samples, encode = self.form(), self.samples(), self.encode()
        if not samples:
            return form
        value = samples[0] if encode is None else encode(samples[0])
        return replace(form, sample=msgspec.json.encode(value).decode())

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Lets a pydantic model's `Annotated[str, Email()]` be validated as a field of the kind is."""
        return handler.generate_schema(self.annotation())

    def store(self, database: str) -> Conversion:
        """From Python's form to the stored one."""
        return None

    def load(self, database: str) -> Conversion:
        """From the stored form to Python's."""
        return None

    def wire(self, database: str) -> Conversion:
        """From the stored form to the wire's."""
        return self.load(database)

    def encode(self) -> Conversion:
        """From Python's form to the wire's, where msgspec does not do it by itself."""
        return None

    def check(self, column: Column[Any]) -> ColumnElement[bool] | None:
        """What a CHECK constraint holds the column to."""
        return None


class KindType(TypeDecorator[Any]):
    """The SQLAlchemy type of a column of some kind."""

    impl: Any = TypeEngine
    cache_ok = True

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.impl = kind.column("")

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(self.kind.column(dialect.name))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        conversion = self.kind.store(dialect.name)
        return value if value is None or conversion is None else conversion(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        conversion = self.kind.load(dialect.name)
        return value if value is None or conversion is None else conversion(value)

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        return self

    def __repr__(self) -> str:
        return f"KindType({self.kind!r})"
