"""The port through which proofs come into a review: what a prover shows, and what it found broken."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from mainstay.check.finding import Confidence, Finding
from mainstay.check.flow.value import Step
from mainstay.check.promises import all_promises
from mainstay.check.review import Progress, Review, Shown
from mainstay.check.source import Place


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that does not hold: its name, the operation that shows it, what came, and how that is known."""

    promise: str
    operation: str
    what: str
    confidence: Confidence = "proven"
    witness: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """What a prover came to."""

    shown: tuple[Shown, ...] = ()
    broken: tuple[Broken, ...] = ()
    notes: tuple[str, ...] = ()


class Prover(Protocol):
    """What proves something of an application; it is handed in, since the reviewer knows no application."""

    name: str

    def prove(self, progress: Progress) -> Proof:
        """Runs the proof."""
        ...


def proven(
    review: Review,
    provers: Iterable[Prover],
    *,
    known: frozenset[str] = frozenset(),
    progress: Progress | None = None,
) -> Review:
    """The review with the proofs in it: what is shown stands at its items, what is broken among the findings."""
    began = time.perf_counter()
    say = progress or (lambda words: None)
    shown, notes = dict(review.shown), list(review.notes)
    findings: list[Finding] = []
    for prover in provers:
        say(prover.name)
        proof = prover.prove(say)
        for each in proof.shown:
            shown.setdefault(each.item, each)
        findings += [_finding(each) for each in proof.broken]
        notes += proof.notes
    fresh = [each for each in findings if each.fingerprint not in known]
    return replace(
        review,
        findings=sorted([*review.findings, *fresh], key=lambda each: each.order),
        known=[*review.known, *(each for each in findings if each.fingerprint in known)],
        rules=(*review.rules, *all_promises()),
        seconds=review.seconds + time.perf_counter() - began,
        shown=shown,
        notes=notes,
    )


def _finding(broken: Broken) -> Finding:
    page = next(each.page for each in all_promises() if each.name == broken.promise)
    place = Place(broken.operation, 0)
    return Finding(
        page.name,
        page.severity,
        broken.confidence,
        place,
        broken.what,
        broken.what,
        page.why,
        page.standards,
        page.items,
        tuple(Step(place, each) for each in broken.witness),
        page.fix,
    )
