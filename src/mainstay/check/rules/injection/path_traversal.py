"""Text of the caller becomes part of a path."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts
from mainstay.check.finding import Found
from mainstay.check.rules.injection.injected import injected


def findings(facts: Facts) -> Iterator[Found]:
    """Places that such text reaches."""
    yield from injected(facts, "path", "text of the caller chooses the file that {call} touches")
