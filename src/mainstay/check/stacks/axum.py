"""axum: routers that are built by chains of calls, layers around them, handlers whose parameters are extractors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mainstay.check.facts import Route
from mainstay.check.flow.follow import Follower
from mainstay.check.flow.frame import Inputs
from mainstay.check.flow.program import Program, Run, Seen
from mainstay.check.flow.value import Closure, Value
from mainstay.check.reading.reader import known_text, last
from mainstay.check.stacks.rustlang import VERBS, guard, joined, limits, made, path_of, setting_up, uses
from mainstay.check.stacks.stack import Entry

BUILDS = re.compile(r"Router::new|Router\s*<|OpenApiRouter|App::new|web::scope|\bscope\(|ServiceConfig|web::resource")
"""Text of functions in which routers of axum or actix are built."""
REQUEST = {"headers()": "header", "uri()": "path", "body()": "body", "into_body()": "body"}
LONGEST = 60


@dataclass(slots=True)
class Built:
    """Calls of all runs by what they are called on, and what is put into what."""

    after: dict[int, Seen] = field(default_factory=dict)
    mounted: dict[int, tuple[str, Seen]] = field(default_factory=dict)
    routes: dict[int, Seen] = field(default_factory=dict)


class Axum:
    """axum."""

    name = "axum"
    inputs = Inputs({"axum.extract.Request": REQUEST, "axum.http.Request": REQUEST})

    def present(self, program: Program, manifests: str) -> bool:
        """Whether it is imported, or listed among the crates."""
        return re.search(r"^axum\b", manifests, re.MULTILINE) is not None or uses(program, "axum")

    def entries(self, follower: Follower) -> Iterator[Entry]:
        """Functions that are given to a route."""
        built = Built()
        for run in setting_up(follower, BUILDS):
            _remember(run, built)
        for seen in built.routes.values():
            prefix, guards, limited = _around(seen, built)
            for methods, closure, own in _handlers(seen):
                path, verbs = _told(closure, follower) if seen.method == "routes" else (path_of(seen), methods)
                route = Route(seen.place, verbs, joined(prefix, path), self.name, group=seen.unit.name)
                route.guards = tuple(dict.fromkeys([*own, *guards]))
                route.limited = limited
                yield made(follower, closure, route)


def _remember(run: Run, built: Built) -> None:
    for seen in run.calls:
        if seen.language != "rust":
            continue
        before = seen.receiver.source
        if isinstance(before, Seen):
            built.after[id(before.node)] = seen
        if seen.method in ("route", "routes") and len(seen.arguments) >= (2 if seen.method == "route" else 1):
            built.routes.setdefault(id(seen.node), seen)
        elif seen.method in ("nest", "merge", "nest_service") and seen.arguments:
            inner = seen.arguments[-1].source
            prefix = path_of(seen) if seen.method != "merge" else ""
            if isinstance(inner, Seen):
                built.mounted[id(inner.node)] = (prefix, seen)


def _around(seen: Seen, built: Built) -> tuple[str, list[str], bool]:
    """The path before a route, and what is layered over it: later in its chain, and in those that it is put into."""
    prefix, guards, limited = "", [], False
    current = seen
    for _ in range(LONGEST):
        following = built.after.get(id(current.node))
        if following is not None and following is not current:
            if following.method in ("layer", "route_layer"):
                found = [name for each in following.arguments if (name := guard(each))]
                guards += found
                limited = limited or any(limits(each) for each in following.arguments)
            current = following
            continue
        outer = built.mounted.get(id(current.node))
        if outer is None:
            break
        prefix, current = joined(outer[0], prefix), outer[1]
    return prefix, guards, limited


def _handlers(seen: Seen) -> Iterator[tuple[tuple[str, ...], Closure, list[str]]]:
    """The functions of `get(list).post(create)`, each with its method, and the guards layered over them."""
    if seen.method == "routes":
        yield from (((), each, []) for each in _named(seen.arguments[0]))
        return
    link: object = seen.arguments[1].source
    found: list[tuple[tuple[str, ...], Closure]] = []
    guards: list[str] = []
    for _ in range(LONGEST):
        if not isinstance(link, Seen):
            break
        closures = [each.callee for each in link.arguments if each.callee is not None]
        if link.method in VERBS or link.method == "any":
            methods = (link.method.upper(),) if link.method != "any" else ("GET", "POST", "PUT", "PATCH", "DELETE")
            found += [(methods, each) for each in closures]
        elif link.method == "on" and closures:
            found.append(((last(link.arguments[0].path) or "GET",), closures[-1]))
        elif link.method in ("layer", "route_layer"):
            guards += [name for each in link.arguments if (name := guard(each))]
        link = link.receiver.source
    yield from ((methods, each, guards) for methods, each in reversed(found))


def _named(value: Value) -> Iterator[Closure]:
    """The functions that the macro `routes!` is given."""
    seen = value.source
    for each in seen.arguments if isinstance(seen, Seen) else [value]:
        if each.callee is not None:
            yield each.callee


def _told(closure: Closure, follower: Follower) -> tuple[str, tuple[str, ...]]:
    """The path and the method that `#[utoipa::path(get, path = "..")]` tells."""
    for value in follower.decorators.get(id(closure.function), []):
        seen = value.source
        if isinstance(seen, Seen) and last(seen.name) == "path":
            methods = tuple(last(each.path or each.type).upper() for each in seen.arguments[:1])
            return known_text(seen.keywords.get("path")), methods
    return "", ("GET",)
