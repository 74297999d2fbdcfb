"""What a NestJS application puts before all of its routes: a prefix, guards, pipes, limits and middleware."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mainstay.check.flow.follow import Follower
from mainstay.check.flow.program import Run, Seen
from mainstay.check.flow.value import ClassValue, Value
from mainstay.check.reading.reader import known_text, last
from mainstay.check.stacks.stack import guards_inside, is_guard, is_limit, name_of

WIRED = {
    "HttpService": ("HttpModule.register", "timeout", "timed"),
    "JwtService": ("JwtModule.register", "expiresIn", "expires"),
}
"""Clients: the module that makes them, the option of it, and the mark of a client that has it."""


@dataclass(slots=True)
class Middleware:
    """A class of middleware that asks who is calling: the paths and methods that it stands before."""

    name: str
    paths: list[tuple[str, str]] = field(default_factory=list)
    """Patterns of paths, and the method or nothing; `*` for all."""
    controllers: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Checks:
    """What pipes do to what a caller sends."""

    checks: bool = False
    """Whether it is validated."""
    strips: bool = False
    """Whether fields that no class names are taken away."""
    transforms: bool = False
    """Whether texts are turned into the numbers that are declared."""


@dataclass(slots=True)
class Application:
    """What stands before every route."""

    prefix: str = ""
    guards: list[str] = field(default_factory=list)
    limited: bool = False
    checks: Checks = field(default_factory=Checks)
    middleware: list[Middleware] = field(default_factory=list)

    def before(self, path: str, methods: tuple[str, ...], controller: ClassValue) -> Iterator[str]:
        """Names of the middleware that a route passes."""
        for each in self.middleware:
            if controller.name in each.controllers or any(
                (not method or method in methods) and _matches(pattern, path) for pattern, method in each.paths
            ):
                yield each.name


def read_application(follower: Follower) -> Application:
    """What the modules and the beginning of a program say."""
    out = Application()
    for made in [each for _, each in follower.classes]:
        module = decorated(made.decorators, "Module")
        if module is not None:
            _provided(module, out)
        configure = made.methods.get("configure")
        if configure is not None and module is not None:
            out.middleware += _middleware(follower.function(configure, {}))
    for closure in list(follower.closures.values()):
        if "NestFactory" in closure.unit.source.text and closure.function.name and not closure.function.owner:
            _set_up(follower.function(closure, {}), out)
    for run in follower.modules:
        if "NestFactory" in run.unit.source.text:
            _set_up(run, out)
    _wire(follower)
    return out


def _wire(follower: Follower) -> None:
    """Marks the clients that are handed in with what their modules are configured with."""
    told = {
        kind: mark
        for kind, (module, word, mark) in WIRED.items()
        if any(module in unit.source.text and word in unit.source.text for unit in follower.program.units)
    }
    for _, made in follower.classes if told else ():
        for name, value in made.attributes.items():
            if last(value.type) in told:
                made.attributes[name] = replace(value, marks=value.marks | {told[last(value.type)]})


def _provided(module: Seen, out: Application) -> None:
    given = module.argument(0)
    listed = ((given.fields or {}).get("providers") if given is not None else None) or Value()
    for each in (listed.fields or {}).values():
        fields = each.fields or {}
        what = last(fields["provide"].path or fields["provide"].type) if "provide" in fields else ""
        used = next((fields[name] for name in ("useClass", "useExisting", "useValue") if name in fields), None)
        if what == "APP_GUARD":
            name = last(name_of(used)) if used is not None else "a guard"
            if counts(name):
                out.limited = True
            elif used is None or _asks(used):
                out.guards.append(name)
        elif what == "APP_PIPE":
            piped(used or Value(), out.checks)


def _asks(value: Value) -> bool:
    method = value.made.methods.get("canActivate") if value.made is not None else None
    return is_guard(name_of(value)) if method is None else guards_inside(method)


def _set_up(run: Run, out: Application) -> None:
    for seen in run.calls:
        if seen.method == "setGlobalPrefix" and seen.arguments:
            out.prefix = known_text(seen.arguments[0]) or out.prefix
        elif seen.method == "useGlobalPipes":
            for each in seen.arguments:
                piped(each, out.checks)
        elif seen.method == "useGlobalGuards":
            out.guards += [last(name_of(each)) for each in seen.arguments]
        elif seen.method == "use" and seen.arguments:
            name = name_of(seen.arguments[-1])
            if is_limit(name):
                out.limited = True


def piped(pipe: Value, out: Checks) -> None:
    """Adds what a pipe does."""
    if not is_validation(pipe):
        return
    out.checks = True
    seen = pipe.source
    given = seen.argument(0) if isinstance(seen, Seen) else None
    options = given.fields or {} if given is not None else {}
    for name, flag in options.items():
        out.strips = out.strips or (name == "whitelist" and flag.const is True)
        out.transforms = out.transforms or (name == "transform" and flag.const is True)
    if given is not None and not options:
        out.strips = True


def is_validation(pipe: Value) -> bool:
    """Whether a pipe validates what it is given."""
    return re.search(r"valid|zod|joi|schema|yup", last(name_of(pipe)), re.IGNORECASE) is not None


def _middleware(run: Run) -> Iterator[Middleware]:
    for seen in run.calls:
        if seen.method != "forRoutes":
            continue
        before = seen.receiver.source
        while isinstance(before, Seen) and before.method != "apply":
            before = before.receiver.source
        if not isinstance(before, Seen):
            continue
        for each in before.arguments:
            use = each.made.methods.get("use") if each.made is not None else None
            if not (is_guard(name_of(each)) or (use is not None and guards_inside(use))):
                continue
            made = Middleware(last(name_of(each)))
            for target in seen.arguments:
                fields = target.fields or {}
                if target.made is not None:
                    made.controllers.append(target.made.name)
                elif "path" in fields:
                    method = last(fields["method"].path or fields["method"].type) if "method" in fields else ""
                    made.paths.append((known_text(fields["path"]), "" if method == "ALL" else method))
                elif known_text(target):
                    made.paths.append((known_text(target), ""))
            yield made


def _matches(pattern: str, path: str) -> bool:
    if pattern.strip("/") in ("*", "", "(.*)", "*path", "{*path}", "{*splat}", "*splat"):
        return True
    parts, given = pattern.strip("/").split("/"), path.strip("/").split("/")
    for position, part in enumerate(parts):
        if part.startswith(("*", "(.*)", "{*")):
            return True
        if position >= len(given) or (part != given[position] and not part.startswith(":")):
            return False
    return len(parts) == len(given)


def decorated(told: list[Value], name: str) -> Seen | None:
    """The call of the decorator of that name."""
    for each in told:
        if isinstance(each.source, Seen) and each.source.method == name:
            return each.source
    return None


def used(seen: Seen) -> Iterator[str]:
    """Names of what a decorator is given."""
    yield from (last(name_of(each)) for each in seen.arguments)


def counts(name: str) -> bool:
    """Whether a guard of that name counts calls."""
    return is_limit(name) or "Throttl" in name


def guard_names(told: list[Value]) -> Iterator[str]:
    """What the decorators of a class or a method ask of the caller."""
    for each in told:
        seen = each.source
        if not isinstance(seen, Seen) or "@nestjs/swagger" in seen.name or seen.method.startswith("Api"):
            continue
        if seen.method == "UseGuards":
            yield from (name for name in used(seen) if not counts(name))
        elif is_guard(seen.name) and seen.method not in ("Roles", "SetMetadata"):
            yield seen.method
