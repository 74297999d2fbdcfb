"""The demonstration: the examples of five guides to backend development break the guides' own rules.

`seeds/` holds the guides, `seeds/defects.csv` what a person found in them, with whether a program can decide it from
the text.  A finding counts as the defect when its rule is the defect's and a line that it is about stands in the
defect's block.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from mainstay.check.finding import Finding
from mainstay.check.review import Review, review

SEEDS = Path(__file__).parent / "seeds"
RULES = {
    "D01": "check-then-act",
    "D02": "retry-not-idempotent",
    "D03": "payment-without-key",
    "D04": "call-without-timeout",
    "D05": "call-without-breaker",
    "D06": "retry-not-idempotent",
    "D07": "unchecked-lookup",
    "D09": "limit-without-maximum",
    "D10": "unbounded-list",
    "D11": "loader-for-all",
    "D12": "quadratic-lookup",
    "D14": "wrong-http-date",
    "D15": "deprecation-header",
    "D16": "media-type-parameter",
    "D17": "timestamp-without-zone",
    "D18": "updated-at-still",
    "D19": "email-case",
    "D20": "money-cascade",
    "D21": "status-unchecked",
    "D23": "constant-index",
    "D24": "money-as-float",
    "D25": "redundant-index",
    "D26": "index-locks-writes",
    "D28": "migration-unnamed",
    "D29": "migration-loses-data",
    "D30": "naive-time",
    "D31": "token-kind-unchecked",
    "D32": "token-endless",
    "D33": "token-without-audience",
    "D34": "token-long-lived",
    "D35": "import-missing",
    "D37": "session-id-in-clear",
    "D38": "attribute-never-set",
    "D40": "told-permission",
    "D41": "removed-api",
    "D42": "refused-names",
    "D43": "unbounded-text",
    "D44": "ended-library",
    "D45": "removed-api",
    "D46": "secret-setting-shown",
    "D48": "removed-api",
    "D50": "removed-api",
    "D52": "unstable-cache-key",
    "D53": "invalidation-misses",
    "D54": "blocking-in-async",
    "D56": "cache-stampede",
    "D59": "wrong-limit",
    "D60": "limit-by-proxy",
    "D61": "limit-in-memory",
    "D62": "missing-authentication",
    "D63": "unversioned-path",
    "D64": "health-says-yes",
    "D65": "error-leak",
    "D66": "health-constant",
    "D67": "health-without-timeout",
    "D68": "removed-api",
    "D69": "none-default",
    "D70": "error-shapes",
    "D71": "request-id-lost",
    "D72": "request-id-lost",
    "D73": "dropped-details",
    "D76": "amount-unchecked",
    "D77": "money-as-float",
    "D78": "payment-without-key",
}
"""The rule that finds each defect."""
JUDGED = {
    ("002.md", 366, "import-missing"): "bleach is used, and the block imports pydantic and re alone",
    ("002.md", 418, "import-missing"): "bcrypt is used, and the block imports pytest and unittest.mock alone",
    ("002.md", 496, "import-missing"): "json is used, and the block imports redis and functools alone",
    ("002.md", 628, "unchecked-lookup"): "find_one may answer None here as in process_order",
}
"""Sure findings that the list of defects does not have, and why each is true."""


@pytest.fixture(scope="module")
def result() -> Review:
    return review(SEEDS)


@cache
def blocks(path: str) -> list[range]:
    """The lines of each fenced block of a guide."""
    tokens = MarkdownIt("commonmark").parse((SEEDS / path).read_text())
    return [range(token.map[0] + 1, token.map[1] + 1) for token in tokens if token.type == "fence" and token.map]


def defects(decidable: str | None = None) -> list[dict[str, str]]:
    """The rows of the list."""
    with (SEEDS / "defects.csv").open() as file:
        return [row for row in csv.DictReader(file) if decidable in (None, row["decidable_from_text"])]


def is_about(finding: Finding, row: dict[str, str]) -> bool:
    """Whether a finding is the defect of a row."""
    path = f"{row['seed']}.md"
    block = next(each for each in blocks(path) if int(row["line"]) in each)
    places = [finding.place, *(step.place for step in finding.proof)]
    return finding.rule == RULES.get(row["id"]) and any(each.path == path and each.line in block for each in places)


def found(result: Review) -> dict[str, Finding]:
    """Each defect that was found, with a finding of its own; the surest and nearest first."""
    out: dict[str, Finding] = {}
    for row in defects():
        used = {id(each) for each in out.values()}
        near = [each for each in result.findings if is_about(each, row) and id(each) not in used]
        if near:
            out[row["id"]] = min(near, key=lambda each: abs(each.place.line - int(row["line"])))
    return out


def test_what_a_program_can_decide_is_found(result: Review) -> None:
    missed = {row["id"]: row["defect"] for row in defects("yes") if row["id"] not in found(result)}
    assert missed == {}, "at least 50 of the 63 were promised"


def test_no_sure_finding_is_false(result: Review) -> None:
    rows = defects()
    unknown = [
        (finding.place.path, finding.place.line, finding.rule)
        for finding in result.findings
        if finding.confidence != "review" and not any(is_about(finding, row) for row in rows)
    ]
    assert sorted(unknown) == sorted(JUDGED)


def test_every_block_in_a_known_language_was_read(result: Review) -> None:
    assert [(each.path, each.line, each.why) for each in result.skipped] == []
