"""Connexion: the routes stand in an OpenAPI document, whose operations name the functions that answer."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Route
from mainstay.check.flow.follow import Follower, entered
from mainstay.check.flow.frame import Inputs
from mainstay.check.flow.program import Program
from mainstay.check.flow.value import EVERYTHING, Closure, Trace, Value
from mainstay.check.live import document as documents
from mainstay.check.live.document import WrongDocument
from mainstay.check.live.operations import Operation
from mainstay.check.source import Source
from mainstay.check.stacks.flask import REQUEST
from mainstay.check.stacks.stack import Entry, decorated, imports

HARMLESS = frozenset({"integer", "number", "boolean"})
"""Types of parameters that hold no text; Connexion refuses what is not of the type."""
BODIES = frozenset({"body", "payload"})


class Connexion:
    """Connexion, on Flask or by itself."""

    name = "connexion"
    inputs = Inputs({"flask.request": REQUEST, "connexion.request": REQUEST, "request": REQUEST})

    def present(self, program: Program, manifests: str) -> bool:
        """Whether it is imported or listed."""
        return "connexion" in manifests.lower() or imports(program, "connexion")

    def entries(self, follower: Follower) -> Iterator[Entry]:
        """The functions that the operations of every document name."""
        named = _named(follower)
        for source in follower.program.documents:
            operations = _operations(source)
            says = any(each.secured for each in operations)
            for operation in operations:
                closure = named.get(operation.id)
                if closure is not None:
                    entry = self._entry(closure, operation, source, follower)
                    if says and not operation.secured and entry.route is not None:
                        entry.route.public = entry.route.public or "its document, which asks for nobody there"
                    yield entry

    def _entry(self, closure: Closure, operation: Operation, source: Source, follower: Follower) -> Entry:
        route = Route(
            closure.unit.place(closure.function), (operation.method,), operation.path, self.name, group=source.path
        )
        decorated(route, closure, follower, ["the security of its document"] if operation.secured else [])
        route.validated = bool(operation.bodies) or None
        parameters = {each.name: _given(each, operation, closure) for each in closure.function.parameters}
        return Entry(closure, parameters, route)


def _operations(source: Source) -> tuple[Operation, ...]:
    try:
        return documents.parse(source.text, source.path).operations
    except WrongDocument:
        return ()


def _named(follower: Follower) -> dict[str, Closure]:
    """Functions of modules by the names that a document calls them: `api.users.get_user`, `users.Users.search`."""
    out: dict[str, Closure] = {}
    for closure in follower.closures.values():
        if closure.unit.source.language == "python" and closure.scope.outer is None:
            parts = closure.unit.source.path.removesuffix(".py").removesuffix("/__init__").split("/")
            for start in range(len(parts)):
                out.setdefault(".".join([*parts[start:], closure.function.label]), closure)
    return out


def _given(parameter: s.Parameter, operation: Operation, closure: Closure) -> Value:
    """What a parameter of a function is given: a parameter of the document by the same name, or the body."""
    told = next((each for each in operation.parameters if each.name == parameter.name), None)
    if told is None and parameter.name not in BODIES:
        return Value(type="?" + parameter.name)
    kind = told.place if told is not None else "body"
    trace: Trace = entered(kind, closure.unit, parameter, f"the caller's {kind} ({parameter.name})")
    if told is not None and (told.schema.get("type") in HARMLESS or "enum" in told.schema):
        trace = trace.safe_for(EVERYTHING)
    elif told is not None and kind == "path" and told.schema.get("format") != "path":
        trace = trace.safe_for("header", "log", "path")
    return Value(type="?" + parameter.name, trace=trace)
