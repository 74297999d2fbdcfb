"""What time it is: the one place that asks, so that a test can say it.

Moments that rows, tokens and policies hold, and the seconds that limits count, come from here.  How long a
connection, a lock or a body is waited for does not: that is always real.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def seconds(self) -> float:
        """Seconds since 1970, UTC."""

    def steady(self) -> float:
        """Seconds since some moment, never going back."""


class SystemClock:
    """The clock of this machine."""

    seconds = staticmethod(time.time)
    steady = staticmethod(time.monotonic)


class Wall:
    """Where this process reads the time: one for all, as the functions that fill a new row know no application."""

    def __init__(self) -> None:
        self.clock: Clock = SystemClock()

    def hang(self, clock: Clock) -> Clock:
        """Reads the time from another clock; gives back the one that it was read from."""
        before, self.clock = self.clock, clock
        return before


WALL = Wall()


def now() -> dt.datetime:
    """The present moment, in UTC."""
    return dt.datetime.fromtimestamp(WALL.clock.seconds(), dt.UTC)


def seconds() -> float:
    """Seconds since 1970, UTC."""
    return WALL.clock.seconds()


def steady() -> float:
    """Seconds since some moment, never going back."""
    return WALL.clock.steady()
