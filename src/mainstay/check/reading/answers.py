"""What is answered, what of errors is told to callers, and what becomes of errors that are caught."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Answer, Caught, ErrorHandler, LogCall, Refusal, RequestId
from mainstay.check.flow.beans import property_of
from mainstay.check.flow.meaning import is_secret_name
from mainstay.check.flow.program import Raised, Returned, Run, Seen
from mainstay.check.flow.value import Value
from mainstay.check.reading.reader import Located, known_text, label, last, own_nodes
from mainstay.check.reading.sinks import is_log

MAKERS = re.compile(
    r"(^|\.)(JSONResponse|jsonify|JsonResponse|Response|HttpResponse|make_response|ORJSONResponse|PlainTextResponse|HttpResponseBadRequest|HttpResponseServerError)$"
)
REFUSING = re.compile(r"(Forbidden|PermissionDenied|Unauthorized|AccessDenied|NotAuthorized|HTTPException|abort)\w*$")
ROLES = re.compile(r"role|permission|scope|group|privilege", re.IGNORECASE)
ERRORS = frozenset({"error", "errors", "err", "error_message", "errorMessage"})
IGNORED = re.compile(
    r"(//|#|/\*).*\b(ignor|best.?effort|intentional|on purpose|don't care|doesn't matter)", re.IGNORECASE
)
REQUEST_ID = re.compile(r"x-(request|correlation)-id", re.IGNORECASE)
NAMED_STATUS = re.compile(r"(?:HTTP_|^)(\d{3})")


def read(run: Run) -> Iterator[Located]:
    """The answers of a function, its refusals and logs, and what it does with errors."""
    for event in run.events:
        if isinstance(event, Returned):
            if event.function is run.function or not run.unit.source.is_javascript:
                yield from _returned(event, run)
        elif isinstance(event, Raised):
            yield from _raised(event)
        elif isinstance(event, Seen):
            yield from _sent(event)
            if is_log(event):
                yield from logged(event)
    yield from caught(run)
    yield from _handler_of_errors(run)
    yield from _request_id(run)


def leak(value: Value | None, depth: int = 0) -> str:
    """What of an error stands in a value."""
    if value is None:
        return ""
    if "error" in value.marks:
        return "the stack" if value.type.endswith((".stack", "format_exc")) else "the text of the error"
    if value.type.startswith("traceback.format"):
        return "the stack"
    if depth < 3:
        for key, each in (value.fields or {}).items():
            found = leak(each, depth + 1) if key not in ("error_type",) else ""
            if found:
                return found
    return ""


def status_of(value: Value | None) -> int | None:
    """A status, where it can be seen."""
    if value is None:
        return None
    if isinstance(value.const, int) and not isinstance(value.const, bool):
        return value.const
    found = NAMED_STATUS.search(last(value.path or value.type))
    return int(found.group(1)) if found else None


def _returned(event: Returned, run: Run) -> Iterator[Located]:
    value = event.value
    status: int | None = None
    body = value
    if value.type == "sequence" and value.fields is not None and len(value.fields) in (2, 3):
        status = status_of(value.fields.get("1"))
        body = value.fields.get("0", value)
    source = body.source
    headers: frozenset[str] = frozenset()
    if isinstance(source, Seen) and MAKERS.search(source.name):
        return
    if body.fields is None or body.type != "mapping":
        return
    yield (
        event.position,
        Answer(
            place=event.place,
            function=event.function.label,
            status=status,
            keys=frozenset(body.fields),
            leaks=leak(body),
            error=is_error(body) and event.function is run.function,
            headers=headers,
        ),
    )


def is_error(body: Value | None) -> bool:
    """Whether a body says that something failed."""
    fields = (body.fields if body is not None else None) or {}
    told = [name for name in fields if name in ERRORS]
    success = fields.get("success")
    return any(fields[name].const is not None and fields[name].const is not False for name in told) or (
        success is not None and success.const is False
    )


def _raised(event: Raised) -> Iterator[Located]:
    seen = event.value.source
    if not isinstance(seen, Seen):
        return
    status = status_of(seen.argument(0, "status_code", "code"))
    detail = seen.argument(1, "detail", "message", "description") or (seen.arguments[0] if seen.arguments else None)
    name = last(seen.name)
    if status is not None or name in ("HTTPException", "APIException", "InternalServerError"):
        yield (
            event.position,
            Answer(
                place=seen.place,
                function=label(seen),
                status=status,
                keys=frozenset({"detail"}) if name == "HTTPException" else None,
                leaks=leak(detail),
                error=False,
            ),
        )
    if REFUSING.search(name) or status == 403:
        words = [
            each.id if isinstance(each, s.Name) else each.name
            for each in s.walk(seen.node)
            if isinstance(each, s.Name | s.Member)
        ]
        put_together = any(isinstance(each, s.Template) for each in s.walk(seen.node))
        if put_together and any(ROLES.search(each) for each in words) and (status in (None, 403)):
            yield event.position, Refusal(place=seen.place, function=label(seen), text=known_text(detail))


def _sent(seen: Seen) -> Iterator[Located]:
    kind = seen.receiver.type
    if kind.startswith("express.Response") and seen.method in ("json", "send", "end", "jsonp", "sendStatus"):
        status: int | None = None
        before = seen.receiver.source
        while isinstance(before, Seen):
            if before.method in ("status", "sendStatus", "writeHead"):
                status = status_of(before.argument(0))
                status = status if status is not None else -1
            before = before.receiver.source
        body = seen.arguments[0] if seen.arguments else None
        if seen.method == "sendStatus":
            status, body = status_of(body), None
        told = "the text of the error" if body is not None and body.type == "error" else leak(body)
        if _has_own_status(seen):
            told = ""
        refused = kind == "express.Response" and seen.function is not None and _sets_status(seen)
        yield (
            seen.position,
            Answer(
                place=seen.place,
                function=label(seen),
                status=-1 if refused and status is None else status,
                keys=frozenset(body.fields)
                if body is not None and body.fields is not None and body.type == "mapping"
                else None,
                leaks=told,
                error=body is not None and is_error(body),
            ),
        )
    elif MAKERS.search(seen.name):
        body = seen.argument(0, "content", "data", "response")
        if last(seen.name) == "jsonify" and seen.keywords:
            body = Value(type="mapping", fields=dict(seen.keywords))
        status = status_of(seen.argument(1, "status_code", "status"))
        named = {"HttpResponseBadRequest": 400, "HttpResponseServerError": 500}.get(last(seen.name))
        tuple_status = _status_beside(seen)
        headers = seen.argument(2, "headers")
        yield (
            seen.position,
            Answer(
                place=seen.place,
                function=label(seen),
                status=named or status or tuple_status,
                keys=frozenset(body.fields) if body is not None and body.fields is not None else None,
                leaks=leak(body),
                error=body is not None and body.fields is not None and is_error(body),
                headers=frozenset(headers.fields or {}) if headers is not None else frozenset(),
            ),
        )


def _has_own_status(seen: Seen) -> bool:
    """Whether the status is the error's own (`res.status(err.status)`): who gives it one means it for callers."""
    before = seen.receiver.source
    if not isinstance(before, Seen) or before.method != "status" or not before.node.arguments:
        return False
    given = before.node.arguments[0].value
    return isinstance(given, s.Member) and "error" in before.arguments[0].marks


