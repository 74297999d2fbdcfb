"""A limit that the caller may set to anything."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Facts, GraphField, PageSize
from mainstay.check.finding import Found

LIMIT = re.compile(r"^(limit|page_?size|per_?page|first|take|size|count|max_?results|num)$", re.IGNORECASE)
CLAMPS = {"min", "clamp", "Math.min", "Max", "le", "MAX_LIMIT", "MAX_PAGE_SIZE", "max_page_size"}
"""Names of what keeps a number below another."""


def findings(facts: Facts) -> Iterator[Found]:
    """Page sizes without an upper bound."""
    for route in facts.routes:
        for name, (_, bounded) in route.numbers.items():
            if LIMIT.match(name) and not bounded and route.handler is not None and not CLAMPS & route.handler.names:
                yield Found(route.place, f"{name} has no maximum: a caller may ask for a million rows", "likely")
    for field in facts.of(GraphField):
        for argument in field.arguments:
            if field.many and LIMIT.match(argument.split(":")[0].strip()) and "@constraint" not in field.arguments:
                yield Found(
                    field.place, f"{argument.split(':')[0]} of {field.owner}.{field.name} has no maximum", "review"
                )
    for handler in facts.handlers:
        if handler.route is None or handler.route.numbers or CLAMPS & handler.names:
            continue
        for page in handler.of(PageSize):
            yield Found(
                page.place,
                f"{page.name} has no maximum: a caller may ask for a million rows",
                "likely",
                page.trace.steps,
            )
