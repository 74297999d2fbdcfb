"""The report as SARIF 2.1.0, as code hosts read it."""

from __future__ import annotations

import json
from typing import Any

from mainstay.check.finding import Finding
from mainstay.check.page import Paged
from mainstay.check.review import Review
from mainstay.check.source import Place

LEVELS = {"high": "error", "medium": "warning", "low": "note"}
SCORES = {"high": "8.0", "medium": "5.0", "low": "2.0"}
"""`security-severity`, by which hosts sort."""


def text(review: Review) -> str:
    """A review as SARIF."""
    return json.dumps(as_sarif(review), indent=2, ensure_ascii=False) + "\n"


def as_sarif(review: Review) -> dict[str, Any]:
    """A review as a log of SARIF with one run."""
    numbers = {rule.name: at for at, rule in enumerate(review.rules)}
    results = [_result(each, numbers) for each in review.findings]
    for each, comment in review.suppressed:
        told = _result(each, numbers)
        told["suppressions"] = [{"kind": "inSource", "justification": comment.reason}]
        results.append(told)
    skipped = [
        {"level": "warning", "message": {"text": each.why}, "locations": [_location(Place(each.path, each.line))]}
        for each in review.skipped
    ]
    skipped += [{"level": "note", "message": {"text": each}} for each in review.notes]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "mainstay check", "rules": [_rule(each) for each in review.rules]}},
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": skipped}],
                "results": results,
            }
        ],
    }


def _rule(rule: Paged) -> dict[str, Any]:
    page = rule.page
    return {
        "id": page.name,
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": page.why},
        "help": {"text": page.fix, "markdown": page.text},
        "defaultConfiguration": {"level": LEVELS[page.severity]},
        "properties": {"tags": [page.area, *page.standards], "security-severity": SCORES[page.severity]},
    }


def _result(each: Finding, numbers: dict[str, int]) -> dict[str, Any]:
    shown = [f"{one.request_text}\n\n{one.answer_text}" for one in each.exchanges]
    out: dict[str, Any] = {
        "ruleId": each.rule,
        "ruleIndex": numbers[each.rule],
        "level": LEVELS[each.severity],
        "message": {"text": f"{each.what}. {each.fix}"},
        "locations": [_located(each)],
        "partialFingerprints": {"mainstay/v1": each.fingerprint},
        "properties": {"confidence": each.confidence, **({"exchanges": shown} if shown else {})},
    }
    if each.proof:
        steps = [{"location": {**_location(step.place), "message": {"text": step.what}}} for step in each.proof]
        out["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    return out


def _location(place: Place) -> dict[str, Any]:
    return {
        "physicalLocation": {"artifactLocation": {"uri": _uri(place.path)}, "region": {"startLine": max(place.line, 1)}}
    }


def _located(each: Finding) -> dict[str, Any]:
    """The place of a finding; of a probe's the operation, and its handler where that is known."""
    if each.place.line:
        return _location(each.place)
    return {**_operation(each.place), **(_location(each.proof[-1].place) if each.proof else {})}


def _operation(place: Place) -> dict[str, Any]:
    """The place of what has no file: an operation of a running API."""
    return {"logicalLocations": [{"fullyQualifiedName": place.path, "kind": "resource"}]}


def _uri(path: str) -> str:
    return path.replace("%", "%25").replace(" ", "%20").replace("#", "%23").replace("?", "%3F")
