"""Text of the caller becomes part of a page."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts
from mainstay.check.finding import Found
from mainstay.check.rules.injection.injected import injected


def findings(facts: Facts) -> Iterator[Found]:
    """Places that such text reaches."""
    yield from injected(facts, "html", "text of the caller becomes HTML in {call}, and is not escaped")
