"""What the text of a statement tells: its table, the columns of its condition, those that it writes."""

from __future__ import annotations

import re
from dataclasses import dataclass

SQL = re.compile(r"^\s*(select|insert|update|delete|replace|with|merge)\b", re.IGNORECASE)
TABLE = re.compile(r"\b(?:from|into|update|join)\s+[`\"\[]?([A-Za-z_][\w.]*)", re.IGNORECASE)
CONDITION = re.compile(r"\bwhere\b(.*)", re.IGNORECASE | re.DOTALL)
COLUMN = re.compile(r"([A-Za-z_]\w*)[`\"\]]?\s*(?:=|<|>|!=|\bin\b|\blike\b|\bis\b)", re.IGNORECASE)
SET = re.compile(r"\bset\b(.*?)(?:\bwhere\b|$)", re.IGNORECASE | re.DOTALL)
COUNTS = re.compile(r"\s*select\s+(count|sum|max|min|avg|exists|1\b)", re.IGNORECASE)
KEYS = frozenset({"id", "_id", "pk", "uuid", "email", "username", "slug", "token"})
"""Columns by which one row is found."""
ACTIONS = {"select": "read", "with": "read", "replace": "insert", "merge": "update"}


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, as far as its text tells."""

    text: str
    action: str
    table: str
    columns: frozenset[str]
    written: frozenset[str]
    bounded: bool
    locked: bool
    many: bool


def parsed(text: str) -> Statement:
    """What a text that begins as a statement tells."""
    word = text.split(None, 1)[0].lower()
    action = ACTIONS.get(word, word)
    found, where, changed = TABLE.search(text), CONDITION.search(text), SET.search(text)
    columns = frozenset(COLUMN.findall(where.group(1))) if where else frozenset()
    lowered = text.lower()
    return Statement(
        text=text,
        action=action,
        table=found.group(1) if found else "",
        columns=columns,
        written=frozenset(COLUMN.findall(changed.group(1))) if changed and action == "update" else frozenset(),
        bounded=" limit " in f" {lowered} " or " fetch first" in lowered or "limit" in lowered.split(),
        locked="for update" in lowered,
        many=action == "read" and not COUNTS.match(text) and not {each.lower() for each in columns} & KEYS,
    )
