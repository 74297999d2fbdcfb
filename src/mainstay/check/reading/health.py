"""Endpoints that say whether the service is well, and the checks behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import HealthCheck
from mainstay.check.flow.program import Run
from mainstay.check.reading.reader import Located, last, own_nodes, stands_in
from mainstay.check.words import words

NAMED = re.compile(
    r"health(z|y|_?checks?|_?status|_?probe)?(?![a-z]|_(?!check|status|probe))|readiness|liveness|readyz|livez|heartbeat",
    re.IGNORECASE,
)
CHECK = re.compile(
    r"^(check|ping|probe|test)_?(db|database|cache|redis|queue|broker|connection|postgres|mongo|rabbit\w*|elastic\w*|storage)",
    re.IGNORECASE,
)
BAD = re.compile(r"degraded|unhealthy|^down$|not.?ready|^error$|failed|^fail$", re.IGNORECASE)
STATUS = re.compile(r"503|500|SERVICE_UNAVAILABLE|status_code|statusCode|HTTPException|sendStatus|abort")
WAITS = re.compile(r"timeout|wait_for|deadline|fail_after|move_on_after|race|AbortSignal", re.IGNORECASE)
LATENCY = re.compile(r"latency|duration|elapsed|response_?time|took", re.IGNORECASE)


def read(run: Run) -> Iterator[Located]:
    """What a health endpoint, or a check behind one, does."""
    if run.function is None:
        return
    nodes = list(own_nodes(run))
    told = [each.type for each in run.decorators] + [
        str(argument.value.value)
        for each in run.function.decorators
        if isinstance(each, s.Call)
        for argument in each.arguments
        if isinstance(argument.value, s.Literal)
    ]
    endpoint = any(NAMED.search(each) for each in (run.function.name, *told))
    check = CHECK.match(run.function.name) is not None
    if not endpoint and not check:
        return
    names = stands_in(run)
    texts = {str(each.value) for each in nodes if isinstance(each, s.Literal) and isinstance(each.value, str | int)}
    constant = next((each for each in nodes if isinstance(each, s.Pair) and _constant(each)), None)
    if constant is not None and isinstance(constant.key, s.Literal):
        yield (
            0,
            HealthCheck(
                place=run.unit.place(constant),
                function=run.function.label,
                tells_trouble=True,
                constant=str(constant.key.value),
            ),
        )
    if not endpoint:
        return
    calls = [each for each in nodes if isinstance(each, s.Call) and last(s.dotted(each.function)) not in _ANSWERS]
    asked = [
        each
        for each in calls
        if CHECK.match(last(s.dotted(each.function)))
        or last(s.dotted(each.function)) in ("execute", "ping", "query", "authenticate")
    ]
    speaks = [
        each for each in nodes if isinstance(each, s.Literal) and isinstance(each.value, str) and BAD.search(each.value)
    ]
    answers_trouble = any(STATUS.search(each) for each in names | texts)
    timed = (
        any(WAITS.search(each) for each in names)
        or any(seen.method == "wait_for" for seen in run.calls)
        or _timed_inside(run)
    )
    yield (
        0,
        HealthCheck(
            place=run.unit.place(speaks[0]) if speaks else run.place,
            function=run.function.label,
            tells_trouble=not speaks or answers_trouble,
        ),
    )
    if asked and not timed:
        yield (
            0,
            HealthCheck(
                place=run.unit.place(asked[0]),
                function=run.function.label,
                tells_trouble=True,
                timed=False,
            ),
        )


_ANSWERS = words("json send status jsonify JsonResponse JSONResponse HttpResponse sendStatus end")


def _timed_inside(run: Run) -> bool:
    """Whether a check that it calls has a time-out of its own."""
    return any(
        WAITS.search(each.method) or any(WAITS.search(name) for name in (*each.keywords, *each.within))
        for each in run.calls
    )


def _constant(pair: s.Pair) -> bool:
    return (
        isinstance(pair.key, s.Literal)
        and isinstance(pair.key.value, str)
        and LATENCY.search(pair.key.value) is not None
        and isinstance(pair.value, s.Literal)
        and isinstance(pair.value.value, int | float)
        and pair.value.value != 0
    )
