"""How applications of Go are set up: who may call from a browser, modes, servers without time-outs, uploads."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Cors, Limit, Setting, Uncertified, Upload
from mainstay.check.flow.program import Changed, Run, Seen
from mainstay.check.flow.value import Value
from mainstay.check.reading.configured import KINDS, SIZES
from mainstay.check.reading.golang.sinks import ECHO, GIN
from mainstay.check.reading.reader import Located, known_text, label, shown, stands_in, under
from mainstay.check.words import words

CORS = (
    "github.com/gin-contrib/cors",
    "github.com/rs/cors",
    "github.com/go-chi/cors",
    "github.com/labstack/echo/middleware",
)
WILD = "UnsafeWildcardOriginWithAllowCredentials"
"""Without it, Echo sends no origin of the caller back."""
ORIGINS = words("AllowOrigins AllowedOrigins AllowOriginFunc AllowAllOrigins")
TIMEOUTS = words("ReadTimeout ReadHeaderTimeout WriteTimeout IdleTimeout")
SERVES = words("ListenAndServe ListenAndServeTLS Serve")
LIMITERS = (
    "github.com/ulule/limiter",
    "github.com/didip/tollbooth",
    "github.com/go-chi/httprate",
    "golang.org/x/time/rate",
)


def read(run: Run) -> Iterator[Located]:
    """The settings that a function or module makes."""
    for event in run.events:
        if isinstance(event, Seen):
            for found in (_cors(event), _mode(event), _server(event), _certificates(event), _limit(event)):
                if found is not None:
                    yield event.position, found
        elif isinstance(event, Changed) and event.target.endswith(".Debug") and event.value.const is True:
            told = Setting(place=event.place, name="Debug", value=True, stack="echo")
            yield from [(event.position, told)] if under(event.object.type, "github.com/labstack/echo") else []
    yield from _headers(run)
    yield from _upload(run)


def _cors(seen: Seen) -> Cors | None:
    """The options of a middleware, which are a struct; a plain `*` is answered as such, and browsers refuse it."""
    given = seen.keywords
    if not under(seen.name, *CORS) or not ORIGINS & set(given):
        return None
    listed = given.get("AllowOrigins") or given.get("AllowedOrigins")
    names = [known_text(each) for each in (listed.fields or {}).values()] if listed is not None else []
    answers = given.get("AllowOriginFunc") or given.get("AllowOriginRequestFunc")
    mirrors = answers is not None and answers.callee is not None and _always(answers)
    mirrors = mirrors or any(each in ("https://*", "http://*") for each in names)
    mirrors = mirrors or ("*" in names and _is_true(given.get(WILD)))
    credentials = mirrors and _is_true(given.get("AllowCredentials"))
    origins = "any" if mirrors else ",".join(names)
    return Cors(place=seen.place, function=label(seen), origins=origins, credentials=credentials)


def _always(value: Value) -> bool:
    """A function that answers true whatever the origin."""
    body = value.callee.function.body if value.callee is not None else []
    return len(body) == 1 and isinstance(body[0], s.Return) and body[0].value == s.Literal(body[0].line, True)


def _is_true(value: Value | None) -> bool:
    return value is not None and value.const is True


def _headers(run: Run) -> Iterator[Located]:
    """CORS by hand: the origin of the caller is sent back, with credentials."""
    origins, credentials = "", False
    where: Seen | None = None
    for seen in run.calls:
        if seen.method not in ("Set", "Add", "Header") or len(seen.arguments) != 2:
            continue
        name, value = known_text(seen.arguments[0]).lower(), seen.arguments[1]
        if name == "access-control-allow-origin":
            kind = value.trace.kind if value.trace is not None and not value.trace.safe - {"path"} else ""
            origins, where = "any" if kind == "header" else "", seen
        elif name == "access-control-allow-credentials":
            credentials = known_text(value) == "true"
    if where is not None and origins:
        yield where.position, Cors(place=where.place, function=label(where), origins=origins, credentials=credentials)


def _mode(seen: Seen) -> Setting | None:
    if seen.name == "github.com/gin-gonic/gin.SetMode" and seen.arguments:
        given = seen.arguments[0]
        if given.path.endswith("DebugMode") or known_text(given) == "debug":
            return Setting(place=seen.place, function=label(seen), name="gin.DebugMode", value=True, stack="gin")
    return None


def _server(seen: Seen) -> Setting | None:
    """A server that waits for slow callers for ever."""
    missing = False
    if seen.name in ("net/http.ListenAndServe", "net/http.ListenAndServeTLS", "net/http.Serve"):
        missing = True
    elif seen.name == "net/http.Server":
        result = seen.result
        set_later = set((result.fields or {}) if result is not None else {})
        missing = bool(seen.keywords) and not TIMEOUTS & (set(seen.keywords) | set_later)
    elif under(seen.name, "github.com/gin-gonic/gin") and seen.method in ("Run", "RunTLS"):
        missing = True
    if missing:
        name = s.dotted(seen.node.function)
        return Setting(place=seen.place, function=label(seen), name=name, value=None, stack="server")
    return None


def _certificates(seen: Seen) -> Uncertified | None:
    if seen.name == "crypto/tls.Config" and _is_true(seen.keywords.get("InsecureSkipVerify")):
        return Uncertified(place=seen.place, function=label(seen), call=shown(seen), how="InsecureSkipVerify")
    return None


def _limit(seen: Seen) -> Limit | None:
    if under(seen.name, *LIMITERS) and seen.method in ("NewLimiter", "New", "LimitByIP", "LimitAll"):
        return Limit(place=seen.place, function=label(seen), declared=True)
    return None


def _upload(run: Run) -> Iterator[Located]:
    """Files that are taken and kept."""
    if run.function is None:
        return
    taken = [
        seen for seen in run.calls if seen.method == "FormFile" and under(seen.name, GIN, ECHO, "net/http.Request")
    ]
    kept = any(seen.method in ("SaveUploadedFile", "Copy", "Create", "PutObject", "ReadAll") for seen in run.calls)
    if not taken or not kept or taken[0].function is not run.function:
        return
    names = stands_in(run)
    limited = {"MaxBytesReader", "LimitReader", "ParseMultipartForm"} & names
    yield (
        taken[0].position,
        Upload(
            place=taken[0].place,
            function=run.function.label,
            size_checked=bool(limited) or any(SIZES.search(each) for each in names),
            type_checked=any(KINDS.search(each) for each in names) or "DetectContentType" in names,
        ),
    )
