"""Where each answered value stands in a row, and the function that makes an answer of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal as Exact
from functools import partial
from operator import itemgetter
from typing import Any

import msgspec
import sqlalchemy as sa

from mainstay.kinds import Kind, KindType
from mainstay.kinds.kind import Inline

Conversion = Callable[[Any], Any] | None


class Item(msgspec.Struct, frozen=True):
    """A value of an answer: its places in the row, its conversion to the wire, and the flag that shows it."""

    name: str
    places: tuple[int, ...]
    """One place, or those of the columns that the conversion makes the value of."""
    convert: Callable[..., Any] | None
    nullable: bool
    shown: int | None = None
    """The place of a truth without which the value is left out."""


class One(msgspec.Struct, frozen=True):
    """An answer inside an answer, made of the same row; null unless the value at `present` is there."""

    name: str
    present: int
    layout: Layout


class Many(msgspec.Struct, frozen=True):
    """A list inside an answer, made beforehand: of the lists with that number, the one for the key at `places`."""

    name: str
    places: tuple[int, ...]
    number: int


class Layout(msgspec.Struct, frozen=True):
    """An answer's values and the answers inside it."""

    name: str
    items: tuple[Item, ...]
    inner: tuple[One | Many, ...] = ()


class Places(msgspec.Struct):
    """The columns of a SELECT, each once."""

    columns: list[sa.ColumnElement[Any]] = msgspec.field(default_factory=list)
    known: dict[tuple[str, str], int] = msgspec.field(default_factory=dict)

    def of(self, source: str, name: str, column: sa.ColumnElement[Any]) -> int:
        """The place of a column, added where it is not there yet."""
        place = self.known.get((source, name))
        if place is None:
            place = self.known[source, name] = self.add(column)
        return place

    def add(self, expression: sa.ColumnElement[Any]) -> int:
        """The place of an expression of its own."""
        place = len(self.columns)
        self.columns.append(expression.label(f"c{place}"))
        return place


def to_wire(kind: Kind, column: sa.ColumnElement[Any], dialect: sa.Dialect) -> Conversion:
    """From the stored form of a column's value to the wire's."""
    if isinstance(column.type, KindType):
        return kind.wire(dialect.name)
    load, encode = to_python(kind, column, dialect), kind.encode()
    if load is None or encode is None:
        return load or encode
    return lambda value: encode(load(value))


def to_python(kind: Kind, column: sa.ColumnElement[Any], dialect: sa.Dialect) -> Conversion:
    """From the stored form of a column's value to Python's, which for a column of somebody else's is its kind's too."""
    if isinstance(column.type, KindType):
        return kind.load(dialect.name)
    if isinstance(column.type, sa.Enum):
        return None
    if isinstance(column.type, sa.Numeric | sa.Float) and dialect.name == "postgresql":
        return Exact if kind.python is Exact and isinstance(column.type, sa.Float) else None
    load = column.type.dialect_impl(dialect).result_processor(dialect, None)
    if isinstance(column.type, sa.DateTime):
        return partial(in_utc, load)
    return load


def in_utc(load: Conversion, value: Any) -> dt.datetime:
    """A moment whose column may keep no zone, which then is UTC's."""
    moment: dt.datetime = value if load is None else load(value)
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment


def maker(layout: Layout, lists: int = 0) -> Callable[..., list[Any]]:
    """The function from rows to their answers, written out and compiled, since it runs for every row.

    It is given the rows and, for each list inside the answers, a mapping from keys to lists.
    """
    names: dict[str, Any] = {"UNSET": msgspec.UNSET}
    parameters = "".join(f", m{number}" for number in range(lists))
    source = f"lambda rows{parameters}: [{expression(layout, names)} for r in rows]"
    made: Callable[..., list[Any]] = eval(source, names)  # noqa: S307 - of places and names made here
    return made


def lister(layout: Layout) -> Callable[..., list[Any]]:
    """The function from rows to the values of their only field; there are no rows where that is hidden."""
    names: dict[str, Any] = {"UNSET": msgspec.UNSET}
    source = f"lambda rows: [{''.join(value(item, names) for item in layout.items)} for r in rows]"
    made: Callable[..., list[Any]] = eval(source, names) if layout.items else list  # noqa: S307 - as above
    return made


def expression(layout: Layout, names: dict[str, Any]) -> str:
    """The expression that makes the answer of the row `r`."""
    members: list[Any] = []
    values: list[str] = []
    for item in layout.items:
        members.append((item.name, Any))
        values.append(value(item, names))
    for inner in layout.inner:
        members.append((inner.name, Any))
        if isinstance(inner, One):
            values.append(f"({expression(inner.layout, names)} if r[{inner.present}] is not None else None)")
        else:
            values.append(f"m{inner.number}.get({key(inner.places)}, ())")
    struct = f"S{len(names)}"
    names[struct] = msgspec.defstruct(layout.name, members, gc=False)
    return f"{struct}({', '.join(values)})"


def key(places: Sequence[int]) -> str:
    """The expression for the values at some places: one alone, or a tuple of several."""
    several = ", ".join(f"r[{place}]" for place in places)
    return several if len(places) == 1 else f"({several})"


def keys_of(places: Sequence[int]) -> Callable[[Sequence[Sequence[Any]]], list[Any]]:
    """The function from rows to the keys at some places, each once, without those that have a null in them."""
    return partial(distinct, itemgetter(*places), len(places) > 1)


def distinct(pick: Callable[[Any], Any], several: bool, rows: Sequence[Sequence[Any]]) -> list[Any]:
    """What is picked of the rows, each once, without what is null or has a null in it."""
    found = dict.fromkeys(map(pick, rows))
    if several:
        return [one for one in found if None not in one]
    found.pop(None, None)
    return list(found)


def value(item: Item, names: dict[str, Any]) -> str:
    """The expression for one value."""
    text = ", ".join(f"r[{place}]" for place in item.places)
    if item.convert is not None:
        convert = f"f{len(names)}"
        names[convert] = item.convert
        converted = f"{convert}({text})"
        if isinstance(item.convert, Inline):
            names[convert] = item.convert.function
            converted = f"({item.convert.text.format(text, convert)})"
        text = f"(None if {text} is None else {converted})" if item.nullable else converted
    return text if item.shown is None else f"({text} if r[{item.shown}] else UNSET)"
