"""How much the probes may ask, and how long."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a review of a running API may cost.

    `requests` and `seconds` bound the whole; `timeout` is how long one answer is waited for, `delay` the seconds
    between two requests. Tidying up has a tenth of both besides.
    """

    requests: int = 2_000
    seconds: float = 300.0
    timeout: float = 10.0
    delay: float = 0.0


class Spent(Exception):
    """Nothing is left of what may be asked; says of what."""


class Budget:
    """What is left of the limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.requests = 0
        self.began = time.monotonic()
        self.tidying = False

    @property
    def seconds(self) -> float:
        """How long it has been going on."""
        return time.monotonic() - self.began

    @property
    def seconds_left(self) -> float:
        """How long it may go on."""
        return self.limits.seconds * (1.1 if self.tidying else 1.0) - self.seconds

    def spend(self) -> None:
        """Takes one request, and waits before it as long as is asked for; raises Spent."""
        allowed = self.limits.requests * (1.1 if self.tidying else 1.0)
        if self.requests >= allowed:
            raise Spent(f"{self.limits.requests:,} requests were sent")
        if self.seconds_left <= 0:
            raise Spent(f"{self.limits.seconds:g} seconds have gone by")
        if self.limits.delay:
            time.sleep(self.limits.delay)
        self.requests += 1
