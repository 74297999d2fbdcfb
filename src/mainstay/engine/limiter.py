"""Limits: so many calls in so many seconds, spread evenly (the generic cell rate algorithm)."""

from __future__ import annotations

import math
from collections.abc import Callable

from mainstay.engine.call import Allowance
from mainstay.operation import Limit

MOST = 100_000
"""Callers remembered at one time; those that have all their calls again are forgotten first."""

ROUNDED = 1e-3
"""The part of a call that adding up seconds may lose: a clock that has run for years has few digits left for it."""


class Limiter:
    """What each caller has used of each limit, in this process's memory.

    A caller may make all calls of a period at once; they come back one by one, evenly over the period.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        """Seconds, never going back."""
        self.full_at: dict[tuple[str, str], float] = {}
        """By limit and caller, the moment at which all calls are there again."""

    def take(self, name: str, limit: Limit, caller: str) -> tuple[Allowance, float]:
        """Uses one call: what is left, and in how many seconds there is one again where there was none, else 0."""
        now = self.clock()
        calls, seconds = limit.calls, limit.seconds
        each = seconds / calls
        key = (name, caller)
        full = self.full_at.get(key, now)
        if full < now:
            full = now
        full += each
        over = full - now - seconds
        if over > each * ROUNDED:
            return Allowance(limit.per, limit.calls, limit.seconds, 0, math.ceil(full - each - now)), over
        if len(self.full_at) >= MOST and key not in self.full_at:
            self.forget(now)
        self.full_at[key] = full
        return Allowance(limit.per, calls, seconds, int(-over / each + ROUNDED), math.ceil(full - now)), 0.0

    def forget(self, now: float) -> None:
        """Drops the callers that have all their calls again; where there are none, those that soon will."""
        self.full_at = {key: full for key, full in self.full_at.items() if full > now}
        if len(self.full_at) >= MOST:
            later = sorted(self.full_at.items(), key=lambda item: item[1])[MOST // 10 :]
            self.full_at = dict(later)
