"""A migration that loses what was written."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Change, Facts, Migration
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Tables and columns that are dropped, on the way there or back."""
    for each in facts.of(Migration):
        if each.loses and each.loses_at is not None:
            what = f"going back drops {', '.join(each.loses)} with all that was written since"
            yield Found(each.loses_at, what, "review")
    for step in facts.of(Change):
        if step.rebuilt:
            continue
        if step.kind in ("drop table", "truncate"):
            verb = "is dropped" if step.kind == "drop table" else "is emptied"
            yield Found(step.place, f"{step.table} {verb} with all its rows", "review", fix=KEEP)
        elif step.kind == "drop column":
            what = f"{step.table}.{step.what} is dropped with what it holds, while the running release still reads it"
            yield Found(step.place, what, "review", fix=KEEP)


KEEP = "Release a version that does not use it first; then rename it, and drop it once a backup has it."
