"""actix-web: handlers under an attribute or given to a route, in scopes that are put into one another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mainstay.check.facts import Route
from mainstay.check.flow.follow import Follower
from mainstay.check.flow.frame import Inputs
from mainstay.check.flow.program import Program, Run, Seen
from mainstay.check.flow.value import Closure
from mainstay.check.reading.reader import known_text, last
from mainstay.check.stacks.axum import BUILDS
from mainstay.check.stacks.rustlang import VERBS, guard, joined, limits, made, path_of, setting_up, uses
from mainstay.check.stacks.stack import Entry

REQUEST = {
    "headers()": "header",
    "match_info()": "path-",
    "query_string()": "query",
    "uri()": "path",
    "path()": "path-",
    "cookie()": "cookie",
}
DEEPEST = 12


@dataclass(slots=True)
class Around:
    """What stands before routes: a path, and middleware."""

    prefix: str = ""
    guards: tuple[str, ...] = ()
    limited: bool = False


@dataclass(slots=True)
class Built:
    """Calls by what they are called on, and what is put into what: by call, and by function."""

    after: dict[int, Seen] = field(default_factory=dict)
    into: dict[int, Seen] = field(default_factory=dict)
    functions: dict[int, Seen] = field(default_factory=dict)
    routes: dict[int, Seen] = field(default_factory=dict)


class Actix:
    """actix-web."""

    name = "actix"
    inputs = Inputs({"actix_web.HttpRequest": REQUEST, "?HttpRequest": REQUEST})

    def present(self, program: Program, manifests: str) -> bool:
        """Whether it is imported, or listed among the crates."""
        return re.search(r"^actix-web\b", manifests, re.MULTILINE) is not None or uses(program, "actix_web")

    def entries(self, follower: Follower) -> Iterator[Entry]:
        """Functions under an attribute that names a method, and those that are given to a route."""
        built = Built()
        for run in setting_up(follower, BUILDS):
            _remember(run, built)
        for key, closure in list(follower.closures.items()):
            if closure.unit.source.language != "rust":
                continue
            for value in follower.decorators.get(key, []):
                seen = value.source
                if isinstance(seen, Seen) and (last(seen.name) in VERBS or last(seen.name) == "route"):
                    outer = built.functions.get(key)
                    around = _around(outer, built, 0) if outer is not None else Around()
                    own = tuple(name for each in (seen.keywords.get("wrap"),) if each and (name := guard(each)))
                    yield self._entry(follower, closure, _methods(seen), path_of(seen), around, seen, own)
        for seen in built.routes.values():
            around = _around(seen, built, 0)
            for methods, closure in _handlers(seen):
                path = path_of(seen) if len(seen.arguments) > 1 else ""
                yield self._entry(follower, closure, methods, path, around, seen, ())

    def _entry(
        self,
        follower: Follower,
        closure: Closure,
        methods: tuple[str, ...],
        path: str,
        around: Around,
        seen: Seen,
        own: tuple[str, ...],
    ) -> Entry:
        place = closure.unit.place(closure.function) if seen.function is None else seen.place
        route = Route(place, methods, joined(around.prefix, path), self.name, group=around.prefix or seen.unit.name)
        route.guards = (*own, *around.guards)
        route.limited = around.limited
        return made(follower, closure, route)


def _methods(seen: Seen) -> tuple[str, ...]:
    if last(seen.name) in VERBS:
        return (last(seen.name).upper(),)
    return (known_text(seen.keywords.get("method")).upper() or "GET",)


def _remember(run: Run, built: Built) -> None:
    for seen in run.calls:
        if seen.language != "rust":
            continue
        before = seen.receiver.source
        if isinstance(before, Seen):
            built.after[id(before.node)] = seen
        if (seen.method == "route" and seen.arguments) or _resource(seen):
            built.routes.setdefault(id(seen.node), seen)
        elif seen.method in ("service", "configure"):
            for each in seen.arguments:
                if each.callee is not None:
                    built.functions[id(each.callee.function)] = seen
                elif isinstance(each.source, Seen):
                    built.into[id(each.source.node)] = seen


def _resource(seen: Seen) -> bool:
    """`web::resource("/x").to(handler)`."""
    before = seen.receiver.source
    return seen.method == "to" and isinstance(before, Seen) and before.method == "resource"


def _around(seen: Seen, built: Built, depth: int) -> Around:
    """What the scope of a call and those around it put before its routes."""
    links = [seen]
    before = seen.receiver.source
    while isinstance(before, Seen) and len(links) < 200:
        links.append(before)
        before = before.receiver.source
    end = seen
    while (following := built.after.get(id(end.node))) is not None and len(links) < 400:
        links.append(following)
        end = following
    root = next((each for each in links if each.method in ("scope", "resource")), None)
    wraps = [value for each in links if each.method in ("wrap", "wrap_fn", "layer") for value in each.arguments]
    guards = tuple(name for each in wraps if (name := guard(each)))
    outer = built.into.get(id(end.node))
    if outer is None and seen.function is not None:
        outer = built.functions.get(id(seen.function))
    around = _around(outer, built, depth + 1) if outer is not None and depth < DEEPEST else Around()
    return Around(
        joined(around.prefix, path_of(root) if root is not None else ""),
        tuple(dict.fromkeys([*around.guards, *guards])),
        around.limited or any(limits(each) for each in wraps),
    )


def _handlers(seen: Seen) -> Iterator[tuple[tuple[str, ...], Closure]]:
    """The function of `web::get().to(handler)`, with its method."""
    if seen.method == "to":
        yield from ((("GET",), each.callee) for each in seen.arguments if each.callee is not None)
        return
    link: object = seen.arguments[-1].source
    handler: Closure | None = None
    methods: tuple[str, ...] = ("GET",)
    for _ in range(12):
        if not isinstance(link, Seen):
            break
        if link.method == "to" and handler is None:
            handler = next((each.callee for each in link.arguments if each.callee is not None), None)
        if link.method in VERBS:
            methods = (link.method.upper(),)
        link = link.receiver.source
    if handler is not None:
        yield methods, handler
