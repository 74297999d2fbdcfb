"""A change that writes every row anew."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Change, Facts
from mainstay.check.finding import Found

SAME = {("VARCHAR", "TEXT"), ("VARCHAR", "VARCHAR"), ("CIDR", "INET"), ("CHAR", "TEXT"), ("TEXT", "VARCHAR")}
SIZE = re.compile(r"\((\d+)(?:,(\d+))?\)")


def findings(facts: Facts) -> Iterator[Found]:
    """Changes of types, and additions of columns, that need every row to be written."""
    for each in facts.of(Change):
        if each.dialect == "sqlite" or each.rebuilt:
            continue
        if each.kind == "change type" and each.after and not _stays(each.before, each.after, each.dialect):
            was = f"from {each.before} " if each.before else ""
            what = (
                f"changing {each.table}.{each.what} {was}to {each.after} writes {each.table} anew, and nobody reads it"
            )
            yield Found(each.place, what, "review")
        elif each.kind == "add column" and each.column is not None and each.column.volatile and each.tool == "sql":
            what = f"adding {each.table}.{each.what} writes {each.table} anew: its default is another for each row"
            yield Found(
                each.place, what, "review", fix="Add it without the default, set the default, then fill it in parts."
            )


def _stays(before: str, after: str, dialect: str) -> bool:
    """Whether the rows stay as they are: the text gets longer, or the number more digits before its point."""
    if before == after or (not before and after == "TEXT"):
        return True
    one, two = before.partition("(")[0], after.partition("(")[0]
    narrow, wide = SIZE.search(before), SIZE.search(after)
    if one == two == "NUMERIC" and narrow and wide:
        return int(wide.group(1)) >= int(narrow.group(1)) and wide.group(2) == narrow.group(2)
    if one == two and "VARCHAR" in one and narrow and wide:
        return int(wide.group(1)) >= int(narrow.group(1))
    if two == "VARCHAR" and wide is not None:
        return False
    return one == two or (one, two) in SAME
