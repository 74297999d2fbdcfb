"""A door that another site may use with the visitor's cookie."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Cookie, CrossSite, Facts
from mainstay.check.finding import Confidence, Found

CHECKS = re.compile(r"csrf|csurf|xsrf|lusca|same_?site|origin", re.IGNORECASE)


def findings(facts: Facts) -> Iterator[Found]:
    """Handlers that are exempt from the check, and sessions of Express before routes that nothing checks."""
    for each in facts.of(CrossSite):
        sure: Confidence = "likely" if each.signed_in else "review"
        yield Found(each.place, f"{each.function} is exempt from the check that a form is the program's own", sure)
    cookies = [each for each in facts.of(Cookie) if each.of_session and not each.same_site]
    if not cookies or not any(route.changes for route in facts.routes):
        return
    checked = facts.partial or any(CHECKS.search(name) for handler in facts.handlers for name in handler.calls)
    for cookie in cookies:
        if not checked:
            yield Found(cookie.place, "forms of other sites are sent with this session: nothing tells them", "review")
