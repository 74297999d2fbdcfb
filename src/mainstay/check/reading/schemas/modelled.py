"""Tables as models declare them, of SQLAlchemy and of Django."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mainstay.check import syntax as s
from mainstay.check.flow.value import ClassValue, Unit
from mainstay.check.reading.schemas.state import Table

DEEPEST = 12


@dataclass(slots=True)
class Modelled:
    """A table of a model: `root` is the class that its kind of models begins with."""

    table: Table
    root: str
    app: str = ""
    complete: bool = True
    """Whether all of its columns are seen: none comes from a class that is not here."""
    unread: set[str] = field(default_factory=set)
    """Attributes that may be columns, and cannot be read."""


@dataclass(frozen=True, slots=True)
class Written:
    """A class as it is written, with its module."""

    unit: Unit
    made: ClassValue


class Classes:
    """The classes of a program, and what each inherits."""

    def __init__(self, found: list[tuple[Unit, ClassValue]]) -> None:
        self.found = [Written(unit, made) for unit, made in found if unit.source.language == "python"]
        self._units = {id(made.node): unit for unit, made in found}

    def line(self, of: Written, depth: int = 0) -> Iterator[Written]:
        """A class and those it inherits from, nearest first; only those of the program."""
        yield of
        if depth < DEEPEST:
            for base in of.made.bases:
                if base.made is not None and id(base.made.node) in self._units:
                    yield from self.line(Written(self._units[id(base.made.node)], base.made), depth + 1)

    def outside(self, of: Written) -> list[str]:
        """Names of what it inherits from outside of the program."""
        out = []
        for each in self.line(of):
            for node, value in zip(each.made.node.bases, each.made.bases, strict=False):
                if value.made is None or id(value.made.node) not in self._units:
                    out.append(value.path or s.dotted(node) or "?")
            if len(each.made.bases) < len(each.made.node.bases):
                out.append("?")
        return out
