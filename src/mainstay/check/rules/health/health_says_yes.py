"""A health check that always says yes."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, HealthCheck
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Health endpoints that tell trouble in the body alone."""
    for check in facts.of(HealthCheck):
        if not check.tells_trouble:
            yield Found(check.place, "this says degraded with status 200: what asks looks at the status", "likely")
