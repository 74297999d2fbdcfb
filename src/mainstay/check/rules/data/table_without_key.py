"""A table whose rows have no name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Facts
from mainstay.check.facts.catalogue import bare, catalogue
from mainstay.check.finding import Found

APPENDED = re.compile(
    r"(^|_)(logs?|history|audit|events?|staging|tmp|temp|import|backup|archive|metrics?)(_|$)", re.IGNORECASE
)


def findings(facts: Facts) -> Iterator[Found]:
    """Tables without a key and without a unique constraint."""
    for each in catalogue(facts):
        table = each.table
        if not table.whole or not table.ordinary or not table.columns:
            continue
        if not table.primary and not any(index.unique and not index.where for index in each.indexes):
            sure = table.dialect != "sqlite" and APPENDED.search(bare(table.name)) is None
            yield Found(table.place, f"{table.name} has no primary key", "likely" if sure else "review")
