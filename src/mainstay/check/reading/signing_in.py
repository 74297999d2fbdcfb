"""Signing in, and doors that another site may use with the visitor's cookie."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import CrossSite, SignedIn
from mainstay.check.flow.program import Changed, Run
from mainstay.check.reading.reader import Located, last, own_nodes

WHO = re.compile(
    r"(^|\.)session\.(user(_?id|_?name)?|account(_?id)?|uid|logged_?in|is_?(logged_?in|authenticated)|authenticated|admin)$",
    re.IGNORECASE,
)
RENEWS = frozenset({"regenerate", "regenerateSession", "cycle_key", "logIn"})


def read(run: Run) -> Iterator[Located]:
    """Who is signed in by a function of Express, and doors of Django that are exempt from the check of forms."""
    if run.unit.source.is_javascript:
        yield from _signed_in(run)
    elif run.function is not None:
        names = [last(each.path or each.type) for each in run.decorators]
        if "csrf_exempt" in names:
            yield 0, CrossSite(place=run.place, function=run.function.label, call="csrf_exempt", signed_in=_asks(run))


def _signed_in(run: Run) -> Iterator[Located]:
    changes = [
        each
        for each in run.events
        if isinstance(each, Changed) and WHO.search(each.target) and each.value.const not in (None, False)
        if each.place.path == run.unit.source.path
    ]
    if not changes:
        return
    first = changes[0]
    outer = () if run.function is None else run.function.nodes
    renewed = any(isinstance(node, s.Member) and node.name in RENEWS for node in outer) or _is_inside(first, run)
    function = first.function.label if first.function is not None else ""
    yield first.position, SignedIn(place=first.place, function=function, renewed=renewed)


def _is_inside(change: Changed, run: Run) -> bool:
    """Whether a change stands in what a session that is made anew calls."""
    calls = (each for each in run.unit.nodes if isinstance(each, s.Call) and last(s.dotted(each.function)) in RENEWS)
    return any(each is change.node for call in calls for each in s.walk(call))


def _asks(run: Run) -> bool:
    """Whether a function asks who is signed in."""
    return any(
        isinstance(node, s.Member) and s.dotted(node).startswith(("request.user", "request.session"))
        for node in own_nodes(run)
    )
