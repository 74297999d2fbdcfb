"""An error that is answered as a success."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Answer, Facts
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Bodies with an error and no status."""
    for handler in facts.handlers:
        if handler.route is None or handler.test:
            continue
        for answer in handler.of(Answer):
            if answer.error and answer.status in (None, 200) and handler.route.stack != "" and not answer.headers:
                yield Found(
                    answer.place, "this error is answered with 200, so that no client and no monitor sees it", "likely"
                )
