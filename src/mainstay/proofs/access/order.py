"""Rows in the order that a list must have: null is the smallest value."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from mainstay.proofs.access.cells import Row


def ordered(
    rows: Sequence[Row], order: Sequence[tuple[str, bool]], value: Callable[[Row, str], Any] = operator.getitem
) -> list[Row]:
    """Rows by columns or computed fields, each of which may descend."""
    found = list(rows)
    for column, down in reversed(order):
        found.sort(key=lambda row, column=column: rank(value(row, column)), reverse=down)  # type: ignore[misc]
    return found


def rank(value: Any) -> tuple[bool, Any]:
    """What a value sorts by: null first."""
    return (False, 0) if value is None else (True, str(value) if type(value).__name__ == "UUID" else value)