def _sets_status(seen: Seen) -> bool:
    """Whether `res.status(..)` or `res.statusCode = ..` stands by itself in the function."""
    return seen.function is not None and any(
        isinstance(each, s.Assign) and isinstance(each.targets[0], s.Member) and each.targets[0].name == "statusCode"
        for each in seen.function.nodes
    )


def _status_beside(seen: Seen) -> int | None:
    """The status in `return jsonify(..), 404`."""
    if seen.function is None:
        return None
    for each in seen.function.nodes:
        if (
            isinstance(each, s.Return)
            and isinstance(each.value, s.Sequence)
            and len(each.value.items) > 1
            and each.value.items[0] is seen.node
        ):
            second = each.value.items[1]
            if isinstance(second, s.Literal) and isinstance(second.value, int):
                return second.value
            return -1
    return None


def logged(seen: Seen) -> Iterator[Located]:
    """A line for a log: the secrets that it shows."""
    secrets = []
    for argument in seen.node.arguments:
        for node in _told(argument.value):
            name = node.id if isinstance(node, s.Name) else node.name if isinstance(node, s.Member) else ""
            if isinstance(node, s.Index) and isinstance(node.key, s.Literal):
                name = str(node.key.value)
            if isinstance(node, s.Call) and isinstance(node.function, s.Member) and seen.language == "java":
                name = property_of(node.function.name, len(node.arguments))
            if is_secret_name(name) or name.lower() in ("token", "authorization"):
                secrets.append(name)
    yield seen.position, LogCall(place=seen.place, function=label(seen), secrets=tuple(dict.fromkeys(secrets)))


def _told(node: s.Node) -> Iterator[s.Node]:
    """Values that a text shows; not those that are only tested, counted or hashed."""
    if isinstance(node, (s.Name | s.Index, s.Member)):
        yield node
    elif isinstance(node, s.Call):
        if last(s.dotted(node.function)) in ("format", "str", "String", "stringify", "dumps", "join", "toString"):
            for each in s.children(node):
                yield from _told(each)
        else:
            yield node
    elif isinstance(node, s.Binary) and node.operator not in ("+", "%"):
        return
    elif not isinstance(node, s.Conditional | s.Function | s.Unary):
        for each in s.children(node):
            yield from _told(each)


