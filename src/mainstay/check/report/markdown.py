"""The report as Markdown, for a comment or a page."""

from __future__ import annotations

from mainstay.check.checklist import judge
from mainstay.check.report.terminal import summary
from mainstay.check.review import Review

SIGNS = {"fails": "✗", "to review": "?", "proven": "✓✓", "holds": "✓", "not decidable here": "–"}


def text(review: Review) -> str:
    """A review: the checklist, then each finding."""
    lines = [
        "# Review",
        "",
        summary(review).plain,
        "",
        "## Checklist",
        "",
        "| | item | verdict | evidence |",
        "| --- | --- | --- | --- |",
    ]
    lines += [
        f"| {SIGNS[each.verdict]} | {each.item.text} | {each.verdict} | {_cell(each.evidence)} |"
        for each in judge(review)
    ]
    lines += ["", *(f"- {_inline(each)}" for each in review.notes)] if review.notes else []
    lines += ["", "## Findings", ""]
    for finding in review.findings:
        lines.append(f"### {finding.severity}: {_inline(finding.what)}")
        lines += ["", f"`{finding.place}`, {finding.rule}, {finding.confidence}", ""]
        lines += _fenced(finding.snippet) if finding.snippet else []
        for one in finding.exchanges:
            lines += [f"As {_inline(one.who)}:", "", *_fenced(f"{one.request_text}\n\n{one.answer_text}")]
        lines += [f"{at}. `{step.place}` {_inline(step.what)}" for at, step in enumerate(finding.proof, 1)]
        lines += [""] if finding.proof else []
        standards = f" ({', '.join(finding.standards)})" if finding.standards else ""
        lines += [f"Why: {finding.why}{standards}", "", f"Do: {finding.fix}", ""]
    return "\n".join(lines).rstrip() + "\n"


def _fenced(text: str) -> list[str]:
    fence = "`" * max(3, _longest(text) + 1)
    return [fence, text, fence, ""]


def _longest(text: str) -> int:
    best = run = 0
    for letter in text:
        run = run + 1 if letter == "`" else 0
        best = max(best, run)
    return best


def _inline(text: str) -> str:
    return "".join(f"\\{each}" if each in "\\`*_<>[]|" else each for each in text)


def _cell(text: str) -> str:
    return _inline(text).replace("\n", " ")
