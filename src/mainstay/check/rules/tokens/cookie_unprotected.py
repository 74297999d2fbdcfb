"""A cookie that scripts or plain HTTP see."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Cookie, Facts
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Cookies that are declared to travel without TLS, and those of sessions that nothing protects."""
    for cookie in facts.of(Cookie):
        name = f"the cookie {cookie.name}" if cookie.name and " " not in cookie.name else "a cookie"
        if cookie.name.startswith("the "):
            name = f"{cookie.name} cookie"
        open_to = []
        if cookie.secure is False or (cookie.secure is None and cookie.secret):
            open_to.append("is sent over plain HTTP as well (no Secure)")
        if cookie.secret and not cookie.http_only:
            open_to.append("can be read by scripts (no HttpOnly)")
        if open_to:
            yield Found(cookie.place, f"{name} {' and '.join(open_to)}", "likely")
