"""The tree that every language is read into: what data flow and facts need of a program, and no more.

It has no names of its own for what only one language has: a `def` and an arrow function are a `Function`,
a comprehension and `forEach` over a function are loops, an f-string and a template literal are a `Template`.
Nodes are made by the hundred thousand, so they are slotted and not frozen; nothing changes them once read.
Lines are those of the text, counted from 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from mainstay.check.words import words


@dataclass(slots=True)
class Node:
    """Anything with a line."""

    line: int


# ---------------------------------------------------------------- expressions


@dataclass(slots=True)
class Name(Node):
    """A variable, by its name; `this` of JavaScript is `self`."""

    id: str


@dataclass(slots=True)
class Member(Node):
    """`object.name`."""

    object: Node
    name: str


@dataclass(slots=True)
class Index(Node):
    """`object[key]`."""

    object: Node
    key: Node


@dataclass(slots=True)
class Argument(Node):
    """What a call is given: by position, by name, or spread (`*args`, `**options`, `...rest`)."""

    value: Node
    name: str | None = None
    spread: bool = False


@dataclass(slots=True)
class Call(Node):
    """`function(arguments)`, or `new` of a class."""

    function: Node
    arguments: list[Argument]
    end: int = 0


@dataclass(slots=True)
class Literal(Node):
    """A text, number, truth value or nothing; bytes are read as text."""

    value: str | int | float | bool | None


@dataclass(slots=True)
class Pattern(Node):
    """A regular expression literal, without its slashes."""

    text: str
    flags: str = ""


@dataclass(slots=True)
class Template(Node):
    """A text put together from texts and expressions."""

    parts: list[Node]


@dataclass(slots=True)
class Binary(Node):
    """`left operator right`; comparisons and `and`/`or` too, in Python's spelling."""

    operator: str
    left: Node
    right: Node


@dataclass(slots=True)
class Unary(Node):
    """`not value`, `-value`, `typeof value`."""

    operator: str
    value: Node


@dataclass(slots=True)
class Pair(Node):
    """`key: value`; a spread has no key."""

    key: Node | None
    value: Node


@dataclass(slots=True)
class Mapping(Node):
    """A dictionary or an object literal."""

    pairs: list[Pair]


@dataclass(slots=True)
class Sequence(Node):
    """A list, tuple or set."""

    items: list[Node]


@dataclass(slots=True)
class Results(Node):
    """What several answers of one call are given to: a value first, and often whether it failed last."""

    targets: list[Node]


@dataclass(slots=True)
class Await(Node):
    """`await value`."""

    value: Node


@dataclass(slots=True)
class Conditional(Node):
    """`a if test else b`."""

    test: Node
    then: Node
    otherwise: Node


@dataclass(slots=True)
class Comprehension(Node):
    """`[element for target in items]`: a loop that is an expression."""

    element: Node
    targets: list[Node]
    items: list[Node]
    tests: list[Node]


@dataclass(slots=True)
class Other(Node):
    """An expression of which only the parts matter: a slice, `yield`, a type cast."""

    parts: list[Node]


# ---------------------------------------------------------------- statements


@dataclass(slots=True)
class Parameter(Node):
    """A parameter of a function: its annotation and default, where there are any.

    `name` is empty where the parameter is taken apart at once (`{ body, params }`); then `pattern` says how.
    """

    name: str
    annotation: Node | None = None
    default: Node | None = None
    pattern: Node | None = None
    spread: bool = False
    decorators: list[Node] | tuple[()] = ()


