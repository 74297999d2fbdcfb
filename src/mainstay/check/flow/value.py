"""Abstract values: what is known of a value without running the program."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, Final

from mainstay.check import syntax as s
from mainstay.check.source import Place, Source


class _Unknown:
    """What is not known; tells itself apart from None."""

    def __bool__(self) -> bool:
        return False


UNKNOWN: Final = _Unknown()

EVERYTHING: Final = "everything"
"""In `Trace.safe`: was compared with a list of what is allowed, or cannot hold a text."""


@dataclass(frozen=True, slots=True)
class Step:
    """One station of a value on its way from the caller."""

    place: Place
    what: str


@dataclass(frozen=True, slots=True)
class Trace:
    """How a value came from outside: where it entered, over which stations, and what it was made safe for.

    `kind` is where it entered: path, query, body, header, cookie, file, or parameter of a function that a caller
    of the program may call with anything.
    """

    kind: str
    steps: tuple[Step, ...]
    safe: frozenset[str] = frozenset()

    def then(self, place: Place, what: str) -> Trace:
        """The same way, one station further; a station is told once."""
        if len(self.steps) >= 12 or (self.steps and self.steps[-1].place == place and self.steps[-1].what == what):
            return self
        return replace(self, steps=(*self.steps, Step(place, what)))

    def safe_for(self, *purposes: str) -> Trace:
        """The same way, made safe for more."""
        return replace(self, safe=self.safe | set(purposes))

    def threatens(self, purpose: str) -> bool:
        """Whether text of the caller may do harm there."""
        return purpose not in self.safe and EVERYTHING not in self.safe


@dataclass(slots=True)
class Unit:
    """A text that was read: a module, or a block."""

    source: Source
    tree: s.Module
    scope: Scope
    name: str
    started: bool = False
    every: list[s.Node] | None = None

    @property
    def nodes(self) -> list[s.Node]:
        """Every node of the tree, in the order of the text."""
        if self.every is None:
            self.every = list(s.walk(*self.tree.body))
        return self.every

    def place(self, node: s.Node) -> Place:
        """Where a node stands."""
        return self.source.place(node.line, getattr(node, "end", 0))


@dataclass(slots=True)
class Closure:
    """A function with the variables that it sees."""

    function: s.Function
    scope: Scope
    unit: Unit
    self_value: Value | None = None
    decorators: tuple[str, ...] = ()
    builds: bool = False
    """Whether it is called as a constructor: `new Store(db)` of a function that gives `this` its methods."""
    overloads: tuple[Closure, ...] = ()
    """Others of the same name in the same class, told apart by what they are given."""

    def fitting(self, count: int) -> Closure:
        """The one of this name that takes so many arguments."""
        for each in (self, *self.overloads):
            if len(each.function.parameters) == count:
                return each if each is self else replace(each, self_value=self.self_value)
        return self


@dataclass(slots=True)
class Scope:
    """Variables, and the scope around them."""

    names: dict[str, Value]
    outer: Scope | None = None

    def find(self, name: str) -> Value | None:
        """The variable of that name, from the innermost scope that has it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return None


@dataclass(slots=True)
class ClassValue:
    """A class of the program: its methods, and what its instances were seen to hold."""

    node: s.Class
    name: str
    bases: list[Value]
    methods: dict[str, Closure]
    attributes: dict[str, Value]
    decorators: list[Value] = field(default_factory=list)
    subclasses: list[ClassValue] = field(default_factory=list)
    functions: dict[str, list[Closure]] = field(default_factory=dict)
    """Functions that fields of its instances were seen to hold."""

    def find(self, name: str, depth: int = 0) -> Value | None:
        """A method or attribute: its own, or inherited from a class of the program, or the only one that fills it."""
        if name in self.attributes:
            return self.attributes[name]
        own = self.methods.get(name)
        if own is not None and not own.function.is_abstract:
            return Value(callee=own)
        if depth < 8:
            for base in self.bases:
                if base.made is not None:
                    found = base.made.find(name, depth + 1)
                    if found is not None:
                        return found
        if own is not None:
            filled = self.implementations(name)
            return Value(callee=filled[0]) if len(filled) == 1 else None
        return None

    def implementations(self, name: str, depth: int = 0) -> list[Closure]:
        """The methods with a body that classes below have under a name."""
        out: list[Closure] = []
        for each in self.subclasses:
            method = each.methods.get(name)
            if method is not None and not method.function.is_abstract:
                out.append(method)
            elif depth < 8:
                out += each.implementations(name, depth + 1)
        return out

    def ancestors(self, depth: int = 0) -> list[str]:
        """Qualified names of all bases, nearest first."""
        out: list[str] = []
        for base in self.bases:
            if base.path:
                out.append(base.path)
            if base.made is not None and depth < 8:
                out.extend(base.made.ancestors(depth + 1))
        return out


