"""The closed set of nodes that a policy, or the value of a computed field, is made of, to JSON and back.

A policy says who may do what with which rows: a truth value of SQL's three (true, false, null) over a
row and an actor.  Only true allows.  Columns are named by source and name, where a source is the
table of the row itself or the name that an `Exists` or an `Aggregate` gives to a table it looks through.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal, get_args

import msgspec

Operator = Literal["eq", "ne", "lt", "lte", "gt", "gte"]
Function = Literal["count", "sum", "avg", "min", "max"]
Sign = Literal["plus", "minus", "times", "over"]


class Node(msgspec.Struct, frozen=True):
    """A part of a policy."""

    word: ClassVar[str]
    """The node's name in JSON."""

    def children(self) -> Iterator[Node]:
        """The nodes directly below this one."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, Node):
                yield value
            elif isinstance(value, tuple):
                yield from (item for item in value if isinstance(item, Node))

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for child in self.children():
            yield from child.walk()


# Truths about the actor


class Always(Node, frozen=True):
    """True for everyone (`anyone`), or false for everyone."""

    word = "always"
    allowed: bool = True


class SignedIn(Node, frozen=True):
    """True when somebody is calling."""

    word = "signed_in"


class Role(Node, frozen=True):
    """True when the actor has the role."""

    word = "role"
    name: str = ""


class Scope(Node, frozen=True):
    """True when the actor's credentials carry the scope."""

    word = "scope"
    name: str = ""


# Truths about truths


class All(Node, frozen=True):
    """SQL's AND of its parts."""

    word = "all"
    parts: tuple[Node, ...] = ()


class Any_(Node, frozen=True):  # noqa: N801 - Any is taken
    """SQL's OR of its parts."""

    word = "any"
    parts: tuple[Node, ...] = ()


class Not(Node, frozen=True):
    """SQL's NOT: of null it is null, which denies."""

    word = "not"
    part: Node = Always(False)


# Truths about the row


class Compare(Node, frozen=True):
    """Two values compared; null where either is null."""

    word = "compare"
    operator: Operator
    left: Node
    right: Node


class IsNull(Node, frozen=True):
    """Whether a value is null."""

    word = "is_null"
    value: Node


class In(Node, frozen=True):
    """Whether a value is one of several; null as SQL's IN is."""

    word = "in"
    value: Node
    options: tuple[Node, ...] = ()


class InClaim(Node, frozen=True):
    """Whether a value is one of those in a claim of the actor that holds a list; null where it holds none."""

    word = "in_claim"
    value: Node
    claim: str = ""


class Exists(Node, frozen=True):
    """Whether `table` has a row, called `source` inside `where`, for which `where` is true."""

    word = "exists"
    table: str
    source: str
    where: Node


class Opaque(Node, frozen=True):
    """An expression outside the closed set, known by its SQL; `reason` says why it had to be."""

    word = "opaque"
    sql: str
    reason: str


# Values


class Column(Node, frozen=True):
    """A column's value; a boolean column is a truth by itself."""

    word = "column"
    source: str
    name: str


class Given(Node, frozen=True):
    """What the caller gives for a parameter; only the condition of a filter has it, compared with a column."""

    word = "given"


class ActorValue(Node, frozen=True):
    """The actor's identifier (`id`) or a claim; null where there is none."""

    word = "actor"
    claim: str = "id"


class Value(Node, frozen=True):
    """A constant in its wire form, with the name of its kind; null where it is None."""

    word = "value"
    value: str | int | float | bool | None
    kind: str = ""


class Now(Node, frozen=True):
    """The moment of the call, plus so many seconds."""

    word = "now"
    plus_seconds: float = 0.0


# Values that are worked out, which computed fields have and policies do not


class Source(Node, frozen=True):
    """A table that is looked through, under a name of its own."""

    word = "source"
    table: str
    name: str


class Aggregate(Node, frozen=True):
    """A function of `value` over the rows of `sources`, each with each, for which `where` is true.

    Values that are null do not count.  Of no values the count is 0, and everything else null.
    """

    word = "aggregate"
    function: Function
    value: Node
    sources: tuple[Source, ...]
    where: Node
    distinct: bool = False


class Arithmetic(Node, frozen=True):
    """Two exact numbers to a third, or, `over`, to a float; null where 64 bits do not hold it, or by zero."""

    word = "arithmetic"
    sign: Sign
    left: Node
    right: Node


class Coalesce(Node, frozen=True):
    """The first of several values that is not null."""

    word = "coalesce"
    values: tuple[Node, ...]


