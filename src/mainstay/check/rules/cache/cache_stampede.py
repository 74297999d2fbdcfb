"""An entry that ends lets everybody calculate it anew."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import CacheUse, Facts
from mainstay.check.finding import Found
from mainstay.check.flow.value import Step


def findings(facts: Facts) -> Iterator[Found]:
    """Entries that are read, missed, made and kept without a lock."""
    for handler in facts.handlers:
        uses = handler.of(CacheUse)
        reads = [each for each in uses if each.action == "get"]
        writes = [each for each in uses if each.action == "set"]
        if reads and writes and reads[0].place < writes[0].place and not any(each.locked for each in uses):
            what = "when this entry ends, every request calculates it anew at once"
            yield Found(reads[0].place, what, "review", (Step(writes[0].place, "kept here"),))
