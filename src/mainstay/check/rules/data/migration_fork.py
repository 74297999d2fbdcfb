"""Two migrations that are both the last."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Fork
from mainstay.check.finding import Found
from mainstay.check.flow.value import Step


def findings(facts: Facts) -> Iterator[Found]:
    """Histories with more than one end."""
    for each in facts.of(Fork):
        proof = tuple(Step(place, f"{name} is the last") for place, name in zip(each.places, each.names, strict=True))
        what = f"{' and '.join(each.names)} are both the last migration"
        yield Found(each.place, what, "proven", proof, fix=FIXES.get(each.tool, ""))


FIXES = {"alembic": "Join them with `alembic merge heads`.", "django": "Join them with `makemigrations --merge`."}
