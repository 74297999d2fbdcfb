"""A reference that the database does not know of."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Table
from mainstay.check.facts.catalogue import bare
from mainstay.check.finding import Found
from mainstay.check.flow.value import Step


def findings(facts: Facts) -> Iterator[Found]:
    """Columns `customer_id` beside a table `customers`, without a foreign key."""
    tables = list(facts.of(Table))
    keys: dict[tuple[str, str], Table] = {(each.group, bare(each.name)): each for each in tables}
    for table in tables:
        if not table.whole or not table.ordinary or table.tool == "models":
            continue
        referring = {name.lower() for key in table.foreign_keys for name in key.columns}
        for column in table.columns:
            name = column.name.lower()
            if not name.endswith("_id") or name in referring or column.primary:
                continue
            stem = name.removesuffix("_id")
            for plural in (stem, f"{stem}s", f"{stem}es", f"{stem.removesuffix('y')}ies"):
                other = keys.get((table.group, plural))
                if other is None or other is table or len(other.primary) != 1:
                    continue
                key = other.column(other.primary[0])
                if key is not None and key.base == column.base:
                    proof = (Step(other.place, f"{other.name} has the key {key.name}"),)
                    what = f"{table.name}.{column.name} is no foreign key to {other.name}"
                    yield Found(column.place, what, "review", proof)
