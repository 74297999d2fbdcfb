"""FastAPI, and Starlette beneath it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mainstay.check import syntax as s
from mainstay.check.facts import Route
from mainstay.check.flow.follow import Follower, entered
from mainstay.check.flow.frame import Frame, Inputs
from mainstay.check.flow.program import Program, Run, Seen
from mainstay.check.flow.value import EVERYTHING, Closure, Scope, Trace, Value
from mainstay.check.reading.reader import known_text, last
from mainstay.check.stacks.stack import VERBS, Entry, guards_inside, imports, is_guard, is_limit, is_public, name_of
from mainstay.check.words import words

REQUEST = {
    "query_params": "query",
    "path_params": "path",
    "headers": "header",
    "cookies": "cookie",
    "body()": "body",
    "json()": "body",
    "form()": "body",
    "url": "path",
    "stream()": "body",
}
NUMBERS = words(
    """
    int float bool uuid.UUID UUID datetime.date datetime.datetime decimal.Decimal pydantic.UUID4
    PositiveInt pydantic.PositiveInt
    """
)
MODELLED = ("fields", "nosql")
"""What a body that a model has checked is safe for."""
SOURCES = {
    "Query": "query",
    "Path": "path",
    "Header": "header",
    "Cookie": "cookie",
    "Body": "body",
    "Form": "body",
    "File": "file",
}
APPS = ("fastapi.FastAPI", "fastapi.APIRouter", "starlette.applications.Starlette", "?app", "?router", "?api")


class FastAPI:
    """FastAPI."""

    name = "fastapi"
    inputs = Inputs(
        {
            "fastapi.Request": REQUEST,
            "starlette.requests.Request": REQUEST,
            "?Request": REQUEST,
            "fastapi.UploadFile": {"filename": "file", "read()": "file", "file": "file", "content_type": "file"},
            "starlette.datastructures.UploadFile": {"filename": "file", "read()": "file", "file": "file"},
        }
    )

    def present(self, program: Program, manifests: str) -> bool:
        """Whether it is imported, or listed, or an example has its decorators."""
        return (
            "fastapi" in manifests
            or imports(program, "fastapi", "starlette")
            or any(
                unit.source.first > 1
                and unit.source.language == "python"
                and re.search(
                    r"@(app|router|api)\.(get|post|put|patch|delete|middleware|exception_handler)\(", unit.source.text
                )
                for unit in program.units
            )
        )

    def entries(self, follower: Follower) -> Iterator[Entry]:
        """Functions under a decorator of an application or router."""
        around = _around(follower)
        for key, closure in list(follower.closures.items()):
            if closure.unit.source.language != "python":
                continue
            for value in follower.decorators.get(key, []):
                seen = value.source
                if (
                    isinstance(seen, Seen)
                    and seen.method in VERBS | {"api_route", "route", "websocket"}
                    and _is_app(seen, closure)
                ):
                    yield self._entry(closure, seen, follower, around)
                elif isinstance(seen, Seen) and seen.method in ("middleware", "exception_handler"):
                    first = closure.function.parameters[:1]
                    yield Entry(closure, {each.name: Value(type="fastapi.Request") for each in first}, None)

    def _entry(
        self, closure: Closure, seen: Seen, follower: Follower, around: dict[str, tuple[str, tuple[str, ...]]]
    ) -> Entry:
        path = known_text(seen.argument(0, "path"))
        group = _group(seen)
        prefix, outer = around.get(group, ("", ()))
        own = _prefix(seen.receiver)
        path = prefix + own + path
        methods = (seen.method.upper(),) if seen.method in VERBS else _methods(seen)
        route = Route(closure.unit.place(closure.function), methods, path, self.name, group=group or closure.unit.name)
        guards = [*outer, *_dependencies(seen), *_dependencies_of(seen.receiver)]
        parameters: dict[str, Value] = {}
        frame = Frame(closure.unit, Scope({}, closure.scope), Run(closure.unit, closure.function), closure.function)
        for parameter in closure.function.parameters:
            if parameter.spread or parameter.name in ("self", "cls"):
                continue
            value, guard = self._parameter(parameter, path, closure, follower, frame, route)
            parameters[parameter.name] = value
            guards += guard
        for value in follower.decorators.get(id(closure.function), []):
            name = name_of(value)
            if value.source is not seen and is_guard(name):
                guards.append(last(name))
            if value.source is not seen and is_limit(name):
                route.limited = True
        if guards_inside(closure):
            guards.append("in the handler")
        if closure.function.owner:
            guards.append("of the class, which is not looked into")
        route.guards = tuple(dict.fromkeys(guards))
        status = seen.keywords.get("status_code")
        route.status = _status(status)
        route.public = is_public(path, closure.function.name)
        route.validated = True
        return Entry(closure, parameters, route)

    def _parameter(
        self, parameter: s.Parameter, path: str, closure: Closure, follower: Follower, frame: Frame, route: Route
    ) -> tuple[Value, list[str]]:
        kind, beside = follower.annotated(parameter.annotation, frame)
        default = follower.value(parameter.default, frame) if parameter.default is not None else None
        told = [*beside, *([default] if default is not None else [])]
        for each in told:
            name = last(each.source.name) if isinstance(each.source, Seen) else ""
            if name in ("Depends", "Security") and isinstance(each.source, Seen):
                return _dependency(each.source, kind, follower, frame)
            if name in SOURCES and isinstance(each.source, Seen):
                value = self._traced(parameter, SOURCES[name], kind, closure, route, each.source)
                modelled = kind.made is not None and kind.made.ancestors() and value.trace is not None
                return value.with_trace(value.trace.safe_for(*MODELLED)) if modelled and value.trace else value, []
        typed = follower.typed(parameter, frame)
        if (
            kind.path in ("fastapi.Request", "starlette.requests.Request")
            or typed.type == "?Request"
            or (parameter.name == "request" and not parameter.annotation)
        ):
            return Value(type=kind.path or "fastapi.Request"), []
        if last(kind.path) in ("Response", "BackgroundTasks", "WebSocket", "SecurityScopes"):
            return typed, []
        if last(kind.path) == "UploadFile":
            return Value(type="fastapi.UploadFile", trace=None), []
        if "{" + parameter.name in path:
            return self._traced(parameter, "path", kind, closure, route, None), []
        if kind.made is not None and kind.made.ancestors():
            route.body = kind.made.node.name
            trace = entered("body", closure.unit, parameter, f"the caller's body ({parameter.name})").safe_for(
                *MODELLED
            )
            return Value(type=kind.made.name, trace=trace), []
        if (
            kind.path in ("dict", "list")
            or kind.path.endswith((".Dict", ".Any", ".Mapping"))
            or (parameter.annotation is not None and s.dotted(parameter.annotation) in ("dict", "Dict", "Any"))
        ):
            return self._traced(parameter, "body", Value(), closure, route, None), []
        return self._traced(parameter, "query", kind, closure, route, None), []

    def _traced(
        self, parameter: s.Parameter, where: str, kind: Value, closure: Closure, route: Route, source: Seen | None
    ) -> Value:
        trace: Trace = entered(where, closure.unit, parameter, f"the caller's {where} ({parameter.name})")
        name = s.dotted(parameter.annotation) or kind.path
        if (
            name in NUMBERS
            or kind.path in NUMBERS
            or (kind.made is not None and any("Enum" in base for base in kind.made.ancestors()))
            or "Literal" in kind.path
        ):
            trace = trace.safe_for(EVERYTHING)
        pattern = source is not None and ("pattern" in source.keywords or "regex" in source.keywords)
        if pattern:
            trace = trace.safe_for(EVERYTHING)
        if where == "path" and f"{{{parameter.name}:path}}" not in route.path:
            trace = trace.safe_for("path")
        if where == "query":
            bounded = source is not None and bool({"le", "lt"} & set(source.keywords))
            if name == "int" or kind.path == "int":
                route.numbers[parameter.name] = ("int", bounded)
        return Value(type="?" + parameter.name, trace=trace)


def _dependency(source: Seen, kind: Value, follower: Follower, frame: Frame) -> tuple[Value, list[str]]:
    given = source.argument(0, "dependency")
    name = name_of(given) if given is not None else name_of(kind)
    guards = []
    if (
        is_guard(name)
        or last(source.name) == "Security"
        or (given is not None and (given.callee is not None and _guarding(given.callee, follower, 0)))
    ):
        guards.append(last(name))
    if kind.path or kind.made is not None:
        return Value(type=kind.path or (kind.made.name if kind.made else ""), instance=kind.made), guards
    if given is not None and given.callee is not None:
        result = follower.function(given.callee, {}).result
        if result is not None and result.type:
            return replace(result, trace=None), guards
    return Value(type="?" + last(name)), guards


def _guarding(closure: Closure, follower: Follower, depth: int) -> bool:
    if guards_inside(closure):
        return True
    frame = Frame(closure.unit, Scope({}, closure.scope), Run(closure.unit, closure.function), closure.function)
    for parameter in closure.function.parameters:
        _, beside = follower.annotated(parameter.annotation, frame)
        default = follower.value(parameter.default, frame) if parameter.default is not None else None
        for each in [*beside, *([default] if default is not None else [])]:
            if isinstance(each.source, Seen) and last(each.source.name) in ("Depends", "Security"):
                given = each.source.argument(0, "dependency")
                if given is not None and (
                    is_guard(name_of(given))
                    or (given.callee is not None and depth < 4 and _guarding(given.callee, follower, depth + 1))
                ):
                    return True
    return False


def _is_app(seen: Seen, closure: Closure) -> bool:
    kind = seen.receiver.type
    if kind in ("?app", "?router", "?api", "?bp"):
        return seen.method != "route" and (
            closure.function.is_async
            or bool(closure.function.parameters)
            or "flask" not in closure.unit.source.text.lower()
        )
    return kind in APPS or kind.endswith((".FastAPI", ".APIRouter"))


def _group(seen: Seen) -> str:
    made = seen.receiver.source
    return f"{made.place}" if isinstance(made, Seen) else ""


def _prefix(receiver: Value) -> str:
    made = receiver.source
    return known_text(made.argument(-1, "prefix")) if isinstance(made, Seen) else ""


def _dependencies(seen: Seen) -> list[str]:
    """Names of what `dependencies=[Depends(..)]` asks for."""
    out = []
    given = seen.keywords.get("dependencies")
    for each in (given.fields or {}).values() if given is not None else []:
        if isinstance(each.source, Seen):
            inner = each.source.argument(0, "dependency")
            if inner is not None and (
                is_guard(name_of(inner)) or (inner.callee is not None and guards_inside(inner.callee))
            ):
                out.append(last(name_of(inner)))
    return out


def _dependencies_of(receiver: Value) -> list[str]:
    return _dependencies(receiver.source) if isinstance(receiver.source, Seen) else []


def _around(follower: Follower) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What `include_router` and middleware add to the routes of each router."""
    out: dict[str, tuple[str, tuple[str, ...]]] = {}
    every: list[str] = []
    for run in follower.modules:
        for seen in run.calls:
            if seen.method == "add_middleware" and seen.arguments:
                name = name_of(seen.arguments[0])
                if is_guard(name) and "CORS" not in name:
                    every.append(last(name))
    for run in follower.modules:
        for seen in run.calls:
            if seen.method == "include_router" and seen.arguments and isinstance(seen.arguments[0].source, Seen):
                key = f"{seen.arguments[0].source.place}"
                outer = _dependencies(seen) + _dependencies_of(seen.receiver)
                before = out.get(
                    f"{seen.receiver.source.place}" if isinstance(seen.receiver.source, Seen) else "", ("", ())
                )
                prefix = before[0] + _prefix(seen.receiver) + known_text(seen.keywords.get("prefix"))
                out[key] = (prefix, (*every, *outer, *before[1]))
    if every:
        out.setdefault("", ("", tuple(every)))
    return out


def _methods(seen: Seen) -> tuple[str, ...]:
    given = seen.keywords.get("methods")
    return tuple(known_text(each) for each in (given.fields or {}).values()) if given is not None else ("GET",)


def _status(value: Value | None) -> int | None:
    if value is None:
        return None
    if isinstance(value.const, int):
        return value.const
    found = re.search(r"HTTP_(\d{3})", value.path or value.type)
    return int(found.group(1)) if found else None
