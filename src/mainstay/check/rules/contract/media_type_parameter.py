"""A parameter that the media type does not allow."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Facts, Header
from mainstay.check.finding import Found

WRONG = re.compile(r"application/vnd\.api\+json\s*;\s*(?!ext=|profile=|q=)\w+=")


def findings(facts: Facts) -> Iterator[Found]:
    """Parameters of application/vnd.api+json other than its two."""
    for header in facts.of(Header):
        if header.name in ("accept", "content-type") and WRONG.search(header.value):
            yield Found(
                header.place,
                "JSON:API 1.1 allows application/vnd.api+json no parameter but ext and profile: 415 or 406",
                "proven",
            )
