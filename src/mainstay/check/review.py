"""A whole review: facts are gathered, rules read them, and what is suppressed or known is set aside."""

from __future__ import annotations

import contextlib
import difflib
import fnmatch
import gc
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from mainstay.check import project as projects
from mainstay.check.config import Config, WrongConfiguration
from mainstay.check.facts import Fact, Facts
from mainstay.check.finding import CONFIDENCES, Finding, Found
from mainstay.check.gather import TESTS, gather
from mainstay.check.page import Paged
from mainstay.check.project import Project
from mainstay.check.rule import Rule, all_rules
from mainstay.check.source import Place, Skipped
from mainstay.check.suppress import Suppression, suppressions

SELDOM = 100_000
"""Objects that are made before Python looks for circles among them."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Shown:
    """What is known of an item of the checklist by other means than rules: `proven`, or `holds` by construction."""

    item: str
    verdict: Literal["proven", "holds"]
    evidence: str


@dataclass(slots=True)
class Review:
    """What a review came to."""

    findings: list[Finding]
    suppressed: list[tuple[Finding, Suppression]]
    known: list[Finding]
    skipped: list[Skipped]
    stacks: tuple[str, ...]
    files: int
    lines: int
    seconds: float
    routes: int = 0
    rules: tuple[Paged, ...] = ()
    seen: Counter[str] = field(default_factory=Counter)
    """How many facts of each kind there were to look at."""
    without_reason: list[Suppression] = field(default_factory=list)
    asked: int = 0
    """Requests that were sent to a running API."""
    notes: list[str] = field(default_factory=list)
    """What could not be looked at, and what was left behind."""
    shown: dict[str, Shown] = field(default_factory=dict)
    """What proofs show, by item of the checklist."""


def review(
    path: Path,
    config: Config | None = None,
    *,
    known: frozenset[str] = frozenset(),
    changed: frozenset[str] | None = None,
    progress: Progress | None = None,
) -> Review:
    """Reviews a folder or file; `changed` limits what is reported to these paths, `known` sets fingerprints aside."""
    began = time.perf_counter()
    say = progress or (lambda words: None)
    say("reading")
    with seldom_collected():
        project = projects.read(path, changed)
        gc.freeze()
        return review_project(project, config or Config(), known=known, changed=changed, progress=say, began=began)


@contextlib.contextmanager
def seldom_collected() -> Iterator[None]:
    """Lets Python look for circles of objects less often: trees are made by the million, and none is garbage."""
    before = gc.get_threshold()
    gc.set_threshold(SELDOM, 50, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def review_project(
    project: Project,
    config: Config,
    *,
    known: frozenset[str] = frozenset(),
    changed: frozenset[str] | None = None,
    progress: Progress | None = None,
    began: float | None = None,
    facts: Facts | None = None,
) -> Review:
    """Reviews a project that was read; `facts` are those of it, where they were gathered already."""
    began = time.perf_counter() if began is None else began
    say = progress or (lambda words: None)
    say("following the code")
    facts = gather(project, config.environment) if facts is None else facts
    rules = chosen(config)
    findings: list[Finding] = []
    for rule in rules:
        say(rule.name)
        findings += _findings(rule, facts)
    comments = [each for sources in facts.sources.values() for source in sources for each in suppressions(source)]
    kept: list[Finding] = []
    suppressed: list[tuple[Finding, Suppression]] = []
    old: list[Finding] = []
    for finding in sorted(findings, key=lambda each: each.order):
        if changed is not None and finding.place.path not in changed:
            continue
        if any(fnmatch.fnmatch(finding.place.path, pattern) for pattern in config.exclude):
            continue
        comment = next((each for each in comments if each.covers(finding)), None)
        if comment is not None:
            suppressed.append((finding, comment))
        elif finding.fingerprint in known:
            old.append(finding)
        else:
            kept.append(finding)
    return Review(
        kept,
        suppressed,
        old,
        facts.skipped,
        tuple(sorted(facts.stacks)),
        facts.files,
        facts.lines,
        time.perf_counter() - began,
        len(facts.routes),
        rules,
        _seen(facts),
        [each for each in comments if not each.reason],
        notes=[f"{facts.files} files were read: what has changed, and what belongs to it"] if facts.partial else [],
    )


def _seen(facts: Facts) -> Counter[str]:
    out = Counter(type(each).__name__ for each in facts.of(Fact))
    out["routes"] = len(facts.routes)
    out["files"] = facts.files
    out["functions"] = sum(1 for each in facts.handlers if each.name)
    out["async functions"] = sum(1 for each in facts.handlers if each.is_async)
    return out


def chosen(config: Config) -> tuple[Rule, ...]:
    """The rules that a configuration leaves; raises WrongConfiguration for a name that is none."""
    names = [each.name for each in all_rules()]
    for name in config.ignore:
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            raise WrongConfiguration(f"there is no rule {name!r}" + (f"; did you mean {near[0]}?" if near else ""))
    return tuple(each for each in all_rules() if each.name not in config.ignore)


def _findings(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """The findings of one rule; where several are on one line, the surest."""
    best: dict[Place, Found] = {}
    for found in rule.findings(facts):
        key = replace(found.place, end=0)
        before = best.get(key)
        if before is None or CONFIDENCES.index(found.confidence) < CONFIDENCES.index(before.confidence):
            best[key] = found
    page = rule.page
    for place, found in best.items():
        if page.area != "testing" and TESTS.search(place.path):
            continue
        yield Finding(
            rule.name,
            page.severity,
            found.confidence,
            found.place,
            snippet(facts, place),
            found.what,
            page.why,
            page.standards,
            page.items,
            found.proof,
            found.fix or page.fix,
        )


def snippet(facts: Facts, place: Place) -> str:
    """The line of a place."""
    for source in facts.sources.get(place.path, []):
        number = place.line - source.first
        if 0 <= number < len(source.lines):
            return source.lines[number].strip()
    return ""
