"""A list that takes longer with each row in it, as if it asked the database once for each."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.finding import Confidence, Found
from mainstay.check.live.growth import grown
from mainstay.check.live.probe import found
from mainstay.check.live.service import Service

EACH = 0.0006
"""Seconds for each row that are more than writing it down takes."""
SURE = 0.0025
"""Seconds for each row that only a question to another process takes."""
TIMES = 3.0


def ask(service: Service) -> Iterator[Found]:
    """Compares how long a list takes with few rows and with many."""
    for growth in grown(service):
        few, many = growth.few, growth.many
        more = many.rows - few.rows
        if more < 20:
            continue
        each = (many.seconds - few.seconds) / more
        if each > EACH and many.seconds > TIMES * few.seconds:
            sure: Confidence = "likely" if each > SURE else "review"
            times = f"{few.seconds * 1000:.0f} ms with {few.rows} rows, {many.seconds * 1000:.0f} ms with {many.rows}"
            what = f"each row takes {each * 1000:.1f} ms more ({times}), as a statement for each row does"
            yield found(growth.operation, what, sure, few.answer, many.answer)
