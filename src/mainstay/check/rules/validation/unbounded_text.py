"""A text of any length."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Body, Facts
from mainstay.check.finding import Found

REQUEST = re.compile(r"(Request|Create|Update|Input|In|Payload|Form|Body)$")


def findings(facts: Facts) -> Iterator[Found]:
    """Texts of bodies without a maximum length."""
    bodies = {route.body for route in facts.routes if route.body}
    for body in facts.of(Body):
        if body.name not in bodies and not REQUEST.search(body.name):
            continue
        open_fields = [each for each in body.fields if each.kind == "str" and not each.bounded]
        if open_fields:
            names = ", ".join(each.name for each in open_fields)
            yield Found(open_fields[0].place, f"{names} of {body.name} may be of any length", "review")
