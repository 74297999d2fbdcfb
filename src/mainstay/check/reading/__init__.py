"""Readers: each turns what was seen of a followed function into facts of one kind, whatever stack it belongs to.

A reader is a function of a `Run` that yields facts with the position at which they happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mainstay.check.facts import Fact
from mainstay.check.flow.follow import Follower
from mainstay.check.project import Project
from mainstay.check.reading import outgoing, queries, secrets, sinks
from mainstay.check.reading.reader import Reader

ALL: tuple[Reader, ...] = (queries.read, sinks.read, outgoing.read)
"""Readers of functions."""


def _secrets(project: Project, follower: Follower) -> Iterable[Fact]:
    for unit in project.units:
        yield from secrets.read(unit)


LOOSE: tuple[Callable[[Project, Follower], Iterable[Fact]], ...] = (_secrets,)
"""Readers of whole projects."""
