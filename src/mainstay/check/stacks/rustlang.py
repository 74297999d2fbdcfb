"""What is alike in the stacks of Rust: what extractors give to a handler, and which of them ask who is calling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mainstay.check import syntax as s
from mainstay.check.facts import Route
from mainstay.check.flow.follow import Follower, entered
from mainstay.check.flow.frame import Frame
from mainstay.check.flow.meaning import NUMBERS
from mainstay.check.flow.program import Program, Run, Seen
from mainstay.check.flow.value import EVERYTHING, Closure, Scope, Trace, Value
from mainstay.check.reading.reader import known_text, last
from mainstay.check.stacks.stack import Entry, guards_inside, is_guard, is_limit, is_public
from mainstay.check.words import words

SOURCES = {
    "Json": "body",
    "Form": "body",
    "Query": "query",
    "Path": "path",
    "Multipart": "file",
    "HeaderMap": "header",
    "TypedHeader": "header",
    "CookieJar": "cookie",
    "RawQuery": "query",
    "Bytes": "body",
    "Valid": "body",
    "ValidatedJson": "body",
    "Payload": "body",
}
"""Extractors, and where what they give came from."""
WHOLE = words("String Bytes")
HELD = words("State Data Extension WebData")
"""Extractors of what the application holds itself."""
CLAIMS = re.compile(r"(^|_)claims$|Claims$|^(Current|Logged|Signed)\w*User$|^Identity$|^MaybeUser$")
PERSONS = re.compile(r"User|Admin|Member|Account|Session|Actor|Person")
OPTIONAL = ("Maybe", "Optional")
"""Beginnings of names of extractors that do without a caller."""
EXTRACTS = ("from_request", "from_request_parts", "extract", "from_parts")
VERBS = words("get post put patch delete head options")
VALIDATES = re.compile(r"\.validate\(|Valid(ated)?(Json|Form|Query)?<|garde|try_from|\.parse\(")


def uses(program: Program, *crates: str) -> bool:
    """Whether a file of Rust imports one of these crates, or names what is in it."""
    for unit in program.units:
        if unit.source.language == "rust":
            for node in unit.tree.body:
                if isinstance(node, s.Import) and node.module.partition("::")[0] in crates:
                    return True
    return False


def setting_up(follower: Follower, pattern: re.Pattern[str]) -> list[Run]:
    """Functions in which routers are built, followed once for all stacks."""
    if follower.set_up_rust is None:
        follower.set_up_rust = []
        for closure in list(follower.closures.values()):
            source, function = closure.unit.source, closure.function
            if source.language != "rust" or not function.name:
                continue
            text = "\n".join(source.lines[function.line - 1 : function.end])
            if pattern.search(text):
                follower.set_up_rust.append(follower.function(closure, {}))
    return follower.set_up_rust


def made(follower: Follower, closure: Closure, route: Route) -> Entry:
    """A handler with what its extractors give it, and the guards among them."""
    frame = Frame(closure.unit, Scope({}, closure.scope), Run(closure.unit, closure.function), closure.function)
    parameters: dict[str, Value] = {}
    guards = list(route.guards)
    for position, parameter in enumerate(closure.function.parameters):
        if parameter.name == "self":
            continue
        asked = [
            name
            for name in _names(parameter.annotation)
            if _asks(name.removeprefix("Maybe"), parameter, follower, frame)
        ]
        written = closure.unit.source.lines[parameter.line - 1]
        if asked and ("Option<" in written or any(each.startswith(OPTIONAL) for each in asked)):
            route.public = "whoever is calling is asked, and may be nobody"
            route.may_be_nobody = True
            asked = []
        guards += asked[:1]
        value = _given(parameter, closure, follower, frame, route)
        if value is not None:
            parameters[parameter.name or f"#{position}"] = value
    if guards_inside(closure):
        guards.append("in the handler")
    route.guards = tuple(dict.fromkeys(guards))
    route.public = route.public or is_public(route.path, closure.function.name)
    lines = closure.unit.source.lines[closure.function.line - 1 : closure.function.end]
    route.validated = VALIDATES.search("\n".join(lines)) is not None
    return Entry(closure, parameters, route)


def guard(value: Value) -> str:
    """The name of a middleware that asks who is calling; empty for any other."""
    for name in _middleware(value):
        if is_guard(name) and "cors" not in name.lower():
            return last(name)
    for closure in _functions(value):
        if guards_inside(closure):
            return closure.function.name or "a guard"
    return ""


def limits(value: Value) -> bool:
    """Whether a middleware counts calls."""
    return any(is_limit(name) or "Governor" in name or "RateLimit" in name for name in _middleware(value))


def _middleware(value: Value, depth: int = 0) -> Iterator[str]:
    """Names of a middleware, and of the functions that it was made of."""
    if value.callee is not None:
        yield value.callee.function.label
    yield value.path or value.type
    seen = value.source
    if isinstance(seen, Seen) and depth < 6:
        yield seen.name
        for each in (*seen.arguments, seen.receiver):
            yield from _middleware(each, depth + 1)


def _functions(value: Value, depth: int = 0) -> Iterator[Closure]:
    """Functions that a middleware was made of."""
    if value.callee is not None:
        yield value.callee
    for each in value.source.arguments if isinstance(value.source, Seen) and depth < 4 else ():
        yield from _functions(each, depth + 1)


def _names(annotation: s.Node | None) -> Iterator[str]:
    """Names of a type and of what it is made of."""
    for node in s.walk(annotation) if annotation is not None else ():
        if isinstance(node, s.Name):
            yield node.id
        elif isinstance(node, s.Member):
            yield node.name


def _asks(name: str, parameter: s.Parameter, follower: Follower, frame: Frame) -> bool:
    """Whether an extractor of that name refuses callers that it does not know."""
    if name == "ReqData":
        return True
    if name in SOURCES or name in HELD:
        return False
    if CLAIMS.search(name):
        return True
    found = frame.scope.find(name)
    type_ = found.made if found is not None else None
    if type_ is not None:
        methods = [type_.methods[each] for each in EXTRACTS if each in type_.methods]
        asks = is_guard(name) or PERSONS.search(name) is not None or any(guards_inside(each) for each in methods)
        return bool(methods) and asks
    body = any(each in SOURCES or each in HELD for each in _names(parameter.annotation))
    return not body and is_guard(name) and name[:1].isupper()


def _given(parameter: s.Parameter, closure: Closure, follower: Follower, frame: Frame, route: Route) -> Value | None:
    """What an extractor gives: text of the caller by the type that it is read into, or what the application holds."""
    annotation = parameter.annotation
    name = last(s.dotted(annotation.object if isinstance(annotation, s.Index) else annotation))
    inner = _inner(annotation)
    if name in HELD:
        return follower.declared(inner, parameter.name, frame)
    where = SOURCES.get(name) or ("body" if name in WHOLE else "")
    if not where:
        return None
    shown = parameter.name or "in parts"
    trace = entered(where, closure.unit, parameter, f"the caller's {where} ({shown})")
    if name in ("Path", "HeaderMap", "TypedHeader"):
        trace = trace.safe_for("header")
    if isinstance(inner, s.Sequence):
        fields = {
            str(position): _traced(follower.declared(each, "", frame), each, trace)
            for position, each in enumerate(inner.items)
        }
        return Value(type="sequence", fields=fields, trace=trace)
    if last(s.dotted(inner)) in NUMBERS:
        return Value(type=last(s.dotted(inner)), trace=trace.safe_for(EVERYTHING))
    name = parameter.name
    declared = follower.declared(inner, name, frame) if inner is not None else Value(type="?" + name)
    if declared.instance is not None and where == "body":
        route.body = declared.instance.node.name
    return replace(declared, trace=trace, marks=declared.marks | {"whole"})


def _traced(value: Value, annotation: s.Node, trace: Trace) -> Value:
    return replace(value, trace=trace.safe_for(EVERYTHING) if last(s.dotted(annotation)) in NUMBERS else trace)


def _inner(annotation: s.Node | None) -> s.Node | None:
    """What an extractor is of: `User` of `Json<User>`; of several, a sequence."""
    if not isinstance(annotation, s.Index):
        return None
    given = annotation.key.items if isinstance(annotation.key, s.Sequence) else [annotation.key]
    return given[-1] if given else None


def path_of(seen: Seen) -> str:
    """The path that a call is given first."""
    return known_text(seen.arguments[0]) if seen.arguments else ""


def joined(front: str, path: str) -> str:
    """A path behind another, with one stroke between them."""
    return f"{front.rstrip('/')}/{path.lstrip('/')}" if front and path else front or path
