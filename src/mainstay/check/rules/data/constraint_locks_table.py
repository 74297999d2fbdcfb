"""A constraint that is checked while everybody waits."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Change, Facts
from mainstay.check.finding import Found

NAMES = {"foreign": "foreign key", "check": "CHECK", "unique": "unique constraint", "primary": "primary key"}
KEY = "Make a unique index CONCURRENTLY first, and add the constraint USING INDEX."
REQUIRE = "Add a CHECK (.. IS NOT NULL) NOT VALID, validate it in a migration of its own, then set NOT NULL."


def findings(facts: Facts) -> Iterator[Found]:
    """Constraints that are added to tables which are there, and checked at once."""
    for each in facts.of(Change):
        if each.dialect not in ("", "postgresql") or each.guarded or each.rebuilt:
            continue
        if each.kind == "add constraint" and each.valid and each.constraint in NAMES:
            what = f"the {NAMES[each.constraint]} {each.what} is checked at once: writes to {each.table} wait"
            fix = KEY if each.constraint in ("unique", "primary") else ""
            yield Found(each.place, what, "review", fix=fix)
        elif each.kind == "require":
            what = (
                f"{each.table}.{each.what} is made NOT NULL: every access to {each.table} waits until all rows are read"
            )
            yield Found(each.place, what, "review", fix=REQUIRE)
