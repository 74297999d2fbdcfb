"""A clock that a test sets and moves."""

from __future__ import annotations

import datetime as dt
import time

from mainstay.clock import WALL, Clock


class TestClock:
    """Shows the real time until it is set or moved, and stands still from then on."""

    __test__ = False  # no class of tests, whatever pytest makes of its name

    def __init__(self) -> None:
        self.stands: dt.datetime | None = None
        self.ticks = 0.0
        self.before: Clock | None = None

    @property
    def now(self) -> dt.datetime:
        """The present moment, as the application sees it."""
        return self.stands or dt.datetime.now(dt.UTC)

    def set(self, moment: dt.datetime | str) -> dt.datetime:
        """Lets it be that moment: a datetime with its zone, or text such as `2026-11-21T18:30:00Z`."""
        if isinstance(moment, str):
            moment = dt.datetime.fromisoformat(moment)
        if not isinstance(moment, dt.datetime):
            raise TypeError(f"a clock is set to a datetime or a text such as 2026-11-21T18:30:00Z, not to {moment!r}")
        if moment.tzinfo is None:
            raise ValueError(f"{moment.isoformat()} has no zone; write 2026-11-21T18:30:00Z")
        self.ticks = self.steady() + max(0.0, (moment - self.now).total_seconds())
        self.stands = moment.astimezone(dt.UTC)
        return self.stands

    def move(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> dt.datetime:
        """Lets so much time pass; less than nothing goes back, though limits and caches never do."""
        return self.set(self.now + dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))

    # What the application reads

    def seconds(self) -> float:
        """Seconds since 1970, UTC."""
        return time.time() if self.stands is None else self.stands.timestamp()

    def steady(self) -> float:
        """Seconds since some moment, never going back."""
        return time.monotonic() if self.stands is None else self.ticks

    def hang(self) -> None:
        """Lets everything of Mainstay in this process read the time from here."""
        self.before = WALL.hang(self)

    def take_down(self) -> None:
        """Lets it be the real time again."""
        assert self.before is not None
        WALL.hang(self.before)
