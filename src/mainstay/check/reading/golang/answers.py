"""What handlers of Go answer, what of errors is told to callers, and errors that nobody looks at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus

from mainstay.check import syntax as s
from mainstay.check.facts import Answer, Caught, LogCall
from mainstay.check.flow.meaning import is_secret_name
from mainstay.check.flow.program import Run, Seen
from mainstay.check.flow.value import Value
from mainstay.check.languages.go_expressions import QUOTED
from mainstay.check.reading.answers import is_error, said
from mainstay.check.reading.golang.databases import MONGO_WRITES, WRITES, is_database
from mainstay.check.reading.golang.sinks import ECHO, GIN, is_writer
from mainstay.check.reading.reader import Located, label, last, own_nodes, under
from mainstay.check.words import words

STATUSES = {"Status" + re.sub(r"[ '-]", "", each.phrase.title()): each.value for each in HTTPStatus} | {
    "StatusOK": 200,
    "StatusRequestEntityTooLarge": 413,
    "StatusUnprocessableEntity": 422,
}
"""Statuses as net/http calls them."""
BODIES = words(
    "JSON AbortWithStatusJSON IndentedJSON PureJSON SecureJSON String XML JSONP JSONPretty HTML AbortWithError"
)
LOGGERS = ("log", "log/slog", "go.uber.org/zap", "github.com/sirupsen/logrus", "github.com/rs/zerolog", "k8s.io/klog")
LEVELS = re.compile(
    r"^(Print|Fatal|Panic|Debug|Info|Warn|Warning|Error|Trace)(f|ln|w|Context)?$|^(Str|Msg|Msgf|WithField|With|Any)$"
)
SHOWS = words("Sprintf Sprint String string Errorf Any")
FILES = words("Publish WriteFile SendMail")
CHANGES = words("Exec ExecContext Commit MustExec NamedExec") | FILES | set(WRITES) | set(MONGO_WRITES)
"""Calls whose failure loses what was to be written."""


def read(run: Run) -> Iterator[Located]:
    """The answers of a function, its lines for logs, and the errors that it drops."""
    for seen in run.calls:
        yield from _answer(seen)
        if _is_log(seen):
            secrets = tuple(dict.fromkeys(name for each in seen.node.arguments for name in _shown(each.value)))
            yield seen.position, LogCall(place=seen.place, function=label(seen), secrets=secrets)
    yield from _dropped(run)


def status_of(value: Value | None) -> int | None:
    """A status as a number, or as net/http calls it."""
    if value is None:
        return None
    if isinstance(value.const, int) and not isinstance(value.const, bool):
        return value.const
    return STATUSES.get(last(value.path or value.type))


def leak(value: Value | None, depth: int = 0) -> str:
    """What of an error stands in a value: only its text is told, an error itself is written as `{}`."""
    if value is None:
        return ""
    if "error" in value.marks and "refusal" not in value.marks and value.type != "error":
        return "the text of the error"
    if under(value.type, "runtime/debug.Stack"):
        return "the stack"
    for each in (value.fields or {}).values() if depth < 3 else ():
        found = leak(each, depth + 1)
        if found:
            return found
    return ""


def _answer(seen: Seen) -> Iterator[Located]:
    told = _told(seen)
    if told is None:
        return
    status, body = told
    raw = "the text of the error" if seen.method == "AbortWithError" or _is_error(body, seen) else leak(body)
    fields = body.fields if body is not None and body.type == "mapping" else None
    yield (
        seen.position,
        Answer(
            place=seen.place,
            function=label(seen),
            status=status if status is not None else -1,
            keys=frozenset(fields) if fields is not None else None,
            leaks="" if seen.method == "AbortWithError" else raw,
            error=fields is not None and is_error(body),
        ),
    )


def _is_error(body: Value | None, seen: Seen) -> bool:
    """`fmt.Fprint(w, err)` and `c.String(500, "%v", err)` write the text of an error that they are given itself."""
    if body is None or seen.method in ("JSON", "AbortWithStatusJSON", "Encode"):
        return False
    return body.type == "error" and "error" in body.marks


def _told(seen: Seen) -> tuple[int | None, Value | None] | None:
    """The status and the body of an answer; None where a call answers nothing."""
    name, given = seen.name, seen.arguments
    if under(name, GIN, ECHO) and seen.method in BODIES and given:
        return status_of(given[0]), given[-1] if len(given) > 1 else None
    if name == "net/http.Error" and len(given) > 2:
        return status_of(given[2]), given[1]
    if name == "github.com/labstack/echo.NewHTTPError" and given:
        return status_of(given[0]), given[1] if len(given) > 1 else None
    if seen.method == "Encode" and isinstance(seen.receiver.source, Seen) and given:
        maker = seen.receiver.source
        if maker.name.endswith("json.NewEncoder") and maker.arguments and is_writer(maker.arguments[0]):
            return None, given[0]
    if under(name, "fmt") and seen.method.startswith("Fprint") and given and is_writer(given[0]):
        return None, next((each for each in given[1:] if each.marks), None)
    if seen.method == "Write" and is_writer(seen.receiver) and given:
        return None, given[0]
    return None


def _is_log(seen: Seen) -> bool:
    if LEVELS.match(seen.method) is None:
        return False
    written = s.dotted(seen.node.function).lower()
    return under(seen.name, *LOGGERS) or re.search(r"(^|\.)(\w*log(ger)?|slog|zap|sugar)(\.|\()", written) is not None


def _shown(node: s.Node) -> Iterator[str]:
    """Names of secrets that a line for a log shows; not what is only counted, compared or hashed."""
    if isinstance(node, s.Name | s.Member):
        name = node.id if isinstance(node, s.Name) else node.name
        if is_secret_name(name) or name.lower() in ("token", "authorization"):
            yield name
    elif isinstance(node, s.Call):
        if last(s.dotted(node.function)) in SHOWS:
            for each in node.arguments:
                yield from _shown(each.value)
    elif isinstance(node, s.Template | s.Mapping | s.Sequence | s.Pair) or (
        isinstance(node, s.Binary | s.Unary) and node.operator in ("+", QUOTED)
    ):
        for inner in s.children(node):
            yield from _shown(inner)


def _dropped(run: Run) -> Iterator[Located]:
    """Errors of writes that are given to `_`, and errors that are looked at and then forgotten."""
    calls = {id(seen.node): seen for seen in run.calls}
    function = run.function.label if run.function is not None else ""
    for node in own_nodes(run):
        if isinstance(node, s.Assign) and isinstance(node.value, s.Call):
            target = node.targets[0]
            last_target = target.targets[-1] if isinstance(target, s.Results) else target
            seen = calls.get(id(node.value))
            dropped = isinstance(last_target, s.Name) and last_target.id == "_"
            if dropped and seen is not None and _changes(seen) and not said(run, node):
                yield 0, Caught(place=run.unit.place(node), function=function, silent=True)
        elif isinstance(node, s.If) and _asks_for_error(node.test) and not node.then:
            yield 0, Caught(place=run.unit.place(node), function=function, silent=True)


def _changes(seen: Seen) -> bool:
    """Whether a call writes something that is lost when it fails, and is no tidying up."""
    return seen.method in CHANGES and (is_database(seen) or seen.method in FILES)


def _asks_for_error(test: s.Node) -> bool:
    return (
        isinstance(test, s.Binary)
        and test.operator == "!="
        and isinstance(test.right, s.Literal)
        and test.right.value is None
        and re.search(r"err$", s.dotted(test.left), re.IGNORECASE) is not None
    )
