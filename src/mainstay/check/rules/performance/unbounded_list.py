"""A list that grows with the table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Facts, GraphField, Query
from mainstay.check.finding import Found

BOUND = re.compile(r"(first|last|limit|take|page\w*|pagination|size|per_page|count|ids?|@)\b", re.IGNORECASE)


def findings(facts: Facts) -> Iterator[Found]:
    """Reads of many rows without a limit in handlers, and lists of GraphQL without an argument that bounds them."""
    for route in facts.routes:
        if route.handler is None or (route.changes and "GET" not in route.methods):
            continue
        for query in route.handler.of(Query):
            if query.action == "read" and query.many and not query.bounded and query.loop is None:
                about = f" of {query.table}" if query.table else ""
                yield Found(
                    query.place,
                    f"all rows{about} are read: nothing bounds how many",
                    "likely" if not query.columns else "review",
                )
    for field in facts.of(GraphField):
        if (
            field.many
            and field.owner not in ("Subscription",)
            and not any(BOUND.match(each) for each in field.arguments)
        ):
            yield Found(field.place, f"{field.owner}.{field.name} is a list without first, limit or a cursor", "likely")
