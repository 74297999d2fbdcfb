"""Functions with their facts, the routes that lead to them, and everything that was found out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from mainstay.check.facts.fact import Fact
from mainstay.check.source import Place, Skipped, Source

F = TypeVar("F", bound=Fact)


@dataclass(slots=True)
class Route:
    """A method and a path that lead to a handler.

    `guards` are the names of what is asked before or in the handler who the caller is; `limited` whether a limit
    of calls stands before it; `validated` whether something checks what is sent; `public` why it is meant for
    everybody, where its name or declaration says so; `may_be_nobody` whether it is asked who the caller is, and
    answers who is nobody as well.
    """

    place: Place
    methods: tuple[str, ...]
    path: str
    stack: str
    handler: Handler | None = None
    guards: tuple[str, ...] = ()
    limited: bool = False
    validated: bool | None = None
    status: int | None = None
    public: str = ""
    may_be_nobody: bool = False
    group: str = ""
    """The router or file it belongs to: routes of one group are siblings."""
    body: str = ""
    numbers: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Query parameters that are numbers: the name, how it is declared, and whether there is a maximum."""

    @property
    def changes(self) -> bool:
        """Whether it is meant to change something."""
        return bool({"POST", "PUT", "PATCH", "DELETE"} & set(self.methods))


@dataclass(slots=True)
class Handler:
    """A function followed from its beginning, with its facts in order."""

    name: str
    place: Place
    language: str
    is_async: bool
    facts: list[Fact] = field(default_factory=list)
    route: Route | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    """Parameters and the types they are declared with."""
    decorators: tuple[str, ...] = ()
    test: bool = False
    calls: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    """Every name, attribute and key that stands in it."""

    _kinds: tuple[list[Fact], frozenset[type[Fact]]] | None = field(default=None, init=False, repr=False, compare=False)

    def of(self, kind: type[F]) -> list[F]:
        """Its facts of one kind, in order."""
        if self._kinds is None or self._kinds[0] is not self.facts:
            self._kinds = self.facts, frozenset(type(each) for each in self.facts)
        if kind not in self._kinds[1] and kind is not Fact:
            return []
        return [each for each in self.facts if isinstance(each, kind)]


@dataclass(slots=True)
class Facts:
    """Everything that was found out."""

    handlers: list[Handler] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    loose: list[Fact] = field(default_factory=list)
    """Facts that belong to no function."""
    sources: dict[str, list[Source]] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    stacks: frozenset[str] = frozenset()
    lines: int = 0
    files: int = 0
    partial: bool = False
    """Whether only what has changed was read, with what belongs to it: what is not in it may be elsewhere."""

    @property
    def handlers_with_tables(self) -> bool:
        """Whether statements were seen in any handler of a route: then a handler without one touches no rows."""
        return any(
            type(each).__name__ == "Query" for route in self.routes if route.handler for each in route.handler.facts
        )

    def of(self, kind: type[F]) -> Iterator[F]:
        """All facts of one kind, those of functions first."""
        for handler in self.handlers:
            yield from handler.of(kind)
        for each in self.loose:
            if isinstance(each, kind):
                yield each
