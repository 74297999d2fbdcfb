"""What programs of Spring answer: statuses, bodies, what of an error is told, and errors that are dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Answer, Upload
from mainstay.check.flow.beans import short
from mainstay.check.flow.program import Raised, Returned, Run, Seen
from mainstay.check.flow.value import Value
from mainstay.check.reading.answers import caught, leak
from mainstay.check.reading.reader import Located, label, last, stands_in
from mainstay.check.words import words

STATUS = {
    "ok": 200,
    "created": 201,
    "accepted": 202,
    "noContent": 204,
    "badRequest": 400,
    "notFound": 404,
    "unprocessableEntity": 422,
    "internalServerError": 500,
}
NAMED = {
    "OK": 200,
    "CREATED": 201,
    "BAD_REQUEST": 400,
    "UNAUTHORIZED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "CONFLICT": 409,
    "UNPROCESSABLE_ENTITY": 422,
    "INTERNAL_SERVER_ERROR": 500,
    "SERVICE_UNAVAILABLE": 503,
}
TYPES = re.compile(r"content_?type|mime|extension|tika|endsWith|suffix|ImageIO|probeContentType|allowed", re.IGNORECASE)
KEEPS = words("transferTo write copy save saveAll putObject upload store getBytes readAllBytes insert")


def read(run: Run) -> Iterator[Located]:
    """The answers of a function, and what it does with errors and files."""
    for event in run.events:
        if isinstance(event, Seen):
            yield from _answered(event)
        elif isinstance(event, Raised):
            yield from _raised(event)
        elif isinstance(event, Returned) and event.function is run.function:
            yield from _returned(event, run)
    yield from caught(run)
    yield from _upload(run)


def _status(value: Value | None) -> int | None:
    if value is None:
        return None
    if isinstance(value.const, int) and not isinstance(value.const, bool):
        return value.const
    return NAMED.get(last(value.path or value.type))


def _answer(seen: Seen, status: int | None, body: Value | None) -> Iterator[Located]:
    made = body.instance if body is not None else None
    told = leak(body)
    if not told and made is not None and body is not None and isinstance(body.source, Seen):
        told = next((found for each in body.source.arguments if (found := leak(each))), "")
    fields = body.fields if body is not None and body.type == "mapping" else None
    keys = frozenset(fields) if fields is not None else None
    yield (
        seen.position,
        Answer(place=seen.place, function=label(seen), status=status, keys=keys, leaks=told),
    )


def _answered(seen: Seen) -> Iterator[Located]:
    owner = short(seen.name).partition(".")[0]
    if owner == "ResponseEntity":
        if seen.method == "ResponseEntity" and len(seen.arguments) > 1:
            yield from _answer(seen, _status(seen.arguments[-1]), seen.arguments[0])
        elif seen.method in STATUS and seen.arguments and seen.method != "created":
            yield from _answer(seen, STATUS[seen.method], seen.arguments[0])
        elif seen.method == "body" and seen.arguments:
            before = seen.receiver.source
            status = None
            while isinstance(before, Seen) and status is None:
                status = STATUS.get(before.method) or (
                    _status(before.argument(0)) if before.method == "status" else None
                )
                before = before.receiver.source
            yield from _answer(seen, status, seen.arguments[0])
    elif owner == "HttpServletResponse" and seen.method == "sendError" and len(seen.arguments) > 1:
        yield from _answer(seen, _status(seen.arguments[0]), seen.arguments[1])
    elif owner == "HttpServletResponse" and seen.method in ("write", "print", "println") and seen.arguments:
        yield from _answer(seen, None, seen.arguments[0])
    elif owner == "ProblemDetail" and seen.method == "forStatusAndDetail" and len(seen.arguments) > 1:
        yield from _answer(seen, _status(seen.arguments[0]), seen.arguments[1])
    elif seen.method == "printStackTrace" and "error" in seen.receiver.marks and _to_caller(seen):
        yield seen.position, Answer(place=seen.place, function=label(seen), leaks="the stack")


def _to_caller(seen: Seen) -> bool:
    return bool(seen.arguments) and "getWriter" in seen.arguments[0].type


def _raised(event: Raised) -> Iterator[Located]:
    seen = event.value.source
    if isinstance(seen, Seen) and last(seen.name) == "ResponseStatusException" and len(seen.arguments) > 1:
        yield from _answer(seen, _status(seen.arguments[0]), seen.arguments[1])


def _returned(event: Returned, run: Run) -> Iterator[Located]:
    """What a handler of errors, or a controller, answers without an envelope."""
    told = {last(each.path or each.type) for each in run.decorators}
    handles = "ExceptionHandler" in told or any(each.endswith("Mapping") for each in told)
    source = event.value.source
    if not handles or (isinstance(source, Seen) and short(source.name).startswith(("ResponseEntity", "ProblemDetail"))):
        return
    told_of = leak(event.value)
    if not told_of and isinstance(source, Seen) and event.value.instance is not None:
        told_of = next((found for each in source.arguments if (found := leak(each))), "")
    if told_of:
        yield (
            event.position,
            Answer(place=event.place, function=event.function.label, leaks=told_of),
        )


def _upload(run: Run) -> Iterator[Located]:
    """A file that a controller takes; Spring refuses more than a megabyte unless it is told otherwise."""
    if run.function is None:
        return
    taken = [each for each in run.function.parameters if "MultipartFile" in _types(each.annotation)]
    routed = any(last(each.path or each.type).endswith("Mapping") for each in run.decorators)
    if not taken or not routed or not any(each.method in KEEPS for each in run.calls):
        return
    names = stands_in(run) | {each.method for each in run.calls}
    checked = any(TYPES.search(each) for each in names)
    place = run.unit.place(taken[0])
    yield 0, Upload(place=place, function=run.function.label, size_checked=True, type_checked=checked)


def _types(annotation: s.Node | None) -> set[str]:
    if annotation is None:
        return set()
    return {last(s.dotted(each)) for each in s.walk(annotation) if isinstance(each, s.Name | s.Member)}
