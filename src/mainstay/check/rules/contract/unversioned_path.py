"""A path that cannot change without breaking its callers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Facts
from mainstay.check.finding import Found
from mainstay.check.flow.value import Step

VERSION = re.compile(r"/v\d+(/|$)|\{version\}|:version|<version>", re.IGNORECASE)
VERSIONING = {
    "accept-version",
    "Accept-Version",
    "DEFAULT_VERSIONING_CLASS",
    "api_version",
    "apiVersion",
    "X-API-Version",
}


def findings(facts: Facts) -> Iterator[Found]:
    """Paths of an API without a version."""
    paths = [each for each in facts.routes if each.path.startswith("/api")]
    versioned = [each for each in facts.routes if VERSION.search(each.path)]
    shown = [each for each in paths if not VERSION.search(each.path)]
    if shown and not (versioned or facts.partial) and not any(VERSIONING & handler.names for handler in facts.handlers):
        for group in dict.fromkeys(each.group for each in shown):
            first, *rest = (each for each in shown if each.group == group)
            proof = tuple(Step(each.place, each.path) for each in rest[:3])
            yield Found(first.place, f"{first.path} names no version, and no route does", "review", proof)
    elif versioned:
        for route in shown:
            yield Found(
                route.place,
                f"{route.path} names no version, and others do",
                "review",
                (Step(versioned[0].place, versioned[0].path),),
            )
