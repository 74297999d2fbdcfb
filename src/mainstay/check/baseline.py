"""A baseline: findings that are known, so that only new ones are told."""

from __future__ import annotations

import json
from pathlib import Path

from mainstay.check.review import Review

VERSION = 1


class WrongBaseline(Exception):
    """The file is no baseline; says why."""


def read(file: Path) -> frozenset[str]:
    """The fingerprints of a baseline; raises WrongBaseline."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        if told["version"] != VERSION:
            raise WrongBaseline(
                f"{file}: version {told['version']} is not {VERSION}; write it anew with --write-baseline"
            )
        return frozenset(each["fingerprint"] for each in told["findings"])
    except OSError as error:
        raise WrongBaseline(f"{file}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise WrongBaseline(f"{file} is no baseline; write one with --write-baseline") from None


def write(review: Review, file: Path) -> int:
    """Writes the findings of a review, new and known, as a baseline; answers how many."""
    findings = sorted([*review.findings, *review.known], key=lambda each: (each.place, each.rule))
    lines = [
        {"fingerprint": each.fingerprint, "rule": each.rule, "path": each.place.path, "line": each.place.line}
        for each in findings
    ]
    file.write_text(json.dumps({"version": VERSION, "findings": lines}, indent=1) + "\n", encoding="utf-8")
    return len(lines)
