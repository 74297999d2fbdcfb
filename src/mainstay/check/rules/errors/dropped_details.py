"""Details of an error that the caller never gets."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import DroppedDetails, Facts
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Handlers of errors that leave a field of the error out."""
    for each in facts.of(DroppedDetails):
        yield Found(
            each.place, f"{each.error}.{each.field} is never answered, though the error was made with it", "likely"
        )
