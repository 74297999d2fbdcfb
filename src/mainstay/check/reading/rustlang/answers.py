"""What handlers of Rust answer, what of errors is told to callers, and errors that nobody looks at."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Answer, Caught, LogCall
from mainstay.check.flow.meaning import is_secret_name
from mainstay.check.flow.program import Raised, Returned, Run, Seen
from mainstay.check.flow.value import Value
from mainstay.check.reading.answers import caught, is_error, said
from mainstay.check.reading.reader import Located, known_text, label, last, own_nodes, under
from mainstay.check.reading.rustlang.databases import RUNS
from mainstay.check.reading.statements import SQL
from mainstay.check.words import words

STATUSES = {
    "OK": 200, "CREATED": 201, "ACCEPTED": 202, "NO_CONTENT": 204, "BAD_REQUEST": 400, "UNAUTHORIZED": 401,
    "FORBIDDEN": 403, "NOT_FOUND": 404, "CONFLICT": 409, "UNPROCESSABLE_ENTITY": 422, "TOO_MANY_REQUESTS": 429,
    "INTERNAL_SERVER_ERROR": 500, "BAD_GATEWAY": 502, "SERVICE_UNAVAILABLE": 503,
}  # fmt: skip
ANSWERS = {each.title().replace("_", ""): status for each, status in STATUSES.items()} | {"Ok": 200}
"""`HttpResponse::BadRequest()` of actix by its name."""
BODIES = words("body json")
LEVELS = words("trace debug info warn error log println eprintln")
LIBRARY = re.compile(
    r"(^|\.)(sqlx|diesel|sea_orm|reqwest|std\.io|anyhow|redis|mongodb|rusqlite|tokio_postgres|lettre)(\.|$).*(Error|Errors)"
)
"""Types of errors in whose text nobody thought of callers."""


def read(run: Run) -> Iterator[Located]:
    """The answers of a function, its lines for logs, and the errors that it drops."""
    for event in run.events:
        if isinstance(event, Returned | Raised):
            yield from _given(event)
        elif isinstance(event, Seen):
            yield from _built(event)
            if _is_log(event):
                names = tuple(dict.fromkeys(name for each in event.node.arguments for name in _shown(each.value)))
                yield event.position, LogCall(place=event.place, function=label(event), secrets=names)
    yield from caught(run)
    yield from _dropped(run)


def leak(value: Value | None, depth: int = 0) -> str:
    """What of an error stands in a value."""
    if value is None:
        return ""
    if "error" in value.marks and (value.type != "error" or depth == 0):
        return "the text of the error"
    if value.type.endswith(".to_string") and LIBRARY.search(value.type.removesuffix(".to_string")):
        return "the text of the error"
    for each in (value.fields or {}).values() if depth < 3 else ():
        found = leak(each, depth + 1)
        if found:
            return found
    source = value.source
    if isinstance(source, Seen) and last(source.name) in ("Json", "Html", "Some") and source.arguments and depth < 3:
        return leak(source.arguments[0], depth + 1)
    return ""


def _given(event: Returned | Raised) -> Iterator[Located]:
    """`(StatusCode::NOT_FOUND, body)`, as an answer or as the error of a `Result`."""
    value = event.value
    fields = value.fields or {}
    if value.type != "sequence" or not fields or event.function is None:
        return
    status = STATUSES.get(last(fields["0"].path)) if "0" in fields else None
    if status is None:
        return
    body = list(fields.values())[-1]
    inner = body.source.arguments[0] if isinstance(body.source, Seen) and body.source.arguments else body
    mapped = inner if inner.type == "mapping" else None
    yield (
        event.position,
        Answer(
            place=event.place,
            function=event.function.label,
            status=status,
            keys=frozenset(mapped.fields or {}) if mapped is not None else None,
            leaks=_told(body),
            error=is_error(mapped),
        ),
    )


def _told(body: Value) -> str:
    """The error itself is no answer of axum: only its text is."""
    return "" if body.type == "error" else leak(body, 1)


def _built(seen: Seen) -> Iterator[Located]:
    """`HttpResponse::InternalServerError().body(text)`, and errors of actix that show what they are made of."""
    if seen.method in BODIES and seen.arguments:
        source = seen.receiver.source
        while isinstance(source, Seen) and last(source.name) not in ANSWERS and source.method != "build":
            source = source.receiver.source
        if not isinstance(source, Seen) or "HttpResponse" not in source.name:
            return
        status = ANSWERS.get(last(source.name))
        if source.method == "build" and source.arguments:
            status = STATUSES.get(last(source.arguments[0].path))
        body = seen.arguments[0]
        mapped = body if body.type == "mapping" else None
        yield (
            seen.position,
            Answer(
                place=seen.place,
                function=label(seen),
                status=status if status is not None else -1,
                keys=frozenset(mapped.fields or {}) if mapped is not None else None,
                leaks=leak(body, 1),
                error=is_error(mapped),
            ),
        )
    elif under(seen.name, "actix_web.error") and last(seen.name).startswith("Error") and seen.arguments:
        status = ANSWERS.get(last(seen.name).removeprefix("Error"))
        told = leak(seen.arguments[0])
        yield seen.position, Answer(place=seen.place, function=label(seen), status=status or -1, leaks=told)
    elif seen.method == "map_err" and seen.arguments and under(seen.arguments[0].path, "actix_web.error"):
        name = last(seen.arguments[0].path)
        unknown = seen.receiver.source is None or seen.receiver.type.startswith("!")
        if name.startswith("ErrorInternal") and not unknown:
            told = "the text of the error"
            yield seen.position, Answer(place=seen.place, function=label(seen), status=500, leaks=told)


def _is_log(seen: Seen) -> bool:
    name = seen.name.removeprefix("?")
    return last(name) in LEVELS and (name in LEVELS or under(name, "tracing", "log", "slog"))


def _shown(node: s.Node) -> Iterator[str]:
    """Names of secrets that a line for a log shows."""
    if isinstance(node, s.Name | s.Member):
        name = node.id if isinstance(node, s.Name) else node.name
        if is_secret_name(name) or name.lower() in ("token", "authorization"):
            yield name
    elif isinstance(node, s.Literal) and isinstance(node.value, str):
        for name in re.findall(r"\{(\w+)(?::[^}]*)?\}", node.value):
            if is_secret_name(name):
                yield name
    elif isinstance(node, s.Template | s.Mapping | s.Sequence | s.Pair):
        for inner in s.children(node):
            yield from _shown(inner)


def _dropped(run: Run) -> Iterator[Located]:
    """`let _ = query.execute(..).await`, and `.ok();` after a write."""
    calls = {id(seen.node): seen for seen in run.calls}
    function = run.function.label if run.function is not None else ""
    for node in own_nodes(run):
        value: s.Node | None = None
        if isinstance(node, s.Assign) and isinstance(node.targets[0], s.Name) and node.targets[0].id == "_":
            value = node.value
        elif isinstance(node, s.Expression) and isinstance(node.value, s.Call):
            call = node.value
            if isinstance(call.function, s.Member) and call.function.name == "ok" and not call.arguments:
                value = call.function.object
        inner = value.value if isinstance(value, s.Await) else value
        seen = calls.get(id(inner)) if inner is not None else None
        if seen is not None and _writes(seen) and not said(run, node):
            yield 0, Caught(place=run.unit.place(node), function=function, silent=True)


def _writes(seen: Seen) -> bool:
    """Whether a call runs a statement that changes something, or commits."""
    if seen.method == "commit":
        return True
    if seen.method not in RUNS:
        return False
    source: object = seen
    for _ in range(20):
        if not isinstance(source, Seen):
            return False
        text = next((known_text(each) for each in source.arguments[:2] if SQL.match(known_text(each))), "")
        if text or source.method in ("insert_into", "update", "delete"):
            return not text.lower().lstrip().startswith("select")
        source = source.receiver.source
    return False
