"""A finding: what is wrong, where, why it matters, how that is known, and what to do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from mainstay.check.exchange import Exchange
from mainstay.check.flow.value import Step
from mainstay.check.source import Place

Confidence = Literal["proven", "likely", "review"]
"""`proven`: the text alone shows it. `likely`: so nearly always. `review`: a person has to look."""

Severity = Literal["high", "medium", "low"]
CONFIDENCES: tuple[Confidence, ...] = ("proven", "likely", "review")
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule says: the place, what is wrong there, and how sure that is.

    `proof` is the way of the caller's text, or the other places that the finding rests on; `fix` replaces the
    order of the rule's page where it can be said more exactly. `exchanges` are the requests and answers that show it.
    """

    place: Place
    what: str
    confidence: Confidence
    proof: tuple[Step, ...] = ()
    fix: str = ""
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found, with everything that a report shows."""

    rule: str
    severity: Severity
    confidence: Confidence
    place: Place
    snippet: str
    what: str
    why: str
    standards: tuple[str, ...]
    items: tuple[str, ...]
    proof: tuple[Step, ...]
    fix: str
    exchanges: tuple[Exchange, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Names the finding as long as its line stays as it is, wherever it moves in its file."""
        text = "\0".join((self.rule, self.place.path, " ".join(self.snippet.split())))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def order(self) -> tuple[int, int, str, int]:
        """Worst and surest first."""
        return (SEVERITIES.index(self.severity), CONFIDENCES.index(self.confidence), self.place.path, self.place.line)
