"""Cookies: which are set, and who else may see them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Cookie
from mainstay.check.flow.program import Changed, Run, Seen
from mainstay.check.flow.value import UNKNOWN, Value
from mainstay.check.reading.configured import LOCAL
from mainstay.check.reading.reader import Located, known_text, label, last, under
from mainstay.check.source import Place

SECRET = re.compile(r"session|token|auth|jwt|remember|(^|[_.-])sid($|[_.-])|refresh|login|api_?key", re.IGNORECASE)
NOT_SECRET = re.compile(r"csrf|xsrf|state|nonce", re.IGNORECASE)
SETTING = re.compile(r"(?:^|\[|\.)(SESSION|REMEMBER)_COOKIE_(SECURE|HTTPONLY)\]?$")


def read(run: Run) -> Iterator[Located]:
    """The cookies that a function sets, and what settings say of those of sessions."""
    if run.function is None and not run.unit.source.is_javascript:
        yield from _settings(run)
    local = LOCAL.search(run.unit.source.path.rpartition("/")[2]) is not None and run.unit.source.first == 1
    for event in run.events:
        if isinstance(event, Seen):
            cookie = _set(event) or _of_session(event)
            if cookie is not None:
                yield event.position, cookie
        elif isinstance(event, Changed) and not local:
            found = SETTING.search(event.target)
            if found and event.value.const is False:
                yield event.position, _setting(event, found.group(2))


def is_set(seen: Seen) -> bool:
    """Whether a call sets a cookie."""
    if seen.is_javascript:
        return seen.method == "cookie" and seen.receiver.type.startswith("express.Response")
    return seen.method in ("set_cookie", "set_signed_cookie") and bool(seen.arguments or seen.keywords)


def _set(seen: Seen) -> Cookie | None:
    if not is_set(seen):
        return None
    name, value = seen.argument(0, "key", "name"), seen.argument(1, "value")
    told = known_text(name) or last(name.path or name.type if name is not None else "")
    if value is None or value.const in ("", None):
        return None
    if seen.is_javascript:
        options = seen.argument(2)
        if options is not None and options.fields is None:
            return None
        given = options.fields or {} if options is not None else {}
        names = ("secure", "httpOnly")
    else:
        given, names = seen.keywords, ("secure", "httponly")
    if "**" in given:
        return None
    secret = "secret" in value.marks or SECRET.search(told) is not None
    return Cookie(
        place=seen.place,
        function=label(seen),
        name=told,
        secret=secret and not NOT_SECRET.search(told),
        secure=_flag(given.get(names[0])),
        http_only=_flag(given.get(names[1])),
    )


def _of_session(seen: Seen) -> Cookie | None:
    """The cookie of `express-session`, which scripts do not see unless told, and plain HTTP does."""
    if not under(seen.name, "express-session", "cookie-session") or not seen.arguments:
        return None
    options = seen.arguments[0].fields
    if options is None or "**" in options:
        return None
    cookie = options.get("cookie")
    if cookie is not None and cookie.fields is None:
        return None
    given = (cookie.fields or {}) if cookie is not None else options
    http_only = _flag(given.get("httpOnly"))
    return Cookie(
        place=seen.place,
        function=label(seen),
        name="the session's",
        secret=True,
        secure=_flag(given.get("secure")),
        http_only=http_only is not False,
        same_site=_flag(given.get("sameSite")),
        of_session=True,
    )


def _settings(run: Run) -> Iterator[Located]:
    """What the settings of Django say of the session's cookie."""
    local = LOCAL.search(run.unit.source.path.rpartition("/")[2]) is not None
    for node in run.unit.tree.body if not local and "INSTALLED_APPS" in run.unit.scope.names else []:
        target = node.targets[0] if isinstance(node, s.Assign) else None
        found = SETTING.search(target.id) if isinstance(target, s.Name) else None
        if found and isinstance(node, s.Assign) and isinstance(node.value, s.Literal) and node.value.value is False:
            yield 0, _open(run.unit.place(node), found.group(2))


def _setting(event: Changed, flag: str) -> Cookie:
    return _open(event.place, flag)


def _open(place: Place, flag: str) -> Cookie:
    open_to_wire = flag == "SECURE"
    return Cookie(
        place=place,
        name="the session's",
        secret=True,
        secure=not open_to_wire,
        http_only=open_to_wire,
    )


def _flag(value: Value | None) -> bool | None:
    """What is said of a flag; what is worked out while the program runs is taken for a yes."""
    if value is None or value.const is None:
        return None
    return True if value.const is UNKNOWN else bool(value.const)
