"""Text of the caller becomes part of a statement."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts
from mainstay.check.finding import Found
from mainstay.check.rules.injection.injected import injected


def findings(facts: Facts) -> Iterator[Found]:
    """Statements that are put together with text of the caller."""
    yield from injected(facts, "sql", "text of the caller becomes part of the statement given to {call}")
