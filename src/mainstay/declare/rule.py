"""`@rule`: a business rule that a create or a change of a row must keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

RULE = "__mainstay_rule__"
"""The attribute of a function that is a rule."""


def rule(function: F) -> F:
    """Makes a method of a resource a rule of its rows: `def rule(self, call, row, changes)`.

    It is asked by every create, replace and update, in the transaction, before anything is written.  `row` is the row
    as it is, locked, and None where it is new; `changes` are the values that are to be set, by the attributes of the
    model.  It raises `Refused` where they may not be.  A `def` is given a `SyncCall`, an `async def` a `Call`.
    """
    setattr(function, RULE, True)
    return function
