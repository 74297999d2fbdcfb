"""Facts about what is answered, and about errors."""

from __future__ import annotations

from dataclasses import dataclass

from mainstay.check.facts.fact import Fact
from mainstay.check.source import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Fact):
    """What is answered: status where it can be seen, keys of the body, and what of an error stands in it."""

    status: int | None = None
    keys: frozenset[str] | None = None
    leaks: str = ""
    """What of an error is told to the caller; empty where nothing is."""
    headers: frozenset[str] = frozenset()
    error: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught(Fact):
    """Every error is caught and nothing is done with it; not `silent` where a default is answered instead."""

    silent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Fact):
    """A refusal whose text tells the caller what would be needed."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorHandler(Fact):
    """A handler of errors for the whole application; `of` names the errors."""

    of: str
    keys: frozenset[str] = frozenset()
    stack: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestId(Fact):
    """A request id that is made in a middleware: whether an incoming one is taken, and which answers carry it."""

    takes_incoming: bool
    on_errors: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchecked(Fact):
    """The answer of a lookup that may be nothing, used without a look whether it is; `lookup` is where that stands."""

    lookup: Place
    call: str
    use: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Fact):
    """A choice that depends on what a query answered; `columns` are those it looks at."""

    results: frozenset[int]
    ends: bool = False
    """Whether one side of it ends the function."""
    columns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuadraticLookup(Fact):
    """A list searched from its beginning for each item of another."""

    call: str
