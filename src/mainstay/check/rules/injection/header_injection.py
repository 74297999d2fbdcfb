"""Text of the caller becomes a header."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts
from mainstay.check.finding import Found
from mainstay.check.rules.injection.injected import injected


def findings(facts: Facts) -> Iterator[Found]:
    """Places that such text reaches."""
    yield from injected(facts, "header", "text of the caller becomes a header in {call}")
