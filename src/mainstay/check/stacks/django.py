"""Django and its REST framework."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Route
from mainstay.check.flow.follow import Follower, entered
from mainstay.check.flow.frame import Inputs
from mainstay.check.flow.program import Program, Seen
from mainstay.check.flow.value import EVERYTHING, Closure, Value
from mainstay.check.reading.reader import known_text, last
from mainstay.check.stacks.stack import VERBS, Entry, guards_inside, imports, is_guard, is_limit, is_public, name_of
from mainstay.check.words import words

REQUEST = {
    "GET": "query",
    "POST": "body",
    "body": "body",
    "data": "body",
    "query_params": "query",
    "FILES": "file",
    "COOKIES": "cookie",
    "META": "header",
    "headers": "header",
    "path": "path",
    "path_info": "path",
    "get_full_path()": "path",
    "read()": "body",
}
VIEWS = words(
    """
    View APIView GenericAPIView ViewSet GenericViewSet ModelViewSet TemplateView ReadOnlyModelViewSet
    ListAPIView RetrieveAPIView CreateAPIView UpdateAPIView DestroyAPIView ListCreateAPIView
    RetrieveUpdateAPIView RetrieveUpdateDestroyAPIView DetailView ListView FormView CreateView
    UpdateView DeleteView
    """
)
ACTIONS = {
    "list": "GET",
    "retrieve": "GET",
    "create": "POST",
    "update": "PUT",
    "partial_update": "PATCH",
    "destroy": "DELETE",
    "get_queryset": "GET",
    "perform_create": "POST",
    "perform_update": "PUT",
    "perform_destroy": "DELETE",
    "form_valid": "POST",
    "get_object": "GET",
    "get_context_data": "GET",
    "dispatch": "GET",
}
"""Methods of views that run in a request, and the method of HTTP that leads to them."""


class Django:
    """Django."""

    name = "django"
    inputs = Inputs(
        {
            "django.http.HttpRequest": REQUEST,
            "django.http.request.HttpRequest": REQUEST,
            "rest_framework.request.Request": REQUEST,
        }
    )

    def present(self, program: Program, manifests: str) -> bool:
        """Whether it is imported or listed."""
        return "django" in manifests.lower() or imports(program, "django", "rest_framework")

    def entries(self, follower: Follower) -> Iterator[Entry]:
        """Functions of a request, and methods of views."""
        paths = _paths(follower)
        by_default = _guarded_by_default(follower)
        methods = {id(each.function) for _, made in follower.classes for each in made.methods.values()}
        for key, closure in list(follower.closures.items()):
            first = closure.function.parameters[:1]
            if closure.unit.source.language != "python" or key in methods or not first:
                continue
            if key in paths or (first[0].name == "request" and _uses_django(closure)):
                entry = self._function(closure, paths.get(key, ""), follower, by_default)
                if paths and key not in paths:
                    entry.route = None
                yield entry
        yield from self._classes(follower, paths, by_default)

    def _function(self, closure: Closure, path: str, follower: Follower, by_default: list[str]) -> Entry:
        route = Route(closure.unit.place(closure.function), ("GET", "POST"), path, self.name, group=closure.unit.name)
        guards: list[str] = []
        rest = False
        for value in follower.decorators.get(id(closure.function), []):
            name = last(name_of(value))
            seen = value.source
            if is_guard(name) and name != "permission_classes":
                guards.append(name)
            if is_limit(name):
                route.limited = True
            given = list((seen.arguments[0].fields or {}).values()) if isinstance(seen, Seen) and seen.arguments else []
            if name in ("api_view", "require_http_methods"):
                rest = name == "api_view"
                route.methods = tuple(known_text(each) for each in given) or ("GET",)
            elif name in ("require_POST", "require_GET", "require_safe"):
                route.methods = ("POST",) if name == "require_POST" else ("GET",)
            elif name == "permission_classes":
                guards += _permissions(given)
                rest = False
                if any(last(name_of(each)) == "AllowAny" for each in given):
                    route.public = "AllowAny"
        if rest:
            guards += by_default
        self._told(route, closure, path, guards)
        if route.methods == ("GET", "POST") and not _looks_at_method(closure) and not _writes(closure):
            route.methods = ("GET",)
        return Entry(closure, self._parameters(closure), route)

    def _told(self, route: Route, closure: Closure, path: str, guards: list[str]) -> None:
        if guards_inside(closure):
            guards.append("in the handler")
        route.guards = tuple(dict.fromkeys(guards))
        route.public = route.public or is_public(path, closure.function.name)
        checks = {"is_valid", "full_clean", "validate", "model_validate", "loads"}
        called = {last(s.dotted(each.function)) for each in closure.function.nodes if isinstance(each, s.Call)}
        route.validated = bool(checks & called)

    def _parameters(self, closure: Closure) -> dict[str, Value]:
        out: dict[str, Value] = {}
        for each in closure.function.parameters:
            if each.name in ("self", "cls", "serializer", "form") or each.spread:
                continue
            if each.name == "request":
                out[each.name] = Value(type="django.http.HttpRequest")
            elif each.name not in ("queryset", "format"):
                trace = entered("path", closure.unit, each, f"the caller's path ({each.name})").safe_for(
                    "header", "log"
                )
                if s.dotted(each.annotation) in ("int", "UUID", "uuid.UUID") or each.name in ("pk", "id"):
                    trace = trace.safe_for(EVERYTHING)
                out[each.name] = Value(type="?" + each.name, trace=trace)
        return out

    def _classes(self, follower: Follower, paths: dict[object, str], by_default: list[str]) -> Iterator[Entry]:
        for unit, made in follower.classes:
            if not {last(each) for each in made.ancestors()} & VIEWS:
                continue
            made.attributes.setdefault("request", Value(type="django.http.HttpRequest"))
            made.attributes.setdefault(
                "kwargs", Value(trace=entered("path", unit, made.node, "the caller's path").safe_for("log"))
            )
            told = made.find("permission_classes")
            guards = _permissions(list((told.fields or {}).values())) if told is not None else []
            open_to_all = told is not None and any(
                last(name_of(each)) == "AllowAny" for each in (told.fields or {}).values()
            )
            mixins = [last(each) for each in made.ancestors() if last(each).endswith("Mixin") and is_guard(last(each))]
            if told is None and any("rest_framework" in each for each in made.ancestors()):
                guards += by_default
            for name, closure in made.methods.items():
                method = name.upper() if name in VERBS else ACTIONS.get(name, "")
                extra = [last(name_of(each)) for each in follower.decorators.get(id(closure.function), [])]
                if not method and "action" not in extra:
                    continue
                route = Route(
                    unit.place(closure.function),
                    (method or "POST",),
                    paths.get(made.name, ""),
                    self.name,
                    group=made.name,
                )
                route.public = "AllowAny" if open_to_all else ""
                route.limited = made.find("throttle_classes") is not None
                own = [each for each in extra if is_guard(each)]
                self._told(route, closure, paths.get(made.name, ""), [*guards, *mixins, *own])
                route.public = route.public or is_public(made.node.name)
                if name in ("get_queryset", "perform_create", "perform_update", "perform_destroy", "get_object"):
                    route.validated = True
                yield Entry(closure, self._parameters(closure), route)


def _permissions(given: list[Value]) -> list[str]:
    return [last(name_of(each)) for each in given if last(name_of(each)) not in ("AllowAny", "")]


def _uses_django(closure: Closure) -> bool:
    return "django" in closure.unit.source.text or "rest_framework" in closure.unit.source.text


def _looks_at_method(closure: Closure) -> bool:
    return any(isinstance(each, s.Member) and each.name == "method" for each in closure.function.nodes)


def _writes(closure: Closure) -> bool:
    writing = {"save", "delete", "create", "update", "bulk_create"}
    return any(
        (isinstance(each, s.Member) and each.name in ("POST", "body", "data", "FILES"))
        or (isinstance(each, s.Call) and last(s.dotted(each.function)) in writing)
        for each in closure.function.nodes
    )


def _paths(follower: Follower) -> dict[object, str]:
    """Paths by function (its identity) or class (its name), as `urlpatterns` and routers say."""
    out: dict[object, str] = {}
    for run in follower.modules:
        for seen in run.calls:
            if seen.method in ("path", "re_path", "url") and len(seen.arguments) > 1:
                view = seen.arguments[1]
                if view.callee is not None:
                    out[id(view.callee.function)] = known_text(seen.arguments[0])
                elif isinstance(view.source, Seen) and view.source.receiver.made is not None:
                    out[view.source.receiver.made.name] = known_text(seen.arguments[0])
            elif seen.method == "register" and len(seen.arguments) > 1 and seen.arguments[1].made is not None:
                out[seen.arguments[1].made.name] = known_text(seen.arguments[0])
    return out


def _guarded_by_default(follower: Follower) -> list[str]:
    """The permissions that the settings ask of every view of the REST framework."""
    for unit in follower.program.units:
        found = unit.scope.names.get("REST_FRAMEWORK")
        given = found.fields.get("DEFAULT_PERMISSION_CLASSES") if found is not None and found.fields else None
        if given is not None and given.fields:
            return [last(known_text(each)) for each in given.fields.values() if "AllowAny" not in known_text(each)]
    return []
