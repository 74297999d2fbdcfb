"""A status that may be anything."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Column, Facts, Table
from mainstay.check.finding import Found

STATUS = re.compile(r"(^|_|[a-z](?=S))(status|state)$", re.IGNORECASE)
ADDRESS = re.compile(r"city|post_?code|postal|zip|country|street|address|province|latitude", re.IGNORECASE)
SECRET = re.compile(r"oauth|auth|session|token|nonce|login|sso|saml|oidc", re.IGNORECASE)


def findings(facts: Facts) -> Iterator[Found]:
    """Status columns of text without a CHECK."""
    for table in facts.of(Table):
        for column in table.columns:
            free = column.base in ("VARCHAR", "TEXT", "CHAR") and not column.checked
            if free and STATUS.search(column.name) and not _is_other(column, table):
                nothing = " or nothing" if column.nullable else ""
                sure = table.tool in ("sql", "live", "alembic") and table.whole
                what = f"{table.name}.{column.name} may be any text{nothing}"
                yield Found(column.place, what, "likely" if sure else "review")


def _is_other(column: Column, table: Table) -> bool:
    """Whether it is the state of a country, or the text that a provider of identities sends back."""
    if not column.name.lower().endswith("state"):
        return column.unique or column.primary or bool(table.foreign_keys and _refers(column, table))
    address = any(ADDRESS.search(each.name) for each in table.columns)
    return address or column.unique or column.primary or SECRET.search(table.name) is not None or _refers(column, table)


def _refers(column: Column, table: Table) -> bool:
    """A reference to a table of states is as good as a CHECK."""
    return any(column.name in key.columns for key in table.foreign_keys)
