"""Classes and signatures: bodies and models with their fields, money, and mistakes in how they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Body, DroppedDetails, Field, Incorrect, MoneyAsFloat, MovedMoney, Setting
from mainstay.check.flow.follow import Follower
from mainstay.check.flow.meaning import is_secret_name
from mainstay.check.flow.value import ClassValue, Unit
from mainstay.check.reading.reader import last
from mainstay.check.words import words

MONEY = re.compile(
    r"(^|_)(amount|price|total|balance|cost|fee|salary|subtotal|refund|payment)s?(_|$)|(Amount|Price|Total|Balance|Cost|Fee)$"
)
CURRENCY = re.compile(r"price|payment|currency|invoice|balance|refund|eur|usd|charge|transfer", re.IGNORECASE)
NOT_MONEY = re.compile(
    r"(count|total_?(count|pages|items|results|users|rows|time|size|score)|_id$|amount_?of|total$)", re.IGNORECASE
)
BOUNDS = words("max_length constr Len StringConstraints MaxLen pattern regex Literal EmailStr max_digits conlist")
MOVES = frozenset(["debit", "credit", "withdraw", "deposit", "transfer"])
IDEMPOTENT = re.compile(r"idempoten|request_?id|dedup|client_?token|reference|nonce", re.IGNORECASE)
DETAILS = frozenset({"details", "errors", "fields", "meta", "context"})


def read(
    units: Iterable[Unit], follower: Follower
) -> Iterator[Body | MoneyAsFloat | Incorrect | DroppedDetails | MovedMoney | Setting]:
    """What the classes and signatures of a program tell."""
    for unit, made in follower.classes:
        yield from _class(unit, made)
    for unit in units:
        yield from _money(unit)
        if unit.source.language == "python":
            yield from _defaults(unit)
        yield from _dropped(unit)


def _class(unit: Unit, made: ClassValue) -> Iterator[Body | MoneyAsFloat | Incorrect | Setting]:
    ancestors = [last(each) for each in made.ancestors()] + [last(s.dotted(each)) for each in made.node.bases]
    fields = tuple(_fields(unit, made))
    settings = "BaseSettings" in ancestors
    if {"BaseModel", "SQLModel", "Schema"} & set(ancestors) and not settings:
        yield Body(place=unit.place(made.node), name=made.node.name, fields=fields)
    if settings:
        for field in fields:
            if (
                field.kind == "str"
                and field.name[:1] != "_"
                and (is_secret_name(field.name) or field.name.lower().endswith(("_key", "_dsn")))
            ):
                yield Setting(place=field.place, name=field.name, value="str", stack="pydantic")
    yield from _never_set(unit, made)


def _fields(unit: Unit, made: ClassValue) -> Iterator[Field]:
    for node in made.node.body:
        if isinstance(node, s.Assign) and node.annotation is not None and isinstance(node.targets[0], s.Name):
            kind = s.dotted(node.annotation)
            names = {last(s.dotted(each)) for each in s.walk(node.annotation) if isinstance(each, s.Name | s.Member)}
            bounded = bool(names & BOUNDS)
            for each in s.walk(*(part for part in (node.annotation, node.value) if part is not None)):
                if isinstance(each, s.Call):
                    bounded = (
                        bounded
                        or bool({argument.name for argument in each.arguments} & BOUNDS)
                        or last(s.dotted(each.function)) in BOUNDS
                    )
            if isinstance(node.annotation, s.Binary) or "Optional" in names:
                kind = "str" if "str" in names else kind
            yield Field(
                place=unit.place(node), name=node.targets[0].id, kind=kind, bounded=bounded, owner=made.node.name
            )


def _never_set(unit: Unit, made: ClassValue) -> Iterator[Incorrect]:
    """Attributes that are called and that nothing gives to the instance; only where the whole class can be seen."""
    node = made.node
    if (
        unit.source.language != "python"
        or any(last(s.dotted(each)) != "object" for each in node.bases)
        or node.decorators
    ):
        return
    given = {each.name for each in node.body if isinstance(each, s.Function)}
    given |= {
        target.id
        for each in node.body
        if isinstance(each, s.Assign)
        for target in each.targets
        if isinstance(target, s.Name)
    }
    given |= {each.name for each in node.body if isinstance(each, s.Class)}
    nodes = list(s.walk(*node.body))
    if {"__getattr__", "__getattribute__", "__setattr__"} & given:
        return
    for each in nodes:
        if (isinstance(each, s.Name) and each.id in ("setattr", "vars")) or (
            isinstance(each, s.Member) and each.name == "__dict__"
        ):
            return
        if isinstance(each, s.Assign):
            for target in each.targets:
                given |= {
                    inner.name
                    for inner in s.walk(target)
                    if isinstance(inner, s.Member) and s.dotted(inner.object) in ("self", "cls")
                }
        elif isinstance(each, s.With):
            given |= {target.name for _, target in each.items if isinstance(target, s.Member)}
    outside = {
        target.name
        for other in unit.nodes
        if isinstance(other, s.Assign)
        for target in other.targets
        if isinstance(target, s.Member)
    }
    for each in nodes:
        if (
            isinstance(each, s.Call)
            and isinstance(each.function, s.Member)
            and s.dotted(each.function.object) == "self"
        ):
            name = each.function.name
            if name not in given and name not in outside and not name.startswith("__"):
                given.add(name)
                yield Incorrect(
                    place=unit.place(each),
                    kind="attribute",
                    name=f"self.{name}",
                    why=f"self.{name} is called, and nothing ever sets it",
                )


def _defaults(unit: Unit) -> Iterator[Incorrect]:
    """`details: dict = None`: the annotation refuses the default."""
    for node in unit.nodes:
        if not isinstance(node, s.Function):
            continue
        for each in node.parameters:
            if each.annotation is None or not isinstance(each.default, s.Literal) or each.default.value is not None:
                continue
            plain = s.dotted(each.annotation)
            if plain in ("str", "int", "dict", "list", "bool", "float", "bytes", "set", "tuple", "datetime", "UUID"):
                yield Incorrect(
                    place=unit.place(each),
                    kind="default",
                    name=each.name,
                    why=f"{each.name} is declared {plain} and its default is None",
                )


def is_money(name: str) -> bool:
    """Whether something of that name is an amount of money."""
    return MONEY.search(name) is not None and (NOT_MONEY.search(name) is None or name.lower() == "total")


def _speaks_of_money(unit: Unit, name: str) -> bool:
    """Whether an `amount` is one of money: something else in its text says so."""
    return name.lower() != "amount" or CURRENCY.search(unit.source.text) is not None or unit.source.first > 1


def _money(unit: Unit) -> Iterator[MoneyAsFloat | MovedMoney]:
    for node in unit.nodes:
        if (
            isinstance(node, s.Assign)
            and isinstance(node.targets[0], s.Name)
            and is_money(node.targets[0].id)
            and _speaks_of_money(unit, node.targets[0].id)
        ):
            kind = s.dotted(node.annotation) if node.annotation is not None else ""
            column = {
                last(s.dotted(each))
                for each in s.walk(*(part for part in (node.annotation, node.value) if part is not None))
                if isinstance(each, s.Name | s.Member)
            }
            column |= {
                str(each.value)
                for each in s.walk(*node.decorators)
                if isinstance(each, s.Literal) and each.value in ("float", "double", "real", "double precision")
            }
            if (
                column & {"float", "double", "real", "double precision"}
                or kind in ("float", "float32", "float64", "f32", "f64")
                or column & {"FloatField", "Float", "REAL", "Double"}
                or (node.annotation is not None and "float" in column)
            ):
                yield MoneyAsFloat(place=unit.place(node), name=node.targets[0].id, kind="float")
        elif isinstance(node, s.Pair) and isinstance(node.key, s.Literal) and is_money(str(node.key.value)):
            value = node.value
            if isinstance(value, s.Literal) and isinstance(value.value, float) and unit.source.first > 1:
                yield MoneyAsFloat(place=unit.place(node), name=str(node.key.value), kind="a number with a fraction")
            elif (isinstance(value, s.Name) and value.id == "Number") or (
                isinstance(value, s.Mapping)
                and any(
                    isinstance(each.key, s.Literal)
                    and each.key.value == "type"
                    and s.dotted(each.value) in ("Number", "DataTypes.FLOAT", "DataTypes.DOUBLE", "Sequelize.FLOAT")
                    for each in value.pairs
                )
            ):
                yield MoneyAsFloat(place=unit.place(node), name=str(node.key.value), kind="Number")
        elif isinstance(node, s.Call) and last(s.dotted(node.function)) in ("float", "parseFloat") and node.arguments:
            names = [
                last(s.dotted(each)) for each in s.walk(node.arguments[0].value) if isinstance(each, s.Member | s.Name)
            ]
            texts = [str(each.value) for each in s.walk(node.arguments[0].value) if isinstance(each, s.Literal)]
            name = next((each for each in [*names, *texts] if is_money(each)), "")
            if name:
                yield MoneyAsFloat(place=unit.place(node), name=name, kind="float")
        elif isinstance(node, s.Function):
            yield from _function(node, unit)


def _function(node: s.Function, unit: Unit) -> Iterator[MoneyAsFloat | MovedMoney]:
    for each in node.parameters:
        kind = s.dotted(each.annotation)
        if is_money(each.name) and kind in ("float", "number", "float64", "f64"):
            yield MoneyAsFloat(place=unit.place(each), name=each.name, kind=kind)
    amount = next(
        (each for each in node.parameters if re.fullmatch(r"amount\w*|value|sum", each.name, re.IGNORECASE)), None
    )
    if amount is None:
        return
    calls = [each for each in s.walk(*node.body) if isinstance(each, s.Call) and last(s.dotted(each.function)) in MOVES]
    if not calls:
        return
    tests = [
        each for each in s.walk(*node.body) if isinstance(each, s.Binary) and each.operator in ("<", ">", "<=", ">=")
    ]
    checked = any(isinstance(inner, s.Name) and inner.id == amount.name for each in tests for inner in s.walk(each))
    checked = checked or any(
        isinstance(each, s.Call) and re.match(r"(validate|check|assert|ensure)", last(s.dotted(each.function)))
        for each in s.walk(*node.body)
    )
    parties = tuple(
        each.name
        for each in node.parameters
        if re.match(r"(from|to|source|target|dest|sender|receiver|payer|payee)", each.name, re.IGNORECASE)
    )
    same = [each for each in s.walk(*node.body) if isinstance(each, s.Binary) and each.operator in ("==", "!=")]
    apart = (
        any({s.dotted(each.left), s.dotted(each.right)} <= set(parties) for each in same) if len(parties) > 1 else True
    )
    words = [each.name for each in node.parameters] + [
        each.id for each in s.walk(*node.body) if isinstance(each, s.Name)
    ]
    yield MovedMoney(
        place=unit.place(node),
        function=node.label,
        amount=amount.name,
        checked=checked,
        parties=parties,
        apart=apart,
        key=any(IDEMPOTENT.search(each) for each in words),
    )


def _dropped(unit: Unit) -> Iterator[DroppedDetails]:
    """Errors with details, and a handler that answers the error without them."""
    errors: dict[str, set[str]] = {}
    for node in unit.nodes:
        if isinstance(node, s.Class) and re.search(r"(Error|Exception)$", node.name):
            for each in node.body:
                if isinstance(each, s.Function) and each.name in ("constructor", "__init__"):
                    errors[node.name] = {parameter.name for parameter in each.parameters} & DETAILS
    if not any(errors.values()):
        return
    for node in unit.nodes:
        if not isinstance(node, s.If):
            continue
        for test in s.walk(node.test):
            if isinstance(test, s.Binary) and test.operator == "instanceof" and s.dotted(test.right) in errors:
                name, kept = s.dotted(test.left), errors[s.dotted(test.right)]
            elif (
                isinstance(test, s.Call)
                and s.dotted(test.function) == "isinstance"
                and len(test.arguments) == 2
                and s.dotted(test.arguments[1].value) in errors
            ):
                name, kept = s.dotted(test.arguments[0].value), errors[s.dotted(test.arguments[1].value)]
            else:
                continue
            read = {
                each.name for each in s.walk(*node.then) if isinstance(each, s.Member) and s.dotted(each.object) == name
            }
            if "message" in read:
                for missing in sorted(kept - read):
                    yield DroppedDetails(place=unit.place(node.then[0]), field=missing, error=name)
