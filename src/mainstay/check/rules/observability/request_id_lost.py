"""A request id that errors, or other services, do not know."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, RequestId
from mainstay.check.finding import Found
from mainstay.check.source import Place


def findings(facts: Facts) -> Iterator[Found]:
    """Middleware that makes a request id, ignores the incoming one, or leaves it out of errors."""
    for each in facts.of(RequestId):
        if not each.on_errors:
            yield Found(each.place, "answers to errors carry no X-Request-ID, where it is needed most", "likely")
        if not each.takes_incoming:
            shown = each.place if each.on_errors else Place(each.place.path, each.place.line + 1)
            yield Found(shown, "an id that comes with the request is ignored: the trace ends here", "likely")
