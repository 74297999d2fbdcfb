"""The text of an error is told to the caller."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Answer, Facts, Handler
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Answers in which something of an exception stands."""
    for handler in facts.handlers:
        if handler.test or (handler.route is None and not _reached(handler, facts)):
            continue
        for answer in handler.of(Answer):
            if answer.leaks:
                yield Found(answer.place, f"{answer.leaks} is told to the caller", "likely")


def _reached(handler: Handler, facts: Facts) -> bool:
    """Whether a caller sees what it answers: a handler of errors, or a function that a route calls."""
    if handler.language == "java":
        return any("ExceptionHandler" in each for each in handler.decorators)
    if handler.language != "python":
        return bool({"res", "response", "reply", "ctx"} & set(handler.parameters))
    if any("Request" in each or "error" in each for each in handler.decorators):
        return True
    name = "!" + handler.name
    return any(name in route.handler.calls for route in facts.routes if route.handler is not None)
