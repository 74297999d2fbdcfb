"""NestJS: controllers with decorators, guards and pipes at four levels, services that are handed in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mainstay.check import syntax as s
from mainstay.check.facts import Route
from mainstay.check.flow.follow import Follower, entered
from mainstay.check.flow.frame import Frame, Inputs
from mainstay.check.flow.program import Program, Run, Seen
from mainstay.check.flow.value import EVERYTHING, ClassValue, Closure, Scope, Trace, Value
from mainstay.check.reading.reader import known_text, last
from mainstay.check.stacks.express import REQUEST
from mainstay.check.stacks.nestjs_application import (
    Application,
    Checks,
    counts,
    decorated,
    guard_names,
    piped,
    read_application,
    used,
)
from mainstay.check.stacks.stack import Entry, guards_inside, imports, is_public
from mainstay.check.words import words

VERBS = {
    "Get": ("GET",),
    "Post": ("POST",),
    "Put": ("PUT",),
    "Patch": ("PATCH",),
    "Delete": ("DELETE",),
    "Head": ("HEAD",),
    "Options": ("OPTIONS",),
    "All": ("GET", "POST", "PUT", "PATCH", "DELETE"),
}
SOURCES = {
    "Body": "body",
    "RawBody": "body",
    "Query": "query",
    "Param": "path",
    "Headers": "header",
    "Cookies": "cookie",
    "UploadedFile": "file",
    "UploadedFiles": "file",
}
PARSED = words("ParseIntPipe ParseFloatPipe ParseBoolPipe ParseUUIDPipe ParseEnumPipe ParseDatePipe ParseObjectIdPipe")
"""Pipes that let no text through but what they name."""
TOLD = words(
    """
    IsInt IsNumber IsPositive IsNegative IsBoolean IsUUID IsEnum IsIn IsDate IsDateString IsMongoId IsISO8601 Matches
    IsAlphanumeric IsNumberString IsAlpha IsISO31661Alpha2 IsCurrency IsISO4217CurrencyCode IsLocale IsHexadecimal
    """
)
"""Checks of class-validator after which a text is one of a few."""
CLASS = re.compile(r"(Dto|DTO|Input|Command)$")
"""Names of classes that hold what is sent, also where the class itself is in another project."""
PERSON = re.compile(r"^(Current|Get|Auth|Active|Req|Logged\w*)?(User|Account|Member|Actor|Principal)(Id|Info|Data)?$")
"""Names of decorators, which every program makes for itself, that hand in who is signed in."""
BOUNDED = words("Max Min IsIn IsEnum")
OPEN = words("Public SkipAuth AllowAnonymous NoAuth IsPublic AllowUnauthorized SkipAuthorization PublicRoute")


class NestJS:
    """NestJS."""

    name = "nestjs"
    inputs = Inputs({"express.Request": REQUEST})

    def present(self, program: Program, manifests: str) -> bool:
        """Whether it is imported or listed, or an example has its decorators."""
        return '"@nestjs/' in manifests or imports(program, "@nestjs/common")

    def entries(self, follower: Follower) -> Iterator[Entry]:
        """Methods of controllers under a decorator that names an HTTP method, and middleware."""
        application = read_application(follower)
        for unit, made in list(follower.classes):
            if not unit.source.is_javascript:
                continue
            controller = decorated(made.decorators, "Controller")
            for closure in made.methods.values():
                told = follower.decorators.get(id(closure.function), [])
                for name, methods in VERBS.items() if controller is not None else ():
                    found = decorated(told, name)
                    if found is not None and controller is not None:
                        yield self._entry(closure, found, controller, made, methods, follower, application)
            use = made.methods.get("use")
            if use is not None and len(use.function.parameters) == 3:
                kinds = ("express.Request", "express.Response", "")
                given = {each.name: Value(type=kind) for each, kind in zip(use.function.parameters, kinds, strict=True)}
                yield Entry(use, given, None)

    def _entry(
        self,
        closure: Closure,
        verb: Seen,
        controller: Seen,
        made: ClassValue,
        methods: tuple[str, ...],
        follower: Follower,
        application: Application,
    ) -> Entry:
        own = _joined(_path(controller), _path(verb))
        route = Route(
            closure.unit.place(closure.function), methods, _joined(application.prefix, own), self.name, group=made.name
        )
        told = [*made.decorators, *follower.decorators.get(id(closure.function), [])]
        guards = [*application.guards, *application.before(own, methods, made), *guard_names(told)]
        if guards_inside(closure):
            guards.append("in the handler")
        route.guards = tuple(dict.fromkeys(guards))
        route.limited = application.limited or any(_limits(each) for each in told)
        opened = next((last(each.path or each.type) for each in told if last(each.path or each.type) in OPEN), "")
        route.public = opened or is_public(own, closure.function.name)
        checks = replace(application.checks)
        for each in _pipes(told):
            piped(each, checks)
        route.validated = True
        frame = Frame(closure.unit, Scope({}, closure.scope), Run(closure.unit, closure.function), closure.function)
        parameters: dict[str, Value] = {}
        for position, parameter in enumerate(closure.function.parameters):
            value = self._parameter(parameter, closure, follower, frame, checks, route)
            if value is not None:
                parameters[parameter.name or f"#{position}"] = value
        return Entry(closure, parameters, route)

    def _parameter(
        self,
        parameter: s.Parameter,
        closure: Closure,
        follower: Follower,
        frame: Frame,
        checks: Checks,
        route: Route,
    ) -> Value | None:
        told = [follower.value(each, frame) for each in parameter.decorators]
        for name, kind in (("Req", "Request"), ("Request", "Request"), ("Res", "Response"), ("Response", "Response")):
            if decorated(told, name) is not None:
                return Value(type=f"express.{kind}")
        found = next(((kind, seen) for name, kind in SOURCES.items() if (seen := decorated(told, name))), None)
        if found is None:
            asked = any(PERSON.match(last(s.dotted(each).removesuffix("()"))) for each in parameter.decorators)
            return replace(follower.typed(parameter, frame), marks=frozenset({"caller"})) if asked else None
        where, seen = found
        key = known_text(seen.argument(0))
        pipes = [last(each.path or each.type) for each in seen.arguments]
        trace = entered(
            where, closure.unit, parameter, f"the caller's {where} ({key or parameter.name or 'all of it'})"
        )
        kind_of, _ = follower.annotated(parameter.annotation, frame)
        written = s.dotted(parameter.annotation)
        checks = replace(checks)
        for each in seen.arguments:
            piped(each, checks)
        local = checks.checks
        if PARSED & set(pipes) or (written in ("number", "boolean") and checks.transforms):
            return Value(type=written, trace=trace.safe_for(EVERYTHING))
        if where == "path" and kind_of.made is None:
            trace = trace.safe_for("path") if "*" not in route.path else trace
        if kind_of.made is not None and kind_of.made.node.kind == "enum":
            return Value(trace=trace.safe_for(EVERYTHING) if local else trace)
        checked = kind_of.made is not None and kind_of.made.node.kind == "class"
        elsewhere = kind_of.made is None and CLASS.search(written) is not None and local
        if elsewhere and checks.strips:
            trace = trace.safe_for("fields", "nosql")
        if where == "body" and not ((checked or elsewhere) and local):
            route.validated = False
        if kind_of.made is None or not checked:
            marks = frozenset({"whole"}) if where == "body" else frozenset[str]()
            return Value(type=f"express.Request.{where}", trace=trace, marks=marks)
        if where == "body":
            route.body = kind_of.made.node.name
        return _object(kind_of.made, trace, local, checks.strips)


def _object(made: ClassValue, trace: Trace, checked: bool, strips: bool) -> Value:
    """What a body or query of a class holds, by what its fields are checked for."""
    fields = {name: _field(node, trace, checked) for name, node in _declared(made)}
    if checked and strips:
        trace = trace.safe_for("fields")
    return Value(
        type=made.name, instance=made, trace=trace.safe_for("nosql"), fields=fields, marks=frozenset({"whole"})
    )


def _declared(made: ClassValue, depth: int = 0) -> Iterator[tuple[str, s.Assign]]:
    """The fields of a class and of those that it is made from: `PartialType(Other)`."""
    for base in made.bases:
        seen = base.source
        inner = [base] + (seen.arguments if isinstance(seen, Seen) else [])
        for each in inner:
            if each.made is not None and depth < 4:
                yield from _declared(each.made, depth + 1)
    for node in made.node.body:
        if isinstance(node, s.Assign) and isinstance(node.targets[0], s.Name):
            yield node.targets[0].id, node


def _field(node: s.Assign, trace: Trace, checked: bool) -> Value:
    names = {last(s.dotted(each).removesuffix("()")) for each in node.decorators}
    written = s.dotted(node.annotation)
    if checked and (names & TOLD or ("Type" in names and written in ("number", "Date", "boolean"))):
        trace = trace.safe_for(EVERYTHING)
    elif checked and names & {"IsString", "IsEmail", "IsNotEmpty", "MinLength", "MaxLength", "Length", "IsUrl"}:
        trace = trace.safe_for("nosql", *(("shell", "path") if "IsEmail" in names else ()))
    return Value(type=f"field.{written}", trace=trace.safe_for("size") if checked and names & BOUNDED else trace)


def _limits(value: Value) -> bool:
    seen = value.source
    guards = isinstance(seen, Seen) and seen.method == "UseGuards" and any(map(counts, used(seen)))
    return guards or "Throttl" in value.path + value.type


def _pipes(told: list[Value]) -> Iterator[Value]:
    for each in told:
        if isinstance(each.source, Seen) and each.source.method == "UsePipes":
            yield from each.source.arguments


def _path(seen: Seen) -> str:
    """The path of a decorator: a text, the first of several, or of an object."""
    given = seen.argument(0)
    if given is None:
        return ""
    fields = given.fields or {}
    if given.type == "sequence":
        return known_text(fields.get("0"))
    if given.type == "mapping":
        version = known_text(fields.get("version"))
        return _joined(f"v{version}" if version else "", known_text(fields.get("path")))
    return known_text(given)


def _joined(*parts: str) -> str:
    inner = [each.strip("/") for each in parts if each.strip("/")]
    return "/" + "/".join(inner)
