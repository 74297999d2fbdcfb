"""A row of somebody, read or changed by its key alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Branch, Facts, Query
from mainstay.check.finding import Found

OWNERS = re.compile(r"^(user|owner|author|customer|account|tenant|creator|created_by)(_?id|Id)?$", re.IGNORECASE)
KEYS = ("path", "query", "body")
ADMIN = re.compile(r"admin|superuser|staff|internal|role|permission", re.IGNORECASE)
CHECKED = re.compile(
    r"authorize|can_?(access|read|write|edit|update|delete|remove|modify|manage|view)|check_?(owner|access|perm)|has_?object|enforce|ability|is_?owner|allowed",
    re.IGNORECASE,
)
PUBLIC = re.compile(
    r"^(product|article|post|category|tag|page|country|currency|user|session|config|setting)s?$", re.IGNORECASE
)


def findings(facts: Facts) -> Iterator[Found]:
    """Lookups by a key of the caller in guarded handlers that never name the caller."""
    for route in facts.routes:
        handler = route.handler
        if handler is None or not route.guards or any(ADMIN.search(each) for each in route.guards):
            continue
        if any(OWNERS.search(each) for each in handler.names) and any(each.columns for each in handler.of(Branch)):
            continue
        if CHECKED.search(" ".join(handler.calls)):
            continue
        queries = handler.of(Query)
        changed = {each.result for each in queries if each.action == "update" and each.written}
        removed = {each.table for each in queries if each.action == "delete" and each.table}
        for query in queries:
            trace = query.by_input
            one = query.action in ("read", "update", "delete") and not query.caller and not query.many
            if (
                one
                and trace is not None
                and trace.kind in KEYS
                and not (PUBLIC.search(query.table) and query.result not in changed and query.table not in removed)
            ):
                about = f" of {query.table}" if query.table else ""
                yield Found(
                    query.place, f"whoever is signed in reaches every row{about} by its key", "review", trace.steps
                )
                break
