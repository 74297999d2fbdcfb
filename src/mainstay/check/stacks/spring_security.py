"""What a Spring application asks of callers before its controllers: chains of filters, interceptors, annotations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mainstay.check import syntax as s
from mainstay.check.flow.follow import Follower
from mainstay.check.flow.program import Run, Seen
from mainstay.check.flow.value import Value
from mainstay.check.reading.reader import known_text, last
from mainstay.check.stacks.stack import guards_inside, is_guard, is_limit, name_of
from mainstay.check.words import words

MATCHERS = words("requestMatchers antMatchers mvcMatchers regexMatchers pathMatchers matchers")
EVERY = words("anyRequest anyExchange")
DECISIONS = {
    "permitAll": "",
    "anonymous": "",
    "authenticated": "authenticated",
    "fullyAuthenticated": "authenticated",
    "rememberMe": "authenticated",
    "denyAll": "denied",
    "hasRole": "a role",
    "hasAnyRole": "a role",
    "hasAuthority": "a role",
    "hasAnyAuthority": "a role",
    "hasScope": "a role",
    "hasIpAddress": "an address",
    "access": "a decision",
}
ANNOTATIONS = words(
    """
    PreAuthorize PostAuthorize Secured RolesAllowed RequiresPermissions RequiresRoles RequiresAuthentication
    SaCheckLogin SaCheckRole SaCheckPermission DenyAll
    """
)
ASKS = re.compile(r"Requires?|Check|Auth|Login|Need")
OPEN = words("PermitAll AnonymousAccess Anonymous Public IgnoreAuth PassToken NoAuth SaIgnore")


@dataclass(slots=True)
class Rule:
    """Who may call some paths: empty for everybody."""

    patterns: tuple[str, ...]
    methods: tuple[str, ...]
    who: str
    every: bool = False

    def covers(self, path: str, methods: tuple[str, ...]) -> bool:
        """Whether a route is among its paths."""
        if self.methods and not set(self.methods) & set(methods):
            return False
        return self.every or (not self.patterns and bool(self.methods)) or any(matches(e, path) for e in self.patterns)


@dataclass(slots=True)
class Chain:
    """A chain of filters: the paths that it is for (all unless it says so), and its rules in order."""

    scope: tuple[str, ...] = ()
    rules: list[Rule] = field(default_factory=list)

    def rule(self, path: str, methods: tuple[str, ...]) -> Rule | None:
        """The first of its rules for a route."""
        if self.scope and not any(matches(each, path) for each in self.scope):
            return None
        return next((each for each in self.rules if each.covers(path, methods)), None)


@dataclass(slots=True)
class Security:
    """Everything that stands before the controllers."""

    chains: list[Chain] = field(default_factory=list)
    others: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)
    """Interceptors and filters that ask who is calling, with the paths that they are for and those they are not for."""
    limited: bool = False

    def before(self, path: str, methods: tuple[str, ...]) -> Iterator[str]:
        """What a route passes that asks who is calling."""
        for chain in self.chains:
            found = chain.rule(path, methods)
            if found is not None and found.who:
                yield found.who
        for name, only, never in self.others:
            if (not only or any(matches(e, path) for e in only)) and not any(matches(e, path) for e in never):
                yield name

    def opened(self, path: str, methods: tuple[str, ...], told: list[Value]) -> str:
        """Where a rule of its own, or an annotation, says that everybody may call a route."""
        for chain in self.chains:
            found = chain.rule(path, methods)
            if found is not None and not found.who and not found.every:
                return "permitAll"
        for each in told:
            name = last(each.path or each.type)
            seen = each.source
            if name in OPEN or (isinstance(seen, Seen) and "permitAll" in known_text(seen.argument(0, "value"))):
                return name
        return ""

    def asked(self, told: list[Value]) -> Iterator[str]:
        """What annotations ask of the caller."""
        for each in told:
            name, seen = last(each.path or each.type), each.source
            if isinstance(seen, Seen) and "permitAll" in known_text(seen.argument(0, "value")):
                continue
            if name in ANNOTATIONS or (
                is_guard(name) and name.startswith(("Require", "Check", "Auth", "Login", "Need"))
            ):
                yield name


def read_security(follower: Follower) -> Security:
    """What the configuration of a program says."""
    out = Security()
    for closure in list(follower.closures.values()):
        if closure.unit.source.language != "java":
            continue
        types = {last(s.dotted(each.annotation)) for each in closure.function.parameters}
        if types & {"HttpSecurity", "ServerHttpSecurity"} and closure.function.name:
            out.chains.append(_chain(follower.function(closure, {})))
        elif "InterceptorRegistry" in types:
            out.others += _interceptors(follower.function(closure, {}))
    for unit, made in follower.classes:
        if unit.source.language == "java" and made.node.kind == "class":
            bases = {last(s.dotted(each)) for each in made.node.bases}
            if bases & {"OncePerRequestFilter", "Filter", "GenericFilterBean", "HandlerInterceptor"}:
                out.limited = out.limited or is_limit(made.node.name)
                component = any(last(each.path or each.type) in ("Component", "WebFilter") for each in made.decorators)
                if not out.chains and component and is_guard(made.node.name) and "HandlerInterceptor" not in bases:
                    out.others.append((made.node.name, (), ()))
    return out


def _chain(run: Run) -> Chain:
    out = Chain()
    waiting: Rule | None = None
    for seen in run.calls:
        if seen.method in MATCHERS:
            waiting = Rule(tuple(_patterns(seen)), tuple(_verbs(seen)), "")
            if not waiting.patterns and not waiting.methods:
                waiting = None
        elif seen.method in EVERY:
            waiting = Rule((), (), "", every=True)
        elif seen.method in DECISIONS and waiting is not None:
            waiting.who = DECISIONS[seen.method]
            if seen.method == "access" and "permitAll" in known_text(seen.argument(0)):
                waiting.who = ""
            out.rules.append(waiting)
            waiting = None
        elif seen.method in ("securityMatcher", "securityMatchers", "antMatcher", "requestMatcher"):
            out.scope = (*out.scope, *_patterns(seen))
    return out


def _patterns(seen: Seen) -> Iterator[str]:
    for each in seen.arguments:
        for value in (each.fields or {"0": each}).values():
            source = value.source
            text = known_text(value)
            if not text and isinstance(source, Seen):
                given = source.arguments[-1] if source.arguments else None
                text = known_text(given)
            if text.startswith(("/", "*")):
                yield text


def _verbs(seen: Seen) -> Iterator[str]:
    for each in seen.arguments:
        name = each.path or each.type
        if "HttpMethod." in name:
            yield last(name)


def _interceptors(run: Run) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    for seen in run.calls:
        if seen.method != "addInterceptor" or not seen.arguments:
            continue
        given = seen.arguments[0]
        before = given.instance.methods.get("preHandle") if given.instance is not None else None
        name = given.instance.node.name if given.instance is not None else last(name_of(given))
        if not (is_guard(name) or (before is not None and guards_inside(before))):
            continue
        paths: dict[str, tuple[str, ...]] = {"addPathPatterns": (), "excludePathPatterns": ()}
        for other in run.calls:
            source = other.receiver.source
            while isinstance(source, Seen) and source is not seen:
                source = source.receiver.source
            if source is seen and other.method in paths:
                paths[other.method] += tuple(_patterns(other))
        yield name, paths["addPathPatterns"], paths["excludePathPatterns"]


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern as Ant has them is for a path; names in braces are for anything."""
    given = re.sub(r"\{[^/]*\}", "x", path.strip("/"))
    shape = ""
    for part in pattern.strip("/").split("/"):
        if part == "**":
            shape = shape.removesuffix("/") + "(/.*|$)?" if shape else ".*"
            continue
        part = re.sub(r"\{[^/]*\}", "\0", part)
        shape += re.escape(part).replace(r"\*", "[^/]*").replace(r"\?", "[^/]").replace("\0", "[^/]+") + "/"
    return re.fullmatch(shape.removesuffix("/") or ".*", given) is not None
