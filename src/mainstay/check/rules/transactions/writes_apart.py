"""Several writes of which some may be lost."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Commit, Facts, Query
from mainstay.check.finding import Found
from mainstay.check.flow.value import Step


def findings(facts: Facts) -> Iterator[Found]:
    """Writes to several tables that commit one by one, and functions that commit twice."""
    for handler in facts.handlers:
        if handler.test or (handler.route is None and handler.name in ("", "main")):
            continue
        writes = [
            each
            for each in handler.of(Query)
            if each.action in ("insert", "update", "delete") and each.transaction is None
        ]
        alone = [each for each in writes if each.own_transaction and each.loop is None]
        tables = {each.table for each in alone if each.table}
        if len(alone) >= 2 and len(tables) >= 2:
            proof = tuple(Step(each.place, f"{each.action} {each.table}") for each in alone[:4])
            yield Found(alone[1].place, "these writes belong together and each is committed by itself", "review", proof)
            continue
        ends = [at for at, each in enumerate(handler.facts) if isinstance(each, Commit)]
        if len(ends) >= 2:
            first, second = ends[0], ends[1]
            before = [each for each in handler.facts[:first] if isinstance(each, Query) and each.action != "read"]
            between = [
                each for each in handler.facts[first + 1 : second] if isinstance(each, Query) and each.action != "read"
            ]
            if before and between and before[0].loop is None and between[0].loop is None:
                proof = (
                    Step(handler.facts[first].place, "committed here"),
                    Step(handler.facts[second].place, "and here"),
                )
                yield Found(
                    between[0].place, "a crash between the two commits leaves one half written", "review", proof
                )
