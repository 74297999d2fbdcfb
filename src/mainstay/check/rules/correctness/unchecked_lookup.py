"""What a lookup did not find is used."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Facts, Query, Unchecked
from mainstay.check.finding import Confidence, Found
from mainstay.check.source import Place

PEOPLE = re.compile(r"(user|account|member|customer|person|people|admin|actor)s?$", re.IGNORECASE)
"""Tables in which the row of who is signed in stands."""


def findings(facts: Facts) -> Iterator[Found]:
    """Answers of lookups that are used without a test."""
    own = _of_callers(facts)
    for handler in facts.handlers:
        if handler.test:
            continue
        for each in handler.of(Unchecked):
            sure: Confidence = "review" if each.lookup in own else "likely"
            yield Found(each.place, f"{each.use} fails where {each.call} finds nothing", sure)


def _of_callers(facts: Facts) -> set[Place]:
    """Lookups that all routes which lead there make for the row of who is signed in, and is there for that reason."""
    own: dict[Place, bool] = {}
    for handler in facts.handlers:
        for query in handler.of(Query) if handler.route is not None else ():
            of_caller = query.caller and query.by_input is None and PEOPLE.search(query.table) is not None
            own[query.place] = own.get(query.place, True) and of_caller
    return {place for place, every in own.items() if every}