@dataclass(slots=True)
class Value:
    """What is known of a value.

    `path` is its own qualified name where it is a module, class or function (`jwt.encode`); `type` is the
    qualified name of what it is an instance or an answer of (`redis.Redis`; `?db` of a name that nothing
    explains); `made` the class of the program that it is, `instance` the one that it is an instance of.
    """

    type: str = ""
    path: str = ""
    const: Any = UNKNOWN
    trace: Trace | None = None
    fields: dict[str, Value] | None = None
    callee: Closure | None = None
    made: ClassValue | None = None
    instance: ClassValue | None = None
    source: Any = None
    """The call that answered it (`program.Seen`), where one did."""
    marks: frozenset[str] = frozenset()
    """What else is known: `secret`, `error` (an exception), `text` (put together), `caller` (who is signed in)."""

    def with_trace(self, trace: Trace | None) -> Value:
        """The same, with another history."""
        return self if trace is self.trace else replace(self, trace=trace)

    @property
    def text(self) -> str | None:
        """The text that it is, where it is a known text."""
        return self.const if isinstance(self.const, str) else None

    def is_of_caller(self, depth: int = 0) -> bool:
        """Whether it is who is signed in, what belongs to him, or has such a thing in it."""
        if "caller" in self.marks or self.fields is None or depth > 3:
            return "caller" in self.marks
        return any(each.is_of_caller(depth + 1) for each in self.fields.values())

    def any_trace(self, depth: int = 0) -> Trace | None:
        """Its own history, or that of something in it."""
        if self.trace is not None or self.fields is None or depth > 3:
            return self.trace
        for each in self.fields.values():
            found = each.any_trace(depth + 1)
            if found is not None:
                return found
        return None


NOTHING = Value()
BEGINNING = re.compile(r"^(\{\}|/[^/\\]|/$|https?://[^/]+/|\?|#)")
"""Of an address whose host nobody can change by what follows; `{}` stands for what is not the caller's."""


def begins(parts: list[Value]) -> bool:
    """Whether what stands before the caller's part of an address settles where it leads."""
    front = ""
    for each in parts:
        if each.trace is not None:
            break
        front += str(each.const) if each.const is not UNKNOWN else each.type[5:] if each.type[:5] == "text:" else "{}"
    return BEGINNING.match(front) is not None


def merged(one: Value, other: Value) -> Value:
    """What is known of a value that is one or the other."""
    if one is other or other is NOTHING:
        return one
    if one is NOTHING:
        return other
    trace = one.trace
    if other.trace is not None and (trace is None or trace.safe > other.trace.safe):
        trace = other.trace
    both = one.const is not UNKNOWN and other.const is not UNKNOWN and one.const == other.const
    fields = one.fields or other.fields
    if one.fields is not None and other.fields is not None:
        fields = {
            key: merged(one.fields.get(key, NOTHING), other.fields.get(key, NOTHING))
            for key in [*one.fields, *(key for key in other.fields if key not in one.fields)]
        }
    return Value(
        type=one.type or other.type,
        path=one.path or other.path,
        const=one.const if both else UNKNOWN,
        trace=trace,
        fields=fields,
        callee=one.callee or other.callee,
        made=one.made or other.made,
        instance=one.instance or other.instance,
        source=one.source or other.source,
        marks=one.marks | other.marks,
    )
