"""A secret is written to the log."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, LogCall
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Lines for a log that show what is named like a secret."""
    for handler in facts.handlers:
        if handler.test:
            continue
        for line in handler.of(LogCall):
            if line.secrets:
                yield Found(line.place, f"{', '.join(line.secrets)} is written to the log", "likely")
