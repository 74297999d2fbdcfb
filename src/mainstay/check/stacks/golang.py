"""What is alike in the stacks of Go: routers and their groups, middleware before routes, and where handlers are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mainstay.check import syntax as s
from mainstay.check.facts import Route
from mainstay.check.flow.follow import Follower
from mainstay.check.flow.program import Program, Run, Seen
from mainstay.check.flow.value import Closure, Value
from mainstay.check.reading.reader import known_text, last
from mainstay.check.stacks.stack import Entry, guards_inside, is_guard, is_limit, is_public, lets_through
from mainstay.check.words import words

REQUEST = {
    "Body": "body",
    "Header": "header",
    "Form": "query",
    "PostForm": "body",
    "MultipartForm": "body",
    "RequestURI": "path",
    "URL": "=net/http.Request.URL",
    "FormValue()": "query",
    "PostFormValue()": "body",
    "PathValue()": "path-",
    "Cookie()": "cookie",
    "Cookies()": "cookie",
    "UserAgent()": "header",
    "Referer()": "header",
    "FormFile()": "file-",
    "BasicAuth()": "header",
}
URL = {
    "Query()": "query",
    "RawQuery": "query",
    "Path": "path-",
    "RawPath": "path",
    "String()": "path",
    "Fragment": "path",
}
SHARED = {"net/http.Request": REQUEST, "net/http.Request.URL": URL}
VERBS = words("GET POST PUT PATCH DELETE HEAD OPTIONS CONNECT TRACE")
TITLED = {each.title(): each for each in VERBS}
ANY = ("GET", "POST", "PUT", "PATCH", "DELETE")
REGISTERS = (VERBS | set(TITLED)) | words(
    """
    Any Handle HandleFunc Handler HandlerFunc Add Match Method MethodFunc All Use Pre Group Route Mount With File
    Static
    """
)
"""Methods of routers that are given functions to run later."""
SETS_UP = re.compile(r"\.(" + "|".join(sorted(REGISTERS)) + r")\(\s*[\"'\w]")
VALIDATES = re.compile(r"[vV]alidat|ShouldBind|MustBind|BindJSON|BindAndValid")


@dataclass(slots=True)
class Group:
    """A router, or a part of one: its path, and what stands before its routes."""

    prefix: str = ""
    guards: tuple[str, ...] = ()
    limited: bool = False


@dataclass(slots=True)
class Registered:
    """A route as a run of a function that sets the application up has registered it."""

    seen: Seen
    methods: tuple[str, ...]
    path: str
    handler: Closure
    group: Group
    key: str


@dataclass(slots=True)
class Dialect:
    """How the routers of one framework are spoken to.

    `handler_first`: middleware follows the handler, as in Echo; else it stands before it. `late`: what `Use` adds
    stands before routes that were registered already, too.
    """

    roots: tuple[str, ...]
    parameters: tuple[int, ...]
    handler_first: bool = False
    late: bool = False
    found: dict[int, Registered] = field(default_factory=dict)


def uses(program: Program, *modules: str) -> bool:
    """Whether a file of Go imports one of these, or what is below it."""
    return any(
        isinstance(node, s.Import) and node.module.startswith(modules)
        for unit in program.units
        if unit.source.language == "go"
        for node in unit.tree.body
    )


def entries(follower: Follower, dialect: Dialect, stack: str) -> Iterator[Entry]:
    """The handlers of all routes that functions register, with what stands before them."""
    if follower.set_up is None:
        follower.set_up = [follower.function(closure, {}) for closure in _setting_up(follower)]
    for run in follower.set_up:
        _register(run, dialect)
    for each in dialect.found.values():
        yield _entry(each, stack)
    dialect.found.clear()


def _setting_up(follower: Follower) -> list[Closure]:
    """Functions that register routes, and `main`, from which all of them are reached."""
    lines: dict[str, list[int]] = {}
    out: list[Closure] = []
    for closure in list(follower.closures.values()):
        source, function = closure.unit.source, closure.function
        if source.language != "go" or not function.name:
            continue
        if source.name not in lines:
            lines[source.name] = [n for n, line in enumerate(source.lines, 1) if SETS_UP.search(line)]
        if function.name == "main" or any(function.line <= line <= function.end for line in lines[source.name]):
            out.append(closure)
    return sorted(out, key=lambda each: each.function.name != "main")


def _register(run: Run, dialect: Dialect) -> None:
    """What a run has told of routers, in order."""
    groups: dict[str, Group] = {}
    routes: list[Registered] = []
    mounts: list[tuple[str, Group]] = []
    nodes = {id(seen.node): seen for seen in run.calls}
    for seen in run.calls:
        if seen.language != "go" or not _is_router(seen, dialect):
            continue
        key = _key(seen.receiver)
        group = groups.setdefault(key, Group())
        method = seen.method
        if method in ("Use", "Pre"):
            groups[key] = _behind(group, seen, seen.arguments, nodes)
            if dialect.late:
                for each in routes:
                    each.group = _behind(each.group, seen, seen.arguments, nodes) if each.key == key else each.group
        elif method == "Mount" and len(seen.arguments) > 1:
            mounts.append(
                (_key(seen.arguments[1]), replace(group, prefix=group.prefix + known_text(seen.arguments[0])))
            )
        elif method in ("Group", "Route", "With", "PathPrefix", "Subrouter"):
            path = known_text(seen.argument(0))
            inner = replace(group, prefix=joined(group.prefix, path))
            groups[f"{id(seen.node)}"] = _behind(inner, seen, seen.arguments[1 if path else 0 :], nodes)
        elif method == "Methods" and routes and isinstance(seen.receiver.source, Seen):
            named = tuple(known_text(each).upper() for each in seen.arguments) or routes[-1].methods
            routes[-1].methods = named if routes[-1].seen.node is seen.receiver.source.node else routes[-1].methods
        else:
            found = _registered(seen, dialect, group, key, nodes)
            if found is not None:
                routes.append(found)
    for key, outer in mounts:
        for each in routes:
            if each.key == key:
                guards = (*outer.guards, *each.group.guards)
                each.path = joined(outer.prefix, each.path)
                each.group = replace(each.group, prefix=joined(outer.prefix, each.group.prefix), guards=guards)
    for each in routes:
        _keep(each, dialect)


def joined(front: str, path: str) -> str:
    """A path behind another, with one stroke between them."""
    return f"{front.rstrip('/')}/{path.lstrip('/')}" if front and path else front or path


def _keep(route: Registered, dialect: Dialect) -> None:
    """Of several runs that came past a registration, the one that knows most of it."""
    before = dialect.found.get(id(route.seen.node))
    if before is None or _known(route) > _known(before):
        dialect.found[id(route.seen.node)] = route


def _known(route: Registered) -> tuple[int, int]:
    return (len(route.group.prefix), len(route.group.guards))


def _is_router(seen: Seen, dialect: Dialect) -> bool:
    kind = seen.receiver.type or seen.receiver.path
    return kind.startswith(dialect.roots)


def _key(value: Value) -> str:
    return f"{id(value.source.node)}" if isinstance(value.source, Seen) else value.type or value.path


def _behind(group: Group, seen: Seen, given: list[Value], nodes: dict[int, Seen]) -> Group:
    """A group with more middleware before it."""
    guards = [name for each in given if (name := guard(each))]
    limited = group.limited or any(is_limit(_name(each)) for each in given)
    return Group(group.prefix, tuple(dict.fromkeys([*group.guards, *guards])), limited)


def guard(value: Value) -> str:
    """The name of a middleware that asks who is calling; empty for any other."""
    name = _name(value)
    if value.callee is not None and lets_through(value.callee):
        return ""
    if is_guard(name) and "cors" not in name.lower():
        return last(name.removeprefix("!"))
    if value.callee is not None and guards_inside(value.callee):
        return value.callee.function.name or last(name.removeprefix("!")) or "a guard"
    return ""


def _name(value: Value) -> str:
    if value.callee is not None and value.callee.function.name:
        return value.callee.function.label
    return value.source.name if isinstance(value.source, Seen) else value.path or value.type


def _registered(seen: Seen, dialect: Dialect, group: Group, key: str, nodes: dict[int, Seen]) -> Registered | None:
    given, method = seen.arguments, seen.method
    methods: tuple[str, ...] = ANY
    at = 0
    if method in VERBS or method in TITLED:
        methods = (TITLED.get(method, method),)
    elif method in ("Add", "Method", "MethodFunc", "Handle", "Handler", "HandlerFunc") and len(given) > 2:
        methods, at = ((known_text(given[0]) or "GET").upper(),), 1
    elif method == "Match" and given:
        methods, at = tuple(known_text(each) for each in (given[0].fields or {}).values()), 1
    elif method not in ("Any", "Handle", "HandleFunc", "Handler", "HandlerFunc", "All"):
        return None
    if len(given) < at + 2:
        return None
    path = known_text(given[at])
    verb, _, rest = path.partition(" ")
    if rest and verb in VERBS:
        methods, path = (verb,), rest.strip()
    given = given[at + 1 :]
    written = [each.value for each in seen.node.arguments[at + 1 :]]
    found = [(value, handler_of(node, value, nodes, dialect)) for node, value in zip(written, given, strict=False)]
    ordered = found if dialect.handler_first else list(reversed(found))
    handler = next((closure for _, closure in ordered if closure is not None), None)
    if handler is None:
        return None
    others = [value for value, closure in found if closure is not handler]
    around = [node for node, (_, closure) in zip(written, found, strict=False) if closure is handler]
    wrapped = [inner for node in around for inner in _around(node, nodes, handler)]
    group = _behind(group, seen, [*others, *wrapped], nodes)
    return Registered(seen, methods, joined(group.prefix, path), handler, group, key)


def _around(node: s.Node, nodes: dict[int, Seen], handler: Closure) -> list[Value]:
    """Functions that a handler is wrapped in, as in `auth(limit(handler))`, and what they are given beside it."""
    out: list[Value] = []
    for each in s.walk(node):
        seen = nodes.get(id(each)) if isinstance(each, s.Call) else None
        if seen is None or seen.method in REGISTERS:
            continue
        out.append(Value(source=seen, callee=seen.result.callee if seen.result is not None else None))
        rest = [
            value for value in seen.values() if value.callee is None or value.callee.function is not handler.function
        ]
        out += [item for value in rest for item in (value, *(value.fields or {}).values())]
    return out


def handler_of(node: s.Node, value: Value, nodes: dict[int, Seen], dialect: Dialect) -> Closure | None:
    """The function that answers: given itself, made by a call, wrapped in others, or the method of what is given."""
    if isinstance(node, s.Call):
        seen = nodes.get(id(node))
        for inner, given in zip(node.arguments, seen.arguments if seen is not None else [], strict=False):
            found = handler_of(inner.value, given, nodes, dialect)
            if found is not None:
                return found
    if value.callee is not None and len(value.callee.function.parameters) in dialect.parameters:
        return value.callee
    serves = value.instance.find("ServeHTTP") if value.instance is not None else None
    return serves.callee if serves is not None else None


def _entry(found: Registered, stack: str) -> Entry:
    closure = found.handler
    route = Route(found.seen.place, found.methods, found.path, stack, group=found.key)
    guards = list(found.group.guards)
    if guards_inside(closure):
        guards.append("in the handler")
    route.guards = tuple(dict.fromkeys(guards))
    route.limited = found.group.limited
    route.public = is_public(found.path, closure.function.name)
    lines = closure.unit.source.lines[closure.function.line - 1 : closure.function.end]
    route.validated = VALIDATES.search("\n".join(lines)) is not None
    return Entry(closure, {}, route)
