"""What a stack is, and what is alike in all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from mainstay.check import syntax as s
from mainstay.check.facts import Route
from mainstay.check.flow.follow import Follower
from mainstay.check.flow.frame import Inputs
from mainstay.check.flow.program import Program, Seen
from mainstay.check.flow.value import Closure, Value
from mainstay.check.reading.reader import last
from mainstay.check.words import words

VERBS = words("get post put patch delete head options")
GUARD = re.compile(
    r"(current_?(active_?)?(user|account|member|customer|superuser|admin|actor)|get_?user(?!\w*by_?[a-z]|_?(?:input|agent))|auth(?!or(?!i[sz]))|log(ged)?_?in_?req|login|"
    r"require_?\w*(user|role|perm|scope|admin|login|key)|requires?$|permission|is_?admin|admin_?(only|required)|jwt|token|protect|api_?key|credential|principal|identity|"
    r"ensure_?\w*(user|log|owner|role)|passport|guard|bearer|oauth|session_?user|user_?required|role|acl|verify_?\w*(user|sig|key|jwt|token|access)|check_?\w*(user|access|owner|role)|access_?control|signed_?in|unsign|restrict)",
    re.IGNORECASE,
)
PUBLIC = re.compile(
    r"(login|log_in|signin|sign_in|signup|sign_up|sign-up|sign-in|log-in|register|health|healthz|ready|live|ping|status|metrics|webhooks?|callback|registration|"
    r"token|oauth|password|forgot|reset|verify|confirm|activate|docs|openapi|favicon|robots|static|public|csrf|version|refresh|logout|^/$|well-known|index|home|about|contact|captcha|auth|sso|saml|unsubscribe)",
    re.IGNORECASE,
)
LIMITS = re.compile(r"(rate_?limit|limiter|throttle|slow_?down|limits?$|ratelimit|brute)", re.IGNORECASE)


@dataclass(slots=True)
class Entry:
    """A function that a caller reaches: what it is given, and the route that leads to it.

    Middleware and handlers of errors are given a request as well, and no route leads to them alone.
    """

    closure: Closure
    parameters: dict[str, Value]
    route: Route | None


class Stack(Protocol):
    """One framework."""

    name: str
    inputs: Inputs

    def present(self, program: Program, manifests: str) -> bool:
        """Whether the program uses it: by its imports, or by what its manifests list."""
        ...

    def entries(self, follower: Follower) -> Iterator[Entry]:
        """The functions that a caller reaches, once all modules were followed."""
        ...


def imports(program: Program, *modules: str) -> bool:
    """Whether a module of the program imports one of these."""
    for unit in program.units:
        for node in s.walk(*(each for each in unit.tree.body if isinstance(each, s.Import | s.Try | s.Assign | s.If))):
            if isinstance(node, s.Import) and node.module.split(".")[0] in modules:
                return True
            if isinstance(node, s.Call) and s.dotted(node.function) == "require" and node.arguments:
                given = node.arguments[0].value
                if isinstance(given, s.Literal) and given.value in modules:
                    return True
    return False


@lru_cache(maxsize=20_000)
def is_guard(name: str) -> bool:
    """Whether a function of that name asks who the caller is."""
    return GUARD.search(last(name).removesuffix("()")) is not None


def is_public(*names: str) -> str:
    """The word in a path or a name that says that it is meant for everybody; empty where there is none."""
    for name in names:
        found = PUBLIC.search(name)
        if found:
            return found.group(0)
    return ""


def is_limit(name: str) -> bool:
    """Whether a function of that name counts calls."""
    return LIMITS.search(last(name)) is not None


def name_of(value: Value) -> str:
    """What a value is called: its path, the function that it is, or the call that made it."""
    if value.callee is not None:
        return value.callee.function.label
    if value.made is not None:
        return value.made.node.name
    if isinstance(value.source, Seen) and not value.path:
        return value.source.name
    return value.path or value.type


APPLICATIONS = {"app", "bp", "blueprint", "api", "router", "application"}


def set_up(follower: Follower) -> None:
    """Follows functions that are given an application and add routes to it, so that what they define is known."""
    for closure in list(follower.closures.values()):
        named = {each.name for each in closure.function.parameters}
        if closure.unit.source.language == "python" and named & {
            "app",
            "bp",
            "blueprint",
            "api",
            "router",
            "application",
        }:
            follower.modules.append(follower.function(closure, {}))


SIGNED_IN = words("is_authenticated is_staff is_superuser isAuthenticated isAdmin is_admin")
REFUSALS = words(
    """
    HTTP_401_UNAUTHORIZED HTTP_403_FORBIDDEN UNAUTHORIZED FORBIDDEN PermissionDenied StatusUnauthorized StatusForbidden
    """
)
MAKING = ("get_token", "create", "generate", "log_")
"""How functions begin whose names are about tokens and accounts, and which ask nobody who he is."""
SESSIONS = words("session req.session request.session g.user req.user request.user")


def guards_inside(closure: Closure, depth: int = 0) -> bool:
    """Whether a function refuses callers itself: it answers 401 or 403, asks who is signed in, or calls what does."""
    for node in closure.function.nodes:
        if isinstance(node, s.Literal) and node.value in (401, 403):
            return True
        if isinstance(node, s.Member | s.Name) and (node.name if isinstance(node, s.Member) else node.id) in (
            SIGNED_IN | REFUSALS
        ):
            return True
        if isinstance(node, s.If) and any(
            s.dotted(each) in SESSIONS for each in s.walk(node.test) if isinstance(each, s.Name | s.Member)
        ):
            return True
        if isinstance(node, s.Call):
            name = s.dotted(node.function)
            found = closure.scope.find(name) if depth < 2 else None
            inner = found.callee if found is not None else None
            if is_guard(name) and not last(name).lower().startswith(MAKING) and not _only_tells(inner, depth):
                return True
            if closure.unit.source.is_linked and any(is_guard(each) for each in name.split(".") if each[:1].isupper()):
                return True
            if inner is not None and any(is_guard(s.dotted(each)) for each in inner.function.decorators):
                return True
            if inner is not None and inner is not closure and guards_inside(inner, depth + 1):
                return True
    return False


def _only_tells(closure: Closure | None, depth: int) -> bool:
    """Whether a function of Go only says who is calling: it answers no error, and refuses nobody itself."""
    if closure is None or closure.unit.source.language != "go":
        return False
    answers = closure.function.returns
    return isinstance(answers, s.Name) and answers.id not in ("error", "bool") and not guards_inside(closure, depth + 1)


def lets_through(closure: Closure) -> bool:
    """Whether a guard refuses nobody, because what it was made with switches off every branch in which it would."""
    refusing = {id(each) for each in closure.function.nodes if _refuses(each)}
    off: set[int] = set()
    for node in closure.function.nodes:
        if isinstance(node, s.If) and isinstance(node.test, s.Name):
            told = closure.scope.find(node.test.id)
            if told is not None and isinstance(told.const, bool):
                off |= {id(each) for each in s.walk(*(node.otherwise if told.const else node.then))}
    return bool(refusing) and refusing <= off


def _refuses(node: s.Node) -> bool:
    if isinstance(node, s.Literal):
        return node.value in (401, 403)
    return isinstance(node, s.Member) and node.name in REFUSALS


def decorated(route: Route, closure: Closure, follower: Follower, guards: list[str]) -> None:
    """Notes of a route what stands before its handler: these guards, its decorators, and what it does itself."""
    for value in follower.decorators.get(id(closure.function), []):
        name = name_of(value)
        if is_guard(name):
            guards.append(last(name))
        if is_limit(name):
            route.limited = True
    if guards_inside(closure):
        guards.append("in the handler")
    route.guards = tuple(dict.fromkeys(guards))
    route.public = is_public(route.path, closure.function.name)


def unwrapped(value: Value, depth: int = 0) -> Closure | None:
    """The function that a value is, or that was given to the call which made it (`asyncHandler(fn)`)."""
    if value.callee is not None:
        return value.callee
    if isinstance(value.source, Seen) and depth < 3:
        for each in value.source.arguments:
            found = unwrapped(each, depth + 1)
            if found is not None:
                return found
    return None
