"""The report as JSON, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from mainstay.check.checklist import judge
from mainstay.check.finding import Finding
from mainstay.check.review import Review


def text(review: Review) -> str:
    """A review as JSON."""
    return json.dumps(as_json(review), indent=2, ensure_ascii=False) + "\n"


def as_json(review: Review) -> dict[str, Any]:
    """A review as what JSON has."""
    return {
        "version": 1,
        "findings": [finding(each) for each in review.findings],
        "suppressed": [{**finding(each), "reason": comment.reason} for each, comment in review.suppressed],
        "known": [each.fingerprint for each in review.known],
        "notes": review.notes,
        "skipped": [{"path": each.path, "line": each.line, "why": each.why} for each in review.skipped],
        "checklist": [
            {
                "id": each.item.id,
                "text": each.item.text,
                "verdict": each.verdict,
                "evidence": each.evidence,
                "question": each.item.question,
            }
            for each in judge(review)
        ],
        "stacks": list(review.stacks),
        "files": review.files,
        "lines": review.lines,
        "routes": review.routes,
        "requests": review.asked,
        "seconds": round(review.seconds, 3),
    }


def finding(each: Finding) -> dict[str, Any]:
    """A finding as what JSON has."""
    return {
        "rule": each.rule,
        "severity": each.severity,
        "confidence": each.confidence,
        "path": each.place.path,
        "line": each.place.line,
        "snippet": each.snippet,
        "what": each.what,
        "why": each.why,
        "standards": list(each.standards),
        "items": list(each.items),
        "proof": [{"path": step.place.path, "line": step.place.line, "what": step.what} for step in each.proof],
        "exchanges": [asdict(one) for one in each.exchanges],
        "fix": each.fix,
        "fingerprint": each.fingerprint,
    }
