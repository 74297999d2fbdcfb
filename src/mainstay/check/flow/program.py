"""A program: its modules, how they name one another, and what was seen when it was followed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from mainstay.check import syntax as s
from mainstay.check.flow.value import Unit, Value
from mainstay.check.source import Place, Source


@dataclass(slots=True)
class Seen:
    """A call that was followed, with what is known of its arguments and of where it stands.

    `name` is the qualified name of what is called (`jwt.decode`, `redis.Redis.get`), beginning with `?` where
    nothing explains the first name (`?db.execute`); `loop` is the loop around it, `transaction` the transaction.
    """

    name: str
    node: s.Call
    place: Place
    unit: Unit
    receiver: Value
    arguments: list[Value]
    keywords: dict[str, Value]
    function: s.Function | None
    loop: Place | None
    transaction: Place | None
    awaited: bool
    caught: tuple[s.Catch, ...]
    within: tuple[str, ...]
    """Names of what was called to enter the `with` blocks around it."""
    spread: bool = False
    result: Value | None = None
    position: int = 0
    method: str = field(init=False)
    """The last part of the name."""

    def __post_init__(self) -> None:
        self.method = self.name.rpartition(".")[2].removeprefix("?")

    @property
    def language(self) -> str:
        """The language that it is written in."""
        return self.unit.source.language

    @property
    def is_javascript(self) -> bool:
        """Whether it is written in JavaScript or TypeScript."""
        return self.unit.source.is_javascript

    def argument(self, position: int, *names: str) -> Value | None:
        """The argument at a position, or by one of the names; None where it is not given."""
        for name in names:
            if name in self.keywords:
                return self.keywords[name]
        if self.is_javascript and names and self.arguments:
            for each in self.arguments:
                if each.fields is not None:
                    for name in names:
                        if name in each.fields:
                            return each.fields[name]
        return self.arguments[position] if 0 <= position < len(self.arguments) else None

    def values(self) -> Iterator[Value]:
        """Everything that it is given."""
        yield from self.arguments
        yield from self.keywords.values()


@dataclass(slots=True)
class Returned:
    """A return, with what is known of the value."""

    node: s.Return
    place: Place
    value: Value
    function: s.Function
    position: int


@dataclass(slots=True)
class Raised:
    """A raise, with what is known of the error."""

    node: s.Raise
    place: Place
    value: Value
    function: s.Function | None
    position: int


@dataclass(slots=True)
class Tested:
    """The test of a choice, and whether one side of it ends the function."""

    node: s.If
    place: Place
    function: s.Function | None
    position: int
    ends: bool
    values: dict[str, Value]
    """The variables that the test names."""


@dataclass(slots=True)
class Changed:
    """An assignment to an attribute or an item."""

    node: s.Assign
    place: Place
    target: str
    object: Value
    value: Value
    function: s.Function | None
    loop: Place | None
    position: int


@dataclass(slots=True)
class Compared:
    """Two values compared, of which one was made with what is not good enough for a secret."""

    node: s.Binary
    place: Place
    marks: frozenset[str]
    function: s.Function | None
    position: int


Event = Seen | Returned | Raised | Tested | Changed | Compared


@dataclass(slots=True)
class Run:
    """A function, followed once from its beginning, with everything seen on the way in order."""

    unit: Unit
    function: s.Function | None
    events: list[Event] = field(default_factory=list)
    parameters: dict[str, Value] = field(default_factory=dict)
    decorators: list[Value] = field(default_factory=list)
    result: Value | None = None
    own: list[s.Node] | None = None
    shallow: bool = False
    """Whether what it calls without text of a caller is followed one deep: each is followed by itself as well."""

    @property
    def place(self) -> Place:
        """Where the function begins."""
        return self.unit.source.place(1) if self.function is None else self.unit.place(self.function)

    _calls: tuple[int, list[Seen]] | None = field(default=None, init=False, repr=False)

    @property
    def calls(self) -> list[Seen]:
        """The calls, in order."""
        if self._calls is None or self._calls[0] != len(self.events):
            self._calls = len(self.events), [each for each in self.events if type(each) is Seen]
        return self._calls[1]


SHORTENED = re.compile(r"(@|~|#|src|apps?|libs?)[\w-]*/")
"""Beginnings of names of modules that settings of a compiler lead to the program's own."""


class Program:
    """Modules by their names, so that an import finds the module of the program that it means.

    `modules` are names that manifests give to folders.
    """

    def __init__(self, units: list[Unit], modules: dict[str, str] | None = None) -> None:
        self.units = units
        self.modules = modules or {}
        self.documents: list[Source] = []
        """OpenAPI documents that stand beside the modules."""
        self._python: dict[str, list[Unit]] = {}
        self._javascript: dict[str, Unit] = {}
        self._endings: dict[str, list[tuple[str, Unit]]] = {}
        for unit in units:
            if unit.source.language == "python":
                self._remember_python(unit)
            elif unit.source.is_javascript:
                self._javascript[_without_suffix(unit.source.path)] = unit

    def _remember_python(self, unit: Unit) -> None:
        parts = list(PurePosixPath(unit.source.path).with_suffix("").parts)
        if parts and parts[-1] == "__init__":
            parts.pop()
        for start in range(len(parts)):
            self._python.setdefault(".".join(parts[start:]), []).append(unit)

    def python_module(self, name: str, level: int, importer: Unit) -> Unit | None:
        """The module that an import of Python means, where it is one of the program."""
        if importer.source.first > 1:
            return None
        if level:
            folder = PurePosixPath(importer.source.path).parts
            base = folder[: len(folder) - level]
            wanted = ".".join([*base, *([name] if name else [])])
        else:
            wanted = name
        found = self._python.get(wanted, [])
        if len(found) == 1:
            return found[0] if found[0] is not importer else None
        near = [each for each in found if each is not importer]
        if importer in found and "." not in wanted:
            roots = {str(each) for each in PurePosixPath(importer.source.path).parents}
            near = [each for each in near if str(PurePosixPath(each.source.path).parent) in roots]
        return min(near, key=lambda each: -_shared(each.source.path, importer.source.path)) if near else None

    def javascript_module(self, name: str, importer: Unit) -> Unit | None:
        """The module that an import of JavaScript means: by its path, or by a path that a setting shortens."""
        if not name.startswith("."):
            return self._shortened(name) if SHORTENED.match(name) else None
        parts: list[str] = list(PurePosixPath(importer.source.path).parent.parts)
        for part in PurePosixPath(name).parts:
            if part == "..":
                if parts:
                    parts.pop()
            elif part != ".":
                parts.append(part)
        path = "/".join(parts)
        for wanted in (path, _without_suffix(path), f"{path}/index"):
            if wanted in self._javascript:
                return self._javascript[wanted]
        return None

    def _shortened(self, name: str) -> Unit | None:
        """The only module whose path ends as the name does, without the first parts of it."""
        parts = name.split("/")
        if not self._endings:
            for path, unit in self._javascript.items():
                self._endings.setdefault(path.removesuffix("/index").rpartition("/")[2], []).append((path, unit))
        for start in range(min(3, len(parts) - 1)):
            wanted = "/".join(parts[start:])
            found = [
                unit
                for path, unit in self._endings.get(parts[-1], [])
                if f"/{path}".removesuffix("/index").endswith("/" + wanted)
            ]
            if len(found) == 1:
                return found[0]
        return None


def _without_suffix(path: str) -> str:
    front, dot, last = path.rpartition(".")
    return front if dot and last in {"js", "ts", "mjs", "cjs", "jsx", "tsx", "mts", "cts"} else path


def _shared(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count
