"""A statement for each row of another."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Query
from mainstay.check.finding import Confidence, Found
from mainstay.check.flow.value import Step


def findings(facts: Facts) -> Iterator[Found]:
    """Reads in a loop; in the loop's own function or in one that it calls."""
    for handler in facts.handlers:
        if handler.test:
            continue
        for query in handler.of(Query):
            asks_nothing = query.text and not query.table  # SELECT 1
            if query.loop is not None and query.action == "read" and not asks_nothing:
                about = f" of {query.table}" if query.table else ""
                proof = (Step(query.loop, "the loop"), Step(query.place, "the statement in it"))
                sure: Confidence = "likely" if handler.route is not None else "review"
                yield Found(query.place, f"a read{about} for each turn of a loop", sure, proof)