def caught(run: Run) -> Iterator[Located]:
    """Every error caught, and nothing done with it."""
    for node in own_nodes(run):
        if not isinstance(node, s.Try):
            continue
        for catch in node.catches:
            names = {last(s.dotted(each)) for each in catch.types}
            broad = not names or bool(names & {"Exception", "BaseException", "Throwable"})
            nothing = not catch.body or all(
                (isinstance(each, s.Expression) and isinstance(each.value, s.Literal | s.Name))
                or (
                    isinstance(each, s.Return)
                    and (each.value is None or (isinstance(each.value, s.Literal) and not each.value.value))
                )
                for each in catch.body
            )
            function = run.function.label if run.function is not None else ""
            passes = all(isinstance(each, s.Expression) for each in catch.body)
            if nothing and broad and not _tidying(node):
                yield 0, Caught(place=run.unit.place(catch), function=function, silent=passes)


def said(run: Run, node: s.Node) -> bool:
    """Whether a comment beside a statement, or above its function, says that its error is meant to be ignored."""
    first = run.function.line if run.function is not None and node.line - run.function.line < 4 else node.line
    near = run.unit.source.lines[max(0, min(first, node.line) - 5) : node.line]
    return any(IGNORED.search(line) for line in near)


def _tidying(node: s.Try) -> bool:
    """Closing and cleaning up may fail in silence."""
    calls = [last(s.dotted(each.function)) for each in s.walk(*node.body) if isinstance(each, s.Call)]
    return bool(calls) and all(
        re.match(
            r"(close|unlink|remove|cleanup|disconnect|shutdown|kill|rollback|cancel|terminate|int|float|parse|loads|import)",
            each,
        )
        for each in calls
    )


def _handler_of_errors(run: Run) -> Iterator[Located]:
    for value in run.decorators:
        seen = value.source
        if (
            isinstance(seen, Seen)
            and seen.method in ("exception_handler", "errorhandler", "app_errorhandler")
            and seen.arguments
        ):
            first = seen.arguments[0]
            stack = "fastapi" if seen.method == "exception_handler" else "flask"
            name = (
                first.made.node.name if first.made is not None else last(first.path or first.type) or str(first.const)
            )
            yield (
                -1,
                ErrorHandler(
                    place=seen.place, function=run.function.label if run.function else "", of=name, stack=stack
                ),
            )


def _request_id(run: Run) -> Iterator[Located]:
    nodes = list(own_nodes(run))
    sets = [
        each
        for each in nodes
        if isinstance(each, s.Assign)
        and isinstance(each.targets[0], s.Index)
        and isinstance(each.targets[0].key, s.Literal)
        and REQUEST_ID.search(str(each.targets[0].key.value))
    ]
    sets_by_call = [
        each
        for each in nodes
        if isinstance(each, s.Call)
        and last(s.dotted(each.function)) in ("setHeader", "set", "header")
        and each.arguments
        and isinstance(each.arguments[0].value, s.Literal)
        and REQUEST_ID.search(str(each.arguments[0].value.value))
        and len(each.arguments) > 1
    ]
    if (not sets and not sets_by_call) or run.function is None:
        return
    read_keys = [
        str(each.arguments[0].value.value)
        for each in nodes
        if isinstance(each, s.Call)
        and last(s.dotted(each.function)) in ("get", "header")
        and len(each.arguments) >= 1
        and isinstance(each.arguments[0].value, s.Literal)
    ]
    read_keys += [
        str(each.key.value)
        for each in nodes
        if (isinstance(each, s.Index) and isinstance(each.key, s.Literal) and "request" in s.dotted(each.object))
        or (isinstance(each, s.Index) and isinstance(each.key, s.Literal) and s.dotted(each.object).startswith("req."))
    ]
    takes = any(REQUEST_ID.search(each) for each in read_keys)
    catches = [catch for each in nodes if isinstance(each, s.Try) for catch in each.catches]
    answers = [
        node
        for catch in catches
        for node in s.walk(*catch.body)
        if isinstance(node, s.Return) and isinstance(node.value, s.Call)
    ]
    on_errors = not answers or all(
        any(isinstance(each, s.Literal) and REQUEST_ID.search(str(each.value)) for each in s.walk(node))
        or "response" in s.dotted(node.value).lower()[:8]
        for node in answers
    )
    yield 0, RequestId(place=run.place, function=run.function.label, takes_incoming=takes, on_errors=on_errors)
