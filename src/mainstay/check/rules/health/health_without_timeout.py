"""A health check that hangs when it is needed."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, HealthCheck
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Checks that are awaited without a time-out."""
    for check in facts.of(HealthCheck):
        if not check.timed:
            yield Found(
                check.place,
                "these checks have no time-out: a database that hangs makes the health check hang",
                "likely",
            )
