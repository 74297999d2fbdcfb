"""A route that anybody may call, where others ask who is calling."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Facts, Query, Route
from mainstay.check.finding import Confidence, Found
from mainstay.check.flow.value import Step

PRIVATE = re.compile(
    r"^(orders?|payments?|invoices?|accounts?|profiles?|messages?|wallets?|cards?|transactions?|patients?|salar(y|ies)|admin|users?)$",
    re.IGNORECASE,
)
"""Parts of paths that name what belongs to somebody."""
PARAMETER = re.compile(r"/[:{<*]")
ACCOUNTS = re.compile(r"(^|/)(users?|accounts?|members?|customers?|people|registrations?)/?$", re.IGNORECASE)


def findings(facts: Facts) -> Iterator[Found]:
    """Unguarded routes beside guarded ones, and those whose path names what belongs to somebody."""
    for route in facts.routes:
        if route.guards or route.public or route.handler is None or "OPTIONS" in route.methods:
            continue
        near = [each for each in facts.routes if each is not route and _is_near(each, route)]
        siblings = [each for each in near if each.guards and not each.public]
        others = [each for each in facts.routes if each.guards]
        name = f"{'/'.join(route.methods)} {route.path}" if route.path else route.handler.name
        if siblings and (route.changes or len(siblings) >= 2):
            guard = siblings[0].guards[0]
            proof = tuple(Step(each.place, f"asks {each.guards[0]}") for each in siblings[:2])
            queries = route.handler.of(Query)
            touches = any(not each.caller for each in queries) or (route.changes and not facts.handlers_with_tables)
            open_too = [each for each in near if not each.changes and _is_open(each)]
            read = any(not each.changes for each in siblings)
            touches = touches and (route.changes or (read and not open_too)) and not _signs_up(route)
            yield Found(
                route.place,
                f"anybody may call {name}; its siblings ask {guard}",
                "likely" if touches else "review",
                proof,
            )
        elif any(PRIVATE.search(part) for part in route.path.split("/")):
            asks = any(query.columns or query.by_input for query in route.handler.of(Query))
            sure: Confidence = "likely" if _one_row(route) else "review"
            if asks or (route.changes and others):
                yield Found(route.place, f"anybody may call {name}: nothing asks who is calling", sure)


def _is_near(other: Route, route: Route) -> bool:
    """Whether two routes are siblings: of one router, or both change what stands below one path."""
    collection = _collection(route.path)
    alike = route.changes and other.changes and bool(collection) and collection == _collection(other.path)
    return other.group == route.group or alike


def _collection(path: str) -> str:
    """A path up to the first part that varies; empty where only its end is known, as in a list that others include."""
    return PARAMETER.split(path)[0].rstrip("/") if path.startswith("/") else ""


def _is_open(route: Route) -> bool:
    """Whether it answers anybody, without a name that says so."""
    return not route.guards and (not route.public or route.may_be_nobody)


def _signs_up(route: Route) -> bool:
    """Whether it makes an account, which who has none yet must be able to."""
    made = route.handler.name.rpartition(".")[2].lower() if route.handler is not None else ""
    made_here = made.startswith(("create", "register", "sign", "add", "post", "new"))
    return route.methods == ("POST",) and made_here and ACCOUNTS.search(route.path) is not None


def _one_row(route: Route) -> bool:
    """Whether it answers one row of somebody, by the key that the caller names."""
    handler = route.handler
    return (
        handler is not None
        and ("{" in route.path or ":" in route.path or "<" in route.path)
        and any(query.by_input is not None and not query.caller for query in handler.of(Query))
    )
