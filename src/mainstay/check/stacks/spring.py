"""Spring Boot: controllers with annotations, and what is handed in to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mainstay.check import syntax as s
from mainstay.check.facts import Route
from mainstay.check.flow.follow import Follower, entered
from mainstay.check.flow.frame import Frame, Inputs
from mainstay.check.flow.meaning import NUMBERS
from mainstay.check.flow.program import Program, Run, Seen
from mainstay.check.flow.value import EVERYTHING, ClassValue, Closure, Scope, Value
from mainstay.check.reading.reader import known_text, last
from mainstay.check.stacks.spring_security import Security, read_security
from mainstay.check.stacks.stack import Entry, guards_inside, is_limit, is_public
from mainstay.check.words import words

REQUEST = {
    "getParameter()": "query",
    "getParameterValues()": "query",
    "getParameterMap()": "query",
    "getQueryString()": "query",
    "getHeader()": "header",
    "getHeaders()": "header",
    "getCookies()": "cookie",
    "getInputStream()": "body",
    "getReader()": "body",
    "getPart()": "file",
    "getPathInfo()": "path",
    "getRequestURI()": "path",
}
FILE = {
    "getOriginalFilename()": "file",
    "getContentType()": "file",
    "getBytes()": "file",
    "getInputStream()": "file",
    "getResource()": "file",
}
COOKIE = {"getValue()": "cookie"}
VERBS = {
    "GetMapping": ("GET",),
    "PostMapping": ("POST",),
    "PutMapping": ("PUT",),
    "PatchMapping": ("PATCH",),
    "DeleteMapping": ("DELETE",),
}
SOURCES = {
    "RequestBody": "body",
    "RequestParam": "query",
    "PathVariable": "path",
    "RequestHeader": "header",
    "CookieValue": "cookie",
    "RequestPart": "file",
    "ModelAttribute": "body",
    "MatrixVariable": "path",
}
CHECKS = words(
    """
    Valid Validated NotNull NotBlank NotEmpty Nullable NonNull Size Length Pattern Email Min Max Positive
    PositiveOrZero Negative Past Future Digits DecimalMin DecimalMax Parameter ApiParam Schema DateTimeFormat Range
    """
)
"""Annotations of a parameter that only check or describe it; any other is Spring's, or a library's, to fill."""
BROAD = words(
    "Exception Throwable RuntimeException SQLException DataAccessException IOException NullPointerException Error"
)
"""Errors that nobody wrote for callers."""
CHECKED = words("Valid Validated")
NAMED = (
    (re.compile(r"add|create|post|register"), "POST"),
    (re.compile(r"update|put|change"), "PUT"),
    (re.compile(r"delete|remove"), "DELETE"),
)
"""Methods of HTTP by the names of methods that no mapping says it of."""
CLIENTS = words("RestTemplate RestClient WebClient OkHttpClient HttpClient CloseableHttpClient")
CONTROLLERS = words("RestController Controller RepositoryRestController")


class Spring:
    """Spring Boot."""

    name = "spring"
    inputs = Inputs(
        {
            **dict.fromkeys(
                (
                    "jakarta.servlet.http.HttpServletRequest",
                    "javax.servlet.http.HttpServletRequest",
                    "?HttpServletRequest",
                    "org.springframework.web.context.request.WebRequest",
                ),
                REQUEST,
            ),
            **dict.fromkeys(("org.springframework.web.multipart.MultipartFile", "?MultipartFile"), FILE),
            **dict.fromkeys(("jakarta.servlet.http.Cookie", "javax.servlet.http.Cookie"), COOKIE),
        }
    )

    def present(self, program: Program, manifests: str) -> bool:
        """Whether a manifest lists it, or a class imports it."""
        return "org.springframework" in manifests or any(
            unit.source.language == "java" and "org.springframework" in unit.source.text for unit in program.units
        )

    def entries(self, follower: Follower) -> Iterator[Entry]:
        """Methods under a mapping, and those that answer errors."""
        _wire(follower)
        security = read_security(follower)
        for unit, made in list(follower.classes):
            if unit.source.language != "java" or made.node.kind == "interface":
                continue
            controller = any(last(each.path or each.type).endswith("Controller") for each in made.decorators)
            for closure in [each for own in made.methods.values() for each in (own, *own.overloads)]:
                told = _told(closure, made, follower)
                mapping = next((each for each in told if _is_mapping(each)), None)
                bound = any(_names(each) & set(SOURCES) for each in closure.function.parameters)
                outside = controller and _fills(closure, made, told)
                if mapping is not None or (bound and controller) or outside:
                    yield self._entry(closure, mapping, made, told, follower, security)
                elif any(last(each.path or each.type) == "ExceptionHandler" for each in told):
                    yield Entry(closure, _errors(closure), None)

    def _entry(
        self,
        closure: Closure,
        mapping: Value | None,
        made: ClassValue,
        told: list[Value],
        follower: Follower,
        security: Security,
    ) -> Entry:
        around = next((each for each in made.decorators if _is_mapping(each)), None)
        path = _joined(_path(around), _path(mapping))
        named = next((verb for shape, verb in NAMED if shape.match(closure.function.name)), "GET")
        methods = _methods(mapping) or _methods(around) or (named,)
        place = closure.unit.place(closure.function)
        route = Route(place, methods, path, self.name, group=made.name)
        guards = [*security.before(path, methods), *security.asked([*made.decorators, *told])]
        if guards_inside(closure):
            guards.append("in the handler")
        route.guards = tuple(dict.fromkeys(guards))
        route.limited = security.limited or any(is_limit(each.path or each.type) for each in [*made.decorators, *told])
        route.public = security.opened(path, methods, told) or is_public(path, closure.function.name)
        route.validated = True
        frame = Frame(closure.unit, Scope({}, closure.scope), Run(closure.unit, closure.function), closure.function)
        parameters: dict[str, Value] = {}
        for position, parameter in enumerate(closure.function.parameters):
            also = _same(closure, made, position)
            value = _parameter(parameter, _names(parameter) | also, closure, follower, frame, route)
            if value is not None and mapping is None and value.trace is not None:
                value = value.with_trace(value.trace.safe_for("size"))
                route.validated = True
            if value is not None:
                parameters[parameter.name] = value
        return Entry(closure, parameters, route)


def _fills(closure: Closure, made: ClassValue, told: list[Value]) -> bool:
    """Whether a method fills one of an interface that is made from a description of the API when it is built."""
    override = any(last(each.path or each.type) == "Override" for each in told)
    return override and any(base.made is None and last(base.path or base.type).endswith("Api") for base in made.bases)


def _told(closure: Closure, made: ClassValue, follower: Follower) -> list[Value]:
    """The annotations of a method, and of the method of an interface that it fills."""
    out = list(follower.decorators.get(id(closure.function), []))
    for base in made.bases:
        above = base.made.methods.get(closure.function.name) if base.made is not None else None
        if above is not None:
            out += follower.decorators.get(id(above.function), [])
    return out


def _same(closure: Closure, made: ClassValue, position: int) -> frozenset[str]:
    """The annotations of the same parameter in an interface."""
    for base in made.bases:
        above = base.made.methods.get(closure.function.name) if base.made is not None else None
        if above is not None and position < len(above.function.parameters):
            return _names(above.function.parameters[position])
    return frozenset()


def _names(parameter: s.Parameter) -> frozenset[str]:
    return frozenset(last(s.dotted(each).removesuffix("()")) for each in parameter.decorators)


def _parameter(
    parameter: s.Parameter, names: frozenset[str], closure: Closure, follower: Follower, frame: Frame, route: Route
) -> Value | None:
    """What a caller may put into a parameter; None for what Spring hands in."""
    typed = follower.typed(parameter, frame)
    written = last(s.dotted(parameter.annotation))
    where = next((SOURCES[each] for each in SOURCES if each in names), "")
    own = typed.instance is not None and typed.instance.node.kind in ("class", "record")
    if written in ("HttpServletRequest", "HttpServletResponse", "MultipartFile", "WebRequest"):
        return typed
    if not where:
        if names - CHECKS or not (own or written == "String" or written in NUMBERS):
            return None
        where = "body" if own else "query"
    trace = entered(where, closure.unit, parameter, f"the caller's {where} ({parameter.name})")
    kind = typed.instance.node.kind if typed.instance is not None else ""
    if written in NUMBERS or kind == "enum" or "Pattern" in names:
        return replace(typed, trace=trace.safe_for(EVERYTHING))
    if where == "path" and f"{{*{parameter.name}" not in route.path and f"{{{parameter.name}:.+" not in route.path:
        trace = trace.safe_for("path")
    if where != "body":
        return Value(type="String" if written == "String" else "?" + parameter.name, trace=trace)
    if not names & CHECKED:
        route.validated = False
    if typed.instance is not None:
        route.body = typed.instance.node.name
    return replace(typed, trace=trace, marks=frozenset({"whole"}))


def _errors(closure: Closure) -> dict[str, Value]:
    """The error that a handler of errors is given: one that nobody wrote for callers, unless its type says so."""
    out: dict[str, Value] = {}
    for each in closure.function.parameters:
        written = last(s.dotted(each.annotation))
        if written.endswith(("Exception", "Throwable", "Error")):
            mark = "error" if written in BROAD else "refusal"
            out[each.name] = Value(type="error", marks=frozenset({mark}))
    return out


def _is_mapping(value: Value) -> bool:
    name = last(value.path or value.type)
    return name in VERBS or name.endswith("RequestMapping")


def _path(value: Value | None) -> str:
    seen = value.source if value is not None else None
    if not isinstance(seen, Seen):
        return ""
    given = seen.argument(0, "value", "path")
    if given is None:
        return ""
    return known_text(given.fields.get("0")) if given.fields is not None else known_text(given)


def _methods(value: Value | None) -> tuple[str, ...]:
    name = last(value.path or value.type) if value is not None else ""
    if name in VERBS:
        return VERBS[name]
    seen = value.source if value is not None else None
    given = seen.keywords.get("method") if isinstance(seen, Seen) else None
    if given is None:
        return ()
    listed = given.fields.values() if given.fields is not None else [given]
    return tuple(last(each.path or each.type) for each in listed)


def _joined(*parts: str) -> str:
    inner = [each.strip("/") for each in parts if each.strip("/")]
    return "/" + "/".join(inner)


def _wire(follower: Follower) -> None:
    """Marks the clients that are handed in with what the functions that make them say of time-outs."""
    timed: set[str] = set()
    for closure in list(follower.closures.values()):
        if closure.unit.source.language != "java" or "Bean" not in map(last, closure.decorators):
            continue
        made = last(s.dotted(closure.function.returns))
        lines = closure.unit.source.lines[closure.function.line - 1 : closure.function.end]
        if made in CLIENTS and any("timeout" in each.lower() for each in lines):
            timed.add(made)
    for _, made_class in follower.classes if timed else ():
        for name, value in made_class.attributes.items():
            if last(value.type) in timed:
                made_class.attributes[name] = replace(value, marks=value.marks | {"timed"})
