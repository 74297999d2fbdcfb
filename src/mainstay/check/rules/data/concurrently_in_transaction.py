"""An index that cannot be made where it stands."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Change, Facts
from mainstay.check.finding import Found

FIXES = {
    "alembic": "Put it into `with op.get_context().autocommit_block():`.",
    "django": "Set `atomic = False` on the migration.",
}


def findings(facts: Facts) -> Iterator[Found]:
    """Indexes made or dropped CONCURRENTLY in migrations that are a transaction."""
    for each in facts.of(Change):
        if each.kind in ("add index", "drop index") and each.concurrently and each.transaction:
            what = f"{each.what} is {'made' if each.kind == 'add index' else 'dropped'} CONCURRENTLY in a transaction"
            yield Found(each.place, f"{what}, which PostgreSQL refuses", "likely", fix=FIXES.get(each.tool, ""))
