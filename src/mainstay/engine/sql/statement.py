"""Compiled text, and what fills its parameters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ARRAY, BindParameter, DateTime, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.types import TypeEngine

from mainstay.actor import Actor
from mainstay.kinds import KindType
from mainstay.kinds.kind import Conversion

Clock = Callable[[], dt.datetime]


class Moment(msgspec.Struct):
    """The moment of one call: read from the clock when it is first asked for, and the same from then on."""

    clock: Clock
    known: dt.datetime | None = None

    def __call__(self) -> dt.datetime:
        if self.known is None:
            self.known = self.clock()
        return self.known


class Inputs(msgspec.Struct):
    """Everything that a statement's parameters can be, in Python's form."""

    actor: Actor
    clock: Clock
    """Asked where a statement has to do with the moment of the call, and by most it is not."""
    filters: Sequence[Any] = ()
    position: Sequence[Any] = ()
    limit: int = 0
    offset: int = 0
    key: Sequence[Any] = ()
    row: Mapping[str, Any] = {}
    under: Sequence[Any] = ()
    """What the parent in the path has, to which rows under it refer."""
    parents: Sequence[Any] = ()
    """Keys of the rows to which others belong, in the driver's form; tuples where a key has several columns."""
    rows: Sequence[Sequence[Any]] = ()
    """Values of several rows, in the order of the columns that the statement has for them."""

    @property
    def now(self) -> dt.datetime:
        """The moment of the call."""
        return self.clock()


Fill = Callable[[Inputs], Any]


class Part(msgspec.Struct, frozen=True):
    """A member of the inputs, or what stands in it at a place or under a name."""

    member: str
    at: int | str | None = None

    def __call__(self, inputs: Inputs) -> Any:
        whole = getattr(inputs, self.member)
        return whole if self.at is None else whole[self.at]

    @property
    def text(self) -> str:
        """The expression for it, of `inputs`."""
        return f"inputs.{self.member}" if self.at is None else f"inputs.{self.member}[{self.at!r}]"


class Statement(msgspec.Struct, frozen=True):
    """Text in the driver's own style."""

    text: str
    values: Callable[[Inputs], tuple[Any, ...]] = lambda inputs: ()
    """The parameters' values, as the driver takes them."""


class Binds:
    """The parameters of one statement while it is built."""

    def __init__(self) -> None:
        self.sources: dict[str, Fill] = {}
        self.stored: set[str] = set()
        """Those whose values are in the driver's form already."""

    def add(self, source: Fill, type_: TypeEngine[Any]) -> BindParameter[Any]:
        """A parameter that `source` fills with a value in Python's form."""
        name = f"p{len(self.sources)}"
        self.sources[name] = source
        return bindparam(name, type_=type_)

    def add_stored(self, source: Fill, type_: TypeEngine[Any]) -> BindParameter[Any]:
        """A parameter that `source` fills with a value in the driver's form."""
        parameter = self.add(source, type_)
        self.stored.add(parameter.key)
        return parameter


def compiled(expression: ClauseElement, binds: Binds, dialect: Dialect) -> Statement:
    """The statement's text for `dialect`, ready to be filled."""
    made: Any = expression.compile(dialect=dialect)
    types = {name: parameter.type for parameter, name in made.bind_names.items()}
    names: dict[str, Any] = {}
    texts: list[str] = []
    for name in made.positiontup or ():
        convert = None if name in binds.stored else converter(types[name], dialect)
        source = binds.sources.get(name, made.params.get(name))
        texts.append(filled(source, convert, names) if name in binds.sources else constant(source, convert, names))
    return Statement(str(made), together(texts, names))


def filled(source: Fill, convert: Conversion, names: dict[str, Any]) -> str:
    """The expression for a parameter from the inputs, converted unless it is null."""
    text = source.text if isinstance(source, Part) else f"{named(source, names)}(inputs)"
    return text if convert is None else f"(None if (v := {text}) is None else {named(convert, names)}(v))"


def constant(stored: Any, convert: Conversion, names: dict[str, Any]) -> str:
    """The expression for a parameter that is the same at every call."""
    return named(stored if convert is None or stored is None else convert(stored), names)


def named(thing: Any, names: dict[str, Any]) -> str:
    """The name that an expression has for a thing."""
    name = f"n{len(names)}"
    names[name] = thing
    return name


def together(texts: Sequence[str], names: dict[str, Any]) -> Callable[[Inputs], tuple[Any, ...]]:
    """The function from inputs to the values of all parameters, compiled as one, since every call runs it."""
    made: Callable[[Inputs], tuple[Any, ...]]
    made = eval(f"lambda inputs: ({''.join(f'{text}, ' for text in texts)})", names)  # noqa: S307 - of texts made here
    return made


def converter(type_: TypeEngine[Any], dialect: Dialect) -> Conversion:
    """From Python's form of a value to the driver's; None where they are the same."""
    if isinstance(type_, KindType):
        own = type_.kind.store(dialect.name)
        inner = type_.kind.column(dialect.name).dialect_impl(dialect).bind_processor(dialect)
        if own is None or inner is None:
            return own or inner
        return lambda value: inner(own(value))
    if isinstance(type_, ARRAY):
        each = converter(type_.item_type, dialect)
        return None if each is None else lambda values: [None if value is None else each(value) for value in values]
    if isinstance(type_, DateTime) and not type_.timezone and dialect.name == "postgresql":
        return lambda value: value.astimezone(dt.UTC).replace(tzinfo=None)
    return type_.dialect_impl(dialect).bind_processor(dialect)
