"""A name that its library no longer has."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Query, RemovedApi
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Imports, arguments and calls that newer versions have removed."""
    for use in facts.of(RemovedApi):
        if not use.ended:
            what = f"{use.name} is {'gone' if use.fails else 'deprecated'} since {use.since}"
            yield Found(use.place, what, "likely", fix=f"{use.instead[:1].upper()}{use.instead[1:]}.")
    for query in facts.of(Query):
        if query.raw:
            what = "SQLAlchemy 2 refuses a plain text here: ObjectNotExecutableError"
            yield Found(query.place, what, "likely" if query.known else "review", fix="Wrap it: text(..).")
