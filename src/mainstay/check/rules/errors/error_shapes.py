"""Errors in several shapes."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Answer, ErrorHandler, Facts
from mainstay.check.finding import Found
from mainstay.check.flow.value import Step

BUILT_IN = {
    "HTTPException",
    "StarletteHTTPException",
    "RequestValidationError",
    "Exception",
    "404",
    "500",
    "422",
    "ValidationError",
}


def findings(facts: Facts) -> Iterator[Found]:
    """Handlers for own errors alone, and answers that differ from one another."""
    handled = list(facts.of(ErrorHandler))
    own = [each for each in handled if each.of not in BUILT_IN and each.stack == "fastapi"]
    known = {each.of for each in handled}
    if own and not known & BUILT_IN:
        what = (
            "this handler gives the program's own errors a shape; HTTPException and RequestValidationError keep another"
        )
        yield Found(own[0].place, what, "likely")
    shapes: dict[frozenset[str], Answer] = {}
    for handler in facts.handlers:
        if handler.route is None:
            continue
        for answer in handler.of(Answer):
            if answer.error and answer.keys and (answer.status or 0) != 200:
                shapes.setdefault(answer.keys, answer)
    names = sorted({key for keys in shapes for key in keys & {"error", "errors", "detail", "message", "err", "msg"}})
    if len(shapes) >= 3 and len(names) >= 2:
        first, *rest = shapes.values()
        proof = tuple(Step(each.place, f"answers {', '.join(sorted(each.keys or ()))}") for each in (first, *rest[:3]))
        yield Found(first.place, f"errors have {len(shapes)} shapes, with {', '.join(names)}", "review", proof)
