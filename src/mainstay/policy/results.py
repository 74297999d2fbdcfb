"""What kind of value an expression comes to, whatever the rows, and whether it can be null."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal as Exact

from mainstay.kinds import (
    Boolean,
    Date,
    Decimal,
    Float,
    Identifier,
    Integer,
    Kind,
    Moment,
    Money,
    Reference,
    Text,
    Time,
)
from mainstay.policy.tree import (
    ActorValue,
    Aggregate,
    Arithmetic,
    Case,
    Coalesce,
    Column,
    Exists,
    InClaim,
    IsNull,
    Node,
    Now,
    Value,
)

OF_CONSTANT: dict[str, Kind] = {
    "boolean": Boolean(),
    "choice": Text(),
    "integer": Integer(),
    "float": Float(),
    "text": Text(),
    "uuid": Identifier(),
    "moment": Moment(),
    "date": Date(),
    "time": Time(),
}
ORDERED = (int, float, Exact, str, dt.datetime, dt.date, dt.time)
"""Types of values of which there is a smallest and a largest."""
DIGITS = 18
"""Digits of the exact numbers that are worked out."""


class NoKind(Exception):
    """The expression comes to no kind of value; `do` says what can be done."""

    def __init__(self, what: str, do: str) -> None:
        super().__init__(what)
        self.do = do


OfColumn = Callable[[Column], Kind]
"""The kind of a column of the tree's."""


def kind_of(node: Node, of_column: OfColumn) -> Kind:
    """The kind of the expression's value; NoKind where it has none."""
    match node:
        case Column():
            kind = of_column(node)
            return kind.key if isinstance(kind, Reference) else kind
        case Value(value, name) if value is not None:
            return Decimal(DIGITS, places(str(value))) if name == "decimal" else OF_CONSTANT[name]
        case ActorValue() | Value():
            raise NoKind("a value of the actor's, or null, has no kind by itself", "compare it with a column")
        case Now():
            return Moment()
        case Aggregate():
            return of_aggregate(node, of_column)
        case Arithmetic():
            return of_arithmetic(node, of_column)
        case Coalesce(values):
            return common(values, of_column)
        case Case(_, results, otherwise):
            return common((*results, otherwise), of_column)
    return Boolean()


def places(digits: str) -> int:
    """How many digits are behind the point."""
    return len(digits.partition(".")[2])


def of_aggregate(node: Aggregate, of_column: OfColumn) -> Kind:
    """What a function over rows comes to."""
    if node.function == "count":
        return Integer()
    kind = kind_of(node.value, of_column)
    if node.function in ("min", "max"):
        if kind.python in ORDERED and "lt" in kind.operators:
            return kind
        raise NoKind(f"{node.function}(..) of a {kind.name} is not the same everywhere", "leave it to a derived field")
    if not isinstance(kind, Integer | Decimal):
        raise NoKind(
            f"{node.function}(..) of a {kind.name} has no value that does not depend on the order of the rows",
            f"{node.function} whole numbers, decimals or money",
        )
    return Float() if node.function == "avg" else widest(kind)


def widest(kind: Kind) -> Kind:
    """The kind of exact numbers without its bounds."""
    if isinstance(kind, Money):
        return Money(precision=DIGITS, scale=kind.scale, currency=kind.currency)
    return Decimal(DIGITS, kind.scale) if isinstance(kind, Decimal) else Integer()


def of_arithmetic(node: Arithmetic, of_column: OfColumn) -> Kind:
    """What two exact numbers come to."""
    left, right = kind_of(node.left, of_column), kind_of(node.right, of_column)
    for kind in (left, right):
        if not isinstance(kind, Integer | Decimal):
            raise NoKind(f"there is no arithmetic with a {kind.name}", "leave it to a derived field")
    if node.sign == "over":
        return Float()
    if node.sign != "times":
        return widest(common((node.left, node.right), of_column))
    if isinstance(right, Money):
        left, right = right, left
    scale = scale_of(left) + scale_of(right)
    if scale > DIGITS or (isinstance(left, Money) and isinstance(right, Decimal)):
        raise NoKind(
            f"a {left.name} times a {right.name} has digits that would have to be rounded",
            "leave it to a derived field, or multiply money by whole numbers",
        )
    return widest(left) if scale_of(right) == 0 else Decimal(DIGITS, scale)


def scale_of(kind: Kind) -> int:
    """How many digits of an exact number are behind the point."""
    return kind.scale if isinstance(kind, Decimal) else 0


def common(values: Sequence[Node], of_column: OfColumn) -> Kind:
    """The kind that several values are all of, constants following the others; null is of every kind."""
    given = [value for value in values if not (isinstance(value, Value) and value.value is None)]
    kinds = {value: kind_of(value, of_column) for value in given}
    leading = list(dict.fromkeys(kind for value, kind in kinds.items() if not isinstance(value, Value)))
    every = list(dict.fromkeys(kinds.values()))
    numbers = [kind for kind in every if isinstance(kind, Integer | Decimal)]
    if len(every) == 1:
        return every[0]
    if every and leading in ([Float()], []) and all(isinstance(kind, Integer | Decimal | Float) for kind in every):
        return Float()
    if every and len(numbers) == len(every):
        scale = max(scale_of(kind) for kind in numbers)
        money = {kind.currency if isinstance(kind, Money) else None for kind in leading or numbers}
        if money == {None}:
            return Decimal(DIGITS, scale) if scale or any(isinstance(kind, Decimal) for kind in every) else Integer()
        if len(money) == 1:
            return Money(precision=DIGITS, scale=scale, currency=str(*money))
    if every and all(isinstance(kind, Text) or kind.python is str for kind in every):
        return Text()
    names = " and ".join(dict.fromkeys(kind.name for kind in every)) or "null alone"
    raise NoKind(f"values of different kinds meet: {names}", "give them one kind")


def can_be_null(node: Node, of_column: Callable[[Column], bool]) -> bool:
    """Whether the expression can be null; `of_column` says it of a column."""
    match node:
        case Column():
            return of_column(node)
        case Value(value):
            return value is None
        case Exists() | IsNull() | Now():
            return False
        case Aggregate(function):
            return function != "count"
        case ActorValue() | Arithmetic() | InClaim():
            return True
        case Coalesce(values):
            return all(can_be_null(value, of_column) for value in values)
        case Case(_, results, otherwise):
            return any(can_be_null(value, of_column) for value in (*results, otherwise))
    return any(can_be_null(part, of_column) for part in node.children())
