"""Flask, with its blueprints, class-based views and Flask-RESTful."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Route
from mainstay.check.flow.follow import Follower, entered
from mainstay.check.flow.frame import Inputs
from mainstay.check.flow.program import Program, Seen
from mainstay.check.flow.value import EVERYTHING, ClassValue, Closure, Value
from mainstay.check.reading.reader import known_text, last
from mainstay.check.stacks.stack import (
    VERBS,
    Entry,
    decorated,
    guards_inside,
    imports,
    is_guard,
    name_of,
    set_up,
)

REQUEST = {
    "args": "query",
    "form": "body",
    "values": "query",
    "json": "body",
    "get_json()": "body",
    "data": "body",
    "get_data()": "body",
    "stream": "body",
    "headers": "header",
    "cookies": "cookie",
    "files": "file",
    "view_args": "path",
    "full_path": "path",
    "url": "path",
    "query_string": "query",
    "referrer": "header",
}
APPS = (
    "flask.Flask",
    "flask.Blueprint",
    "flask_restful.Api",
    "flask_restx.Api",
    "flask_restx.Namespace",
    "?app",
    "?bp",
)
CONVERTERS = {"int", "float", "uuid"}


class Flask:
    """Flask."""

    name = "flask"
    inputs = Inputs({"flask.request": REQUEST, "quart.request": REQUEST, "flask.Request": REQUEST, "request": REQUEST})

    def present(self, program: Program, manifests: str) -> bool:
        """Whether it is imported or listed."""
        return "flask" in manifests.lower() or imports(program, "flask", "flask_restful", "flask_restx", "quart")

    def entries(self, follower: Follower) -> Iterator[Entry]:
        """Functions under a route, methods of views, and what runs before requests or on errors."""
        set_up(follower)
        before = _before(follower)
        for key, closure in list(follower.closures.items()):
            for value in follower.decorators.get(key, []):
                seen = value.source
                if not isinstance(seen, Seen) or closure.unit.source.language != "python":
                    continue
                if seen.method in VERBS | {"route"} and _is_app(seen):
                    yield self._entry(closure, seen, follower, before)
                elif seen.method in ("errorhandler", "app_errorhandler"):
                    yield Entry(closure, {each.name: ERROR for each in closure.function.parameters[:1]}, None)
        yield from self._classes(follower, before)

    def _entry(self, closure: Closure, seen: Seen, follower: Follower, before: dict[str, list[str]]) -> Entry:
        made = seen.receiver.source
        group = f"{made.place}" if isinstance(made, Seen) else closure.unit.name
        prefix = known_text(made.argument(-1, "url_prefix")) if isinstance(made, Seen) else ""
        path = prefix + known_text(seen.argument(0, "rule"))
        methods = (seen.method.upper(),) if seen.method in VERBS else _methods(seen)
        guards = [*before.get("", []), *before.get(group, [])]
        return self._made(closure, path, methods, group, guards, follower)

    def _made(
        self, closure: Closure, path: str, methods: tuple[str, ...], group: str, guards: list[str], follower: Follower
    ) -> Entry:
        route = Route(closure.unit.place(closure.function), methods, path, self.name, group=group)
        decorated(route, closure, follower, guards)
        parameters = {
            each.name: _path_value(each, path, closure)
            for each in closure.function.parameters
            if each.name not in ("self", "cls")
        }
        return Entry(closure, parameters, route)

    def _classes(self, follower: Follower, before: dict[str, list[str]]) -> Iterator[Entry]:
        paths = _class_paths(follower)
        for unit, made in follower.classes:
            bases = {last(each) for each in made.ancestors()}
            if not bases & {"MethodView", "Resource", "View"} or "django" in " ".join(made.ancestors()):
                continue
            for name, closure in made.methods.items():
                if name in VERBS:
                    guards = [*before.get("", []), *_class_guards(made)]
                    yield self._made(
                        closure, paths.get(made.name, ""), (name.upper(),), f"{unit.name}.{made.name}", guards, follower
                    )


ERROR = Value(type="error", marks=frozenset({"error"}))


def _is_app(seen: Seen) -> bool:
    return seen.receiver.type in APPS or seen.receiver.type.endswith((".Flask", ".Blueprint", ".Quart"))


def _path_value(parameter: s.Parameter, path: str, closure: Closure) -> Value:
    trace = entered("path", closure.unit, parameter, f"the caller's path ({parameter.name})")
    if any(f"<{kind}:{parameter.name}>" in path for kind in CONVERTERS):
        trace = trace.safe_for(EVERYTHING)
    elif f":{parameter.name}>" not in path:
        trace = trace.safe_for("header", "log", "path")
    return Value(type="?" + parameter.name, trace=trace)


def _methods(seen: Seen) -> tuple[str, ...]:
    given = seen.keywords.get("methods")
    return tuple(known_text(each) for each in (given.fields or {}).values()) if given is not None else ("GET",)


def _before(follower: Follower) -> dict[str, list[str]]:
    """Guards that run before every request of an application (under the empty name) or of a blueprint."""
    out: dict[str, list[str]] = {}
    for key, values in follower.decorators.items():
        closure = follower.closures.get(key)
        for value in values:
            name = last(name_of(value))
            if closure is not None and name in ("before_request", "before_app_request") and guards_inside(closure):
                made = value.source.receiver.source if isinstance(value.source, Seen) else None
                blueprint = isinstance(made, Seen) and made.method == "Blueprint" and name == "before_request"
                where = f"{made.place}" if blueprint and isinstance(made, Seen) else ""
                out.setdefault(where, []).append(closure.function.name)
    return out


def _class_paths(follower: Follower) -> dict[str, str]:
    out: dict[str, str] = {}
    for run in follower.modules:
        for seen in run.calls:
            if seen.method == "add_resource" and len(seen.arguments) > 1 and seen.arguments[0].made is not None:
                out[seen.arguments[0].made.name] = known_text(seen.arguments[1])
            view = seen.argument(-1, "view_func") if seen.method == "add_url_rule" else None
            if view is not None and isinstance(view.source, Seen) and view.source.receiver.made is not None:
                out[view.source.receiver.made.name] = known_text(seen.argument(0, "rule"))
    return out


def _class_guards(made: ClassValue) -> list[str]:
    given = made.attributes.get("decorators") or made.attributes.get("method_decorators")
    return [last(name_of(each)) for each in (given.fields or {} if given else {}).values() if is_guard(name_of(each))]
