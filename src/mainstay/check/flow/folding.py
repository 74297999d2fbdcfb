"""Calculating with what is known: operators on constants, and how long a time span is."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from mainstay.check.flow.value import Value

FOLD: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "/": operator.truediv,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "in": lambda one, other: one in other,
    "not in": lambda one, other: one not in other,
}
COMPARISONS = ("==", "!=", "<", ">", "<=", ">=", "in", "not in", "is", "is not")
LONGEST_FOLD = 2_000
UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}


def seconds(keywords: dict[str, Value]) -> float:
    """How long a `timedelta` is; 0 where that cannot be seen."""
    return sum(
        UNITS[name] * each.const
        for name, each in keywords.items()
        if name in UNITS and isinstance(each.const, int | float)
    )
