"""Comments that suppress a finding, with their reason.

`# mainstay: allow call-without-timeout because the gateway has one` on the line of the finding, or on the line
above it; `//` and `--` begin comments as well.  A comment without a reason suppresses nothing, and is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mainstay.check.finding import Finding
from mainstay.check.source import Place, Source

COMMENT = re.compile(
    r"(?:#|//|--|/\*|<!--)\s*mainstay:\s*allow\s+([\w-]+(?:\s*,\s*[\w-]+)*)(?:\s+because\s+(\S.*?))?\s*(?:\*/|-->)?\s*$"
)


@dataclass(frozen=True, slots=True)
class Suppression:
    """A comment: which rules, on which line, and why."""

    place: Place
    rules: tuple[str, ...]
    reason: str
    lines: tuple[int, ...]

    def covers(self, finding: Finding) -> bool:
        """Whether it suppresses a finding."""
        return (
            bool(self.reason)
            and finding.place.path == self.place.path
            and finding.rule in self.rules
            and finding.place.line in self.lines
        )


def suppressions(source: Source) -> Iterator[Suppression]:
    """The comments of a text."""
    if "mainstay:" not in source.text:
        return
    for number, line in enumerate(source.lines, 1):
        found = COMMENT.search(line)
        if found:
            alone = not line[: found.start()].strip()
            place = source.place(number)
            rules = tuple(each.strip() for each in found.group(1).split(","))
            yield Suppression(place, rules, found.group(2) or "", (place.line + 1,) if alone else (place.line,))
