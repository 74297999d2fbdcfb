"""A policy as one line that people read, close to what was written."""

from __future__ import annotations

import datetime as dt
import json

from mainstay.policy.tree import (
    ActorValue,
    Aggregate,
    All,
    Always,
    Any_,
    Arithmetic,
    Case,
    Coalesce,
    Column,
    Compare,
    Exists,
    Given,
    In,
    InClaim,
    IsNull,
    Node,
    Not,
    Now,
    Opaque,
    Role,
    Scope,
    SignedIn,
    Source,
    Value,
)

SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
ARITHMETIC = {"plus": "+", "minus": "-", "times": "*", "over": "/"}
UNITS = ((86_400, "days"), (3_600, "hours"), (60, "minutes"), (1, "seconds"))
"""Seconds, and what so many are called."""


def sentence(node: Node, own: str) -> str:
    """The node in words; columns of the table `own` stand without its name."""
    match node:
        case Always(allowed):
            return "anyone" if allowed else "no one"
        case SignedIn():
            return "signed in"
        case Role(name):
            return f"role {name}"
        case Scope(name):
            return f"scope {name}"
        case All(parts):
            return " and ".join(part_of(part, own) for part in parts) or "anyone"
        case Any_(parts):
            return " or ".join(part_of(part, own) for part in parts) or "no one"
        case Not(part):
            return f"not {part_of(part, own)}"
        case Compare(operator, left, right):
            return f"{sentence(left, own)} {SIGNS[operator]} {sentence(right, own)}"
        case IsNull(value):
            return f"{sentence(value, own)} is null"
        case In(value, options):
            return f"{sentence(value, own)} in ({', '.join(sentence(option, own) for option in options)})"
        case InClaim(value, claim):
            return f"{sentence(value, own)} in actor.{claim}"
        case Exists(table, source, where):
            named = table if table == source else f"{table} as {source}"
            return f"a row of {named} with ({sentence(where, own)})"
        case Opaque(_, reason):
            return f"an expression of its own ({reason})"
        case _:
            return value_of(node, own)


def part_of(node: Node, own: str) -> str:
    """A part of an AND, an OR or a NOT, in brackets where it has parts itself."""
    text = sentence(node, own)
    return f"({text})" if isinstance(node, All | Any_) and len(node.parts) > 1 else text


def value_of(node: Node, own: str) -> str:
    """A value in words."""
    match node:
        case Column(source, name):
            return name if source == own else f"{source}.{name}"
        case ActorValue(claim):
            return f"actor.{claim}"
        case Value(value):
            return json.dumps(value, ensure_ascii=False)
        case Now(seconds):
            return f"now {'-' if seconds < 0 else '+'} {span(abs(seconds))}" if seconds else "now"
        case Given():
            return "the given value"
        case Source(table, name):
            return table if table == name else f"{table} as {name}"
        case Aggregate(function, value, sources, where):
            over = ", ".join(value_of(source, own) for source in sources)
            return f"{function} of {value_of(value, own)} over {over} with ({sentence(where, own)})"
        case Arithmetic(sign, left, right):
            return f"({value_of(left, own)} {ARITHMETIC[sign]} {value_of(right, own)})"
        case Coalesce(values):
            return f"the first of ({', '.join(value_of(value, own) for value in values)}) that is not null"
        case Case(conditions, results, otherwise):
            pairs = zip(conditions, results, strict=True)
            told = [f"{value_of(result, own)} where {sentence(condition, own)}" for condition, result in pairs]
            return f"({', '.join(told)}, else {value_of(otherwise, own)})"
        case _:
            return sentence(node, own)


def span(seconds: float) -> str:
    """A length of time in the largest unit of which it is a whole number."""
    for length, unit in UNITS:
        if seconds % length == 0:
            number = int(seconds // length)
            return f"{number} {unit[:-1] if number == 1 else unit}"
    return str(dt.timedelta(seconds=seconds))
