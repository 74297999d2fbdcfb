"""A date that names the wrong day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from mainstay.check.facts import Facts, Header
from mainstay.check.finding import Found

DATE = re.compile(r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} \w{3} \d{4}")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def findings(facts: Facts) -> Iterator[Found]:
    """Dates of headers whose weekday is another."""
    for header in facts.of(Header):
        if header.name not in ("sunset", "date", "expires", "retry-after"):
            continue
        found = DATE.match(header.value)
        if found:
            try:
                told = datetime.strptime(header.value[5:25].strip(), "%d %b %Y %H:%M:%S").replace(tzinfo=UTC)
            except ValueError:
                yield Found(header.place, f"{header.value} is no date", "proven")
                continue
            right = DAYS[told.weekday()]
            if found.group(1) != right:
                yield Found(
                    header.place, f"{header.value[5:16]} was a {right}, and the header says {found.group(1)}", "proven"
                )
