"""Express, and what has its shape: routers, middleware before handlers, `(req, res, next)`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Route
from mainstay.check.flow.follow import Follower
from mainstay.check.flow.frame import Inputs
from mainstay.check.flow.program import Program, Seen
from mainstay.check.flow.value import Closure, Value
from mainstay.check.reading.reader import known_text, last
from mainstay.check.stacks.stack import (
    VERBS,
    Entry,
    guards_inside,
    imports,
    is_guard,
    is_limit,
    is_public,
    name_of,
    unwrapped,
)

REQUEST = {
    "params": "path",
    "query": "query",
    "body": "body",
    "headers": "header",
    "cookies": "cookie",
    "files": "file",
    "file": "file",
    "url": "path",
    "originalUrl": "path",
    "get()": "header",
    "header()": "header",
    "param()": "query",
    "rawBody": "body",
}
APPS = ("express", "express.Router", "?app", "?router", "?server", "?api")
VALIDATORS = re.compile(r"valid|celebrate|schema|joi|zod|check|sanitize|body$", re.IGNORECASE)
CHECKS = re.compile(r"(safeParse|parse|validate|validateAsync|validateSync|validationResult|assert|isValid|check)$")


class Express:
    """Express."""

    name = "express"
    inputs = Inputs(
        {"express.Request": REQUEST, "?Request": REQUEST},
        registers=VERBS | {"use", "all", "param"},
        registering_types=APPS,
    )

    def present(self, program: Program, manifests: str) -> bool:
        """Whether it is imported or listed, or an example has its shape."""
        return (
            '"express"' in manifests
            or imports(program, "express")
            or any(
                unit.source.first > 1 and unit.source.is_javascript and "(req, res" in unit.source.text
                for unit in program.units
            )
        )

    def entries(self, follower: Follower) -> Iterator[Entry]:
        """Functions given to a route, and others that take a request and an answer."""
        for closure in list(follower.closures.values()):
            named = {each.name for each in closure.function.parameters}
            if closure.unit.source.is_javascript and "req" not in named and (named & SETUP or _registers(closure)):
                follower.modules.append(follower.function(closure, {}))
        around = _around(follower)
        done: set[int] = set()
        routed: set[int] = set()
        for run in list(follower.modules):
            for seen in run.calls:
                entry = self._route(seen, around) if id(seen.node) not in routed else None
                if entry is not None:
                    routed.add(id(seen.node))
                    done.add(id(entry.closure.function))
                    yield entry
        for closure in list(follower.closures.values()):
            names = [each.name for each in closure.function.parameters]
            if not closure.unit.source.is_javascript or id(closure.function) in done:
                continue
            if names[:2] == ["req", "res"] or names[1:3] == ["req", "res"] or names[:2] == ["request", "response"]:
                yield Entry(closure, _given(closure), None)

    def _route(self, seen: Seen, around: dict[str, tuple[str, list[str], bool]]) -> Entry | None:
        if not seen.is_javascript or seen.method not in VERBS | {"all"}:
            return None
        chained = isinstance(seen.receiver.source, Seen) and seen.receiver.source.method in VERBS | {"route", "all"}
        root = seen.receiver
        given = list(seen.arguments)
        path = known_text(given[0]) if given else ""
        if chained:
            link = seen.receiver.source
            while isinstance(link, Seen) and link.method != "route":
                link = link.receiver.source
            if not isinstance(link, Seen):
                return None
            root, path = link.receiver, known_text(link.argument(0))
        elif not given or (not path.startswith(("/", "*")) and given[0].type != "RegExp"):
            return None
        if not (root.type in APPS or root.type.startswith(("express.", "?app", "?router"))):
            return None
        listed = [
            inner
            for each in given
            for inner in (each.fields.values() if each.type == "sequence" and each.fields else [each])
        ]
        functions = [(each, unwrapped(each)) for each in listed]
        handler = next((found for _, found in reversed(functions) if found is not None), None)
        if handler is None:
            return None
        group = f"{root.source.place}" if isinstance(root.source, Seen) else seen.unit.name
        prefix, guards, limited = around.get(group, ("", [], False))
        names = [name_of(each) for each, found in functions if found is not handler and not known_text(each)]
        route = Route(
            seen.place,
            ("GET",) if seen.method == "all" else (seen.method.upper(),),
            prefix + path,
            self.name,
            group=group,
        )
        guards = [*guards, *(last(each) for each in names if is_guard(each))]
        guards += [
            found.function.name or "a guard"
            for _, found in functions
            if found is not None and found is not handler and guards_inside(found)
        ]
        if guards_inside(handler):
            guards.append("in the handler")
        route.guards = tuple(dict.fromkeys(guards))
        route.limited = limited or any(is_limit(each) for each in names)
        route.public = is_public(prefix + path)
        text = "\n".join(handler.unit.source.lines[handler.function.line - 1 : handler.function.end])
        route.validated = (
            any(VALIDATORS.search(each) for each in names)
            or re.search(r"\b(safeParse|validate|validateAsync|parse|validationResult|parseAsync)\(", text) is not None
        )
        return Entry(handler, _given(handler), route)


SETUP = {"app", "router", "server"}


def _registers(closure: Closure) -> bool:
    """Whether a function adds routes to a router that it does not make."""
    return ADDS.search(closure.unit.source.text) is not None and any(
        isinstance(each, s.Call) and s.dotted(each.function) in ROUTERS and len(each.arguments) > 1
        for each in closure.function.nodes
    )


ADDS = re.compile(r"\b(router|app|route)\s*\.\s*(get|post|put|delete|patch)\s*\(")
ROUTERS = {
    f"{name}.{verb}" for name in ("router", "app", "route") for verb in ("get", "post", "put", "delete", "patch")
}


def _given(closure: Closure) -> dict[str, Value]:
    """The request and the answer, as the parameters take them; a handler of errors has the error first."""
    parameters = closure.function.parameters
    out: dict[str, Value] = {}
    offset = 1 if len(parameters) == 4 or (parameters and parameters[0].name in ("err", "error")) else 0
    kinds = ("express.Request", "express.Response")
    if offset:
        out[parameters[0].name] = Value(type="error", marks=frozenset({"error"}))
    for position, parameter in enumerate(parameters[offset : offset + 2]):
        out[parameter.name or f"#{position + offset}"] = Value(type=kinds[position])
    return out


def _around(follower: Follower) -> dict[str, tuple[str, list[str], bool]]:
    """What `use` adds to each router: its path, guards before it, and whether calls are counted."""
    out: dict[str, tuple[str, list[str], bool]] = {}
    for _ in range(2):
        for run in follower.modules:
            for seen in run.calls:
                if not seen.is_javascript or seen.method != "use" or not seen.arguments:
                    continue
                source = seen.receiver.source
                own = f"{source.place}" if isinstance(source, Seen) else seen.unit.name
                prefix, guards, limited = out.get(own, ("", [], False))
                path = known_text(seen.arguments[0])
                given = seen.arguments[1:] if path else seen.arguments
                names = [name_of(each) for each in given]
                found = [last(name) for name in names if is_guard(name)]
                found += [
                    each.callee.function.name or "a guard"
                    for each in given
                    if each.callee is not None
                    and len(each.callee.function.parameters) == 3
                    and guards_inside(each.callee)
                ]
                counts = limited or any(is_limit(name) for name in names)
                routers = [each for each in given if isinstance(each.source, Seen) and each.source.method == "Router"]
                for each in routers:
                    if isinstance(each.source, Seen):
                        key = f"{each.source.place}"
                        inner = out.get(key, ("", [], False))
                        out[key] = (
                            prefix + path,
                            list(dict.fromkeys([*guards, *found, *inner[1]])),
                            counts or inner[2],
                        )
                if not routers and not path:
                    out[own] = (prefix, list(dict.fromkeys([*guards, *found])), counts)
    return out