class Case(Node, frozen=True):
    """The result that stands beside the first condition that is true, or `otherwise`."""

    word = "case"
    conditions: tuple[Node, ...]
    results: tuple[Node, ...]
    otherwise: Node


ANYONE = Always(True)
NOBODY = Always(False)

NODES: dict[str, type[Node]] = {
    node.word: node
    for node in (
        *(Always, SignedIn, Role, Scope, All, Any_, Not),
        *(Compare, IsNull, In, InClaim, Exists, Opaque),
        *(Column, Given, ActorValue, Value, Now),
        *(Source, Aggregate, Arithmetic, Coalesce, Case),
    )
}
"""The closed set, by the word each has in JSON."""

WORKED_OUT: tuple[type[Node], ...] = (Aggregate, Arithmetic, Coalesce, Case)
"""Values that only a computed field can have."""

OPERATORS: tuple[Operator, ...] = get_args(Operator)
CHOICES: dict[str, tuple[str, ...]] = {
    "Operator": OPERATORS,
    "Function": get_args(Function),
    "Sign": get_args(Sign),
}
"""The words that a part can be, by the type that is written in the node's class."""
PLAIN: dict[str, tuple[type[Any], ...]] = {
    "bool": (bool,),
    "str": (str,),
    "float": (int, float),
    "str | int | float | bool | None": (str, int, float, bool, type(None)),
}
"""JSON's own types of the parts that are no nodes, by the type that is written in the node's class."""


def to_json(node: Node) -> dict[str, Any]:
    """The node as JSON's own types."""
    json: dict[str, Any] = {"is": node.word}
    for name in node.__struct_fields__:
        value = getattr(node, name)
        if isinstance(value, Node):
            json[name] = to_json(value)
        elif isinstance(value, tuple):
            json[name] = [to_json(item) for item in value]
        else:
            json[name] = value
    return json


def from_json(json: Any) -> Node:
    """The node that `to_json` wrote; ValueError for a word or a part that is not of the closed set."""
    kind = NODES.get(json.get("is", "")) if isinstance(json, dict) else None
    if kind is None:
        named = json.get("is") if isinstance(json, dict) else json
        raise ValueError(f"a policy node is one of {', '.join(sorted(NODES))}, not {named!r}")
    parts: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.name in json:
            parts[field.name] = part_from_json(kind, field.name, kind.__annotations__[field.name], json[field.name])
        elif field.required:
            raise ValueError(f"a policy node {kind.word!r} needs {field.name}")
    unknown = set(json) - set(parts) - {"is"}
    if unknown:
        raise ValueError(f"a policy node {kind.word!r} has no {', '.join(sorted(unknown))}")
    return kind(**parts)


def part_from_json(kind: type[Node], name: str, written: str, json: Any) -> Any:
    """A part of a node, of the type that is `written` in the node's class."""
    if written == "Node":
        return from_json(json)
    if written.startswith("tuple") and isinstance(json, list):
        return tuple(from_json(item) for item in json)
    if json in CHOICES.get(written, ()) or any(type(json) is fitting for fitting in PLAIN.get(written, ())):
        return json
    raise ValueError(f"a policy node {kind.word!r} has no {name} {json!r}")


def any_of(*parts: Node) -> Node:
    """The OR of policies, flat, without what cannot change it."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Any_) else [part])
    if ANYONE in flat:
        return ANYONE
    flat = list(dict.fromkeys(part for part in flat if part != NOBODY))
    return flat[0] if len(flat) == 1 else Any_(tuple(flat)) if flat else NOBODY


def all_of(*parts: Node) -> Node:
    """The AND of policies, flat, without what cannot change it."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, All) else [part])
    if NOBODY in flat:
        return NOBODY
    flat = list(dict.fromkeys(part for part in flat if part != ANYONE))
    return flat[0] if len(flat) == 1 else All(tuple(flat)) if flat else ANYONE


def compared_with_given(node: Node) -> list[Column]:
    """The columns that what a caller gives is compared with, in the order in which they stand there."""
    pairs = [(part.left, part.right) for part in node.walk() if isinstance(part, Compare)]
    both = [*pairs, *[(right, left) for left, right in pairs]]
    return [one for one, other in both if isinstance(one, Column) and isinstance(other, Given)]


def tables_in(node: Node) -> dict[str, str]:
    """The tables that a tree looks through, by the names that it gives them."""
    found: dict[str, str] = {}
    for part in node.walk():
        if isinstance(part, Exists):
            found[part.source] = part.table
        elif isinstance(part, Source):
            found[part.name] = part.table
    return found
