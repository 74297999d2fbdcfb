"""The report as one page of HTML, which asks no other host for anything."""

from __future__ import annotations

from html import escape

from mainstay.check.checklist import judge
from mainstay.check.finding import Finding
from mainstay.check.report.terminal import summary
from mainstay.check.review import Review

STYLE = """
:root{color-scheme:light dark;--line:#8884;--high:#b3261e;--medium:#9a6700;--low:#0b62a8;--good:#1a7f37}
@media(prefers-color-scheme:dark){:root{--high:#ff8a80;--medium:#e3b341;--low:#79c0ff;--good:#56d364}}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{margin-bottom:.2rem}h2{margin-top:2.5rem}
table{border-collapse:collapse;width:100%}
td,th{border-top:1px solid var(--line);padding:.35rem .6rem;text-align:left;vertical-align:top}
details{border-top:1px solid var(--line);padding:.5rem 0}summary{cursor:pointer}
code,pre{font:13px/1.5 ui-monospace,monospace}pre{overflow-x:auto;background:#8881;padding:.6rem;border-radius:.3rem}
.tag{display:inline-block;min-width:4.2rem;font-weight:600}.high,.fails{color:var(--high)}.medium,.to{color:var(--medium)}
.low{color:var(--low)}.holds,.proven{color:var(--good)}.dim,.not{opacity:.7}ol{margin:.3rem 0}
"""


def text(review: Review) -> str:
    """A review as a page."""
    rows = "".join(
        f'<tr><td class="{each.verdict.split()[0]}">{each.verdict}</td><td>{escape(each.item.text)}</td>'
        f"<td>{escape(each.evidence)}{_question(each.item.question)}</td></tr>"
        for each in judge(review)
    )
    found = "".join(_finding(each) for each in review.findings) or "<p>Nothing found.</p>"
    skipped = "".join(
        f"<li><code>{escape(each.path)}:{each.line}</code> {escape(each.why)}</li>" for each in review.skipped
    )
    notes = "".join(f"<li>{escape(each)}</li>" for each in review.notes)
    told = f"<ul>{notes}</ul>" if notes else ""
    passed = f"<h2>Passed over</h2><ul>{skipped}</ul>" if skipped else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>Review</title>'
        f"<style>{STYLE}</style></head><body><h1>Review</h1><p>{escape(summary(review).plain)}</p>{told}"
        f"<h2>Findings</h2>{found}<h2>Checklist</h2><table><thead><tr><th>Verdict</th><th>Item</th><th>Evidence</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>{passed}</body></html>\n"
    )


def _question(question: str) -> str:
    return f'<br><span class="dim">{escape(question)}</span>' if question else ""


def _finding(each: Finding) -> str:
    steps = "".join(f"<li><code>{escape(str(step.place))}</code> {escape(step.what)}</li>" for step in each.proof)
    shown = "".join(
        f"<p>As {escape(one.who)}:</p><pre>{escape(one.request_text)}\n\n{escape(one.answer_text)}</pre>"
        for one in each.exchanges
    )
    standards = f'<p class="dim">{escape(", ".join(each.standards))}</p>' if each.standards else ""
    return (
        f'<details><summary><span class="tag {each.severity}">{each.severity}</span> '
        f"<code>{escape(str(each.place))}</code> "
        f'{escape(each.what)} <span class="dim">{escape(each.rule)}, {each.confidence}</span></summary>'
        f"{f'<pre>{escape(each.snippet)}</pre>' if each.snippet else ''}{f'<ol>{steps}</ol>' if steps else ''}{shown}"
        f"<p>{escape(each.why)}</p>{standards}<p><strong>{escape(each.fix)}</strong></p></details>"
    )
