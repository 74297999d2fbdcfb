"""A migration that the tool does not find."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Migration
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Migrations of Alembic without their two names."""
    for each in facts.of(Migration):
        if not each.named and each.tool == "alembic":
            yield Found(each.place, "revision and down_revision are not set: Alembic refuses this migration", "proven")
