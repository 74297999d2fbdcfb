"""Limits: so many calls in so many seconds, spread evenly (the generic cell rate algorithm)."""

from __future__ import annotations

import math
from collections.abc import Callable

from mainstay.operation import Limit

MOST = 100_000
"""Callers remembered at one time; those that have all their calls again are forgotten first."""

ROUNDED = 1e-3
"""The part of a call that adding up seconds may lose: a clock that has run for years has few digits left for it."""


class Meter:
    """A limit as it is counted, under one name wherever it applies; there is one of each name."""

    __slots__ = ("calls", "each", "name", "per", "seconds", "slack")

    def __init__(self, name: str, limit: Limit) -> None:
        self.name = name
        self.per = limit.per
        self.calls = limit.calls
        self.seconds = float(limit.seconds)
        self.each = limit.seconds / limit.calls
        """Seconds after which a call is there again."""
        self.slack = self.each * ROUNDED


class Limiter:
    """What each caller has used of each limit, in this process's memory.

    A caller may make all calls of a period at once; they come back one by one, evenly over the period.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        """Seconds, never going back."""
        self.meters: dict[str, Meter] = {}
        self.full_at: dict[tuple[str, str], float] = {}
        """By limit and caller, the moment at which all calls are there again."""

    def meter(self, name: str, limit: Limit) -> Meter:
        """A limit that is counted under a name."""
        return self.meters.setdefault(name, Meter(name, limit))

    def take(self, meter: Meter, caller: str) -> tuple[int, int, float]:
        """Uses one call: how many are left, in how many seconds all are there again, and one where none was, else 0."""
        now = self.clock()
        each = meter.each
        key = (meter.name, caller)
        full = self.full_at.get(key, now)
        if full < now:
            full = now
        full += each
        over = full - now - meter.seconds
        if over > meter.slack:
            return 0, math.ceil(full - each - now), over
        if len(self.full_at) >= MOST and key not in self.full_at:
            self.forget(now)
        self.full_at[key] = full
        return math.floor(-over / each + ROUNDED), math.ceil(full - now), 0.0

    def forget(self, now: float) -> None:
        """Drops the callers that have all their calls again; where there are none, those that soon will."""
        self.full_at = {key: full for key, full in self.full_at.items() if full > now}
        if len(self.full_at) >= MOST:
            later = sorted(self.full_at.items(), key=lambda item: item[1])[MOST // 10 :]
            self.full_at = dict(later)