@dataclass(slots=True)
class Function(Node):
    """A function, method, lambda or arrow function; `name` is empty where it has none.

    `is_abstract` tells that it has no body, as the methods of an interface.
    """

    name: str
    parameters: list[Parameter]
    body: list[Node]
    decorators: list[Node] = field(default_factory=list)
    is_async: bool = False
    end: int = 0
    returns: Node | None = None
    owner: str = ""
    is_abstract: bool = False
    receiver: str = "self"
    """The name by which a method knows what it was called on."""
    every: tuple[Node, ...] | None = field(default=None, repr=False, compare=False)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every node of its body, in the order of the text: gathered once, as many ask."""
        if self.every is None:
            self.every = tuple(walk(*self.body))
        return self.every

    @property
    def label(self) -> str:
        """`Class.method` or the name."""
        return f"{self.owner}.{self.name}" if self.owner else self.name


@dataclass(slots=True)
class Class(Node):
    """A class or an interface: its bases and what stands in its body; `kind` is class, interface, record or enum."""

    name: str
    bases: list[Node]
    body: list[Node]
    decorators: list[Node] = field(default_factory=list)
    end: int = 0
    kind: str = "class"


@dataclass(slots=True)
class Assign(Node):
    """`target = value`, `target += value` (then `operator`), or a declaration (then maybe no value)."""

    targets: list[Node]
    value: Node | None
    operator: str = ""
    annotation: Node | None = None
    decorators: list[Node] | tuple[()] = ()


@dataclass(slots=True)
class Expression(Node):
    """An expression that is a statement."""

    value: Node


@dataclass(slots=True)
class Return(Node):
    """`return value`."""

    value: Node | None


@dataclass(slots=True)
class Raise(Node):
    """`raise value`, `throw value`."""

    value: Node | None


@dataclass(slots=True)
class If(Node):
    """A choice; `elif` is an `If` in `otherwise`, a `switch` a chain of them."""

    test: Node
    then: list[Node]
    otherwise: list[Node]
    named: tuple[str, ...] | None = field(default=None, repr=False, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The variables that its test names."""
        if self.named is None:
            self.named = tuple(each.id for each in walk(self.test) if isinstance(each, Name))
        return self.named


@dataclass(slots=True)
class Loop(Node):
    """`for target in items`, or `while items` (then no target)."""

    target: Node | None
    items: Node
    body: list[Node]
    is_async: bool = False


@dataclass(slots=True)
class With(Node):
    """`with value as target`."""

    items: list[tuple[Node, Node | None]]
    body: list[Node]
    is_async: bool = False


@dataclass(slots=True)
class Catch(Node):
    """`except types as name`."""

    types: list[Node]
    name: str
    body: list[Node]


@dataclass(slots=True)
class Try(Node):
    """`try`, with what is caught and what is done in the end."""

    body: list[Node]
    catches: list[Catch]
    otherwise: list[Node]
    final: list[Node]


@dataclass(slots=True)
class Import(Node):
    """`from module import name as alias`: one for each name; no `name` where the module itself is bound."""

    module: str
    name: str
    alias: str
    level: int = 0


@dataclass(slots=True)
class Delete(Node):
    """`del target`."""

    targets: list[Node]


@dataclass(slots=True)
class Export(Node):
    """`export default value`; a named export is the statement itself."""

    value: Node


@dataclass(slots=True)
class Module:
    """A whole text, read; `package` is the one that it says it belongs to, where its language has them."""

    body: list[Node]
    package: str = ""
    missed: list[int] = field(default_factory=list)
    """The first lines of parts that could not be read."""


_PARTS: dict[type[Node], tuple[str, ...]] = {}
"""Names of the attributes in which nodes may stand."""
_WITHOUT = words("every named")


def _parts(kind: type[Node]) -> tuple[str, ...]:
    names = (each.name for each in fields(kind) if "Node" in str(each.type) or "list[" in str(each.type))
    out = _PARTS[kind] = tuple(each for each in names if each not in _WITHOUT)
    return out


def children(node: Node) -> list[Node]:
    """The nodes directly below, in order."""
    out: list[Node] = []
    kind = type(node)
    for name in _PARTS[kind] if kind in _PARTS else _parts(kind):
        value = getattr(node, name)
        if type(value) is list:
            if value and type(value[0]) is tuple:
                out.extend(part for pair in value for part in pair if part is not None)
            else:
                out += value
        elif value:
            out.append(value)
    return out


def walk(*roots: Node) -> Iterator[Node]:
    """Every node at and below the roots, in the order of the text."""
    waiting = list(reversed(roots))
    while waiting:
        node = waiting.pop()
        yield node
        if _PARTS.get(type(node)) != ():
            below = children(node)
            below.reverse()
            waiting += below


def dotted(node: Node | None) -> str:
    """`a.b.c` of a chain of names, with `()` where it is called on the way; empty for anything else."""
    if isinstance(node, Name):
        return node.id
    if isinstance(node, Member):
        front = dotted(node.object)
        return f"{front}.{node.name}" if front else ""
    if isinstance(node, Call):
        front = dotted(node.function)
        return f"{front}()" if front else ""
    if isinstance(node, Index):
        return dotted(node.object)
    if isinstance(node, Await):
        return dotted(node.value)
    return ""
