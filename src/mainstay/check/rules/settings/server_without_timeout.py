"""A server that waits for slow callers for ever."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Setting
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Servers that are started without a time-out for what they read."""
    for setting in facts.of(Setting):
        if setting.stack == "server":
            what = f"{setting.name} waits for ever for a caller that sends slowly"
            yield Found(setting.place, what, "likely")
