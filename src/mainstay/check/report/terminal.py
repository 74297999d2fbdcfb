"""The report for a terminal: by item of the checklist, worst first, each finding with its proof and its order."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.text import Text

from mainstay.check.checklist import ITEMS, judge
from mainstay.check.finding import SEVERITIES, Finding
from mainstay.check.review import Review

VERDICTS = {
    "fails": "bold red",
    "to review": "yellow",
    "proven": "bold green",
    "holds": "green",
    "not decidable here": "dim",
}
COLOURS = {"high": "bold red", "medium": "yellow", "low": "cyan"}


def show(review: Review, console: Console) -> None:
    """Prints a review."""
    for item, findings in by_item(review.findings):
        console.print(Text(f"{item}\n", style="bold underline"))
        for finding in findings:
            _show(finding, console)
    for skipped in review.skipped:
        console.print(Text(f"passed over {skipped.path}:{skipped.line}: {skipped.why}", style="dim"))
    for note in review.notes:
        console.print(Text(note, style="yellow"), soft_wrap=True)
    for each in review.without_reason:
        console.print(
            Text(f'{each.place}: this comment suppresses nothing: it gives no reason ("because ..")', style="yellow")
        )
    console.print(summary(review))


def by_item(findings: list[Finding]) -> list[tuple[str, list[Finding]]]:
    """Findings under the item of the checklist that their rule names first; the worst item first."""
    words = {each.id: each.text for each in ITEMS}
    out: dict[str, list[Finding]] = {}
    for finding in findings:
        out.setdefault(words[finding.items[0]], []).append(finding)
    return list(out.items())


def show_checklist(review: Review, console: Console) -> None:
    """Prints every item of the checklist with its verdict and evidence."""
    group = ""
    for each in judge(review):
        if each.item.group != group:
            group = each.item.group
            console.print(Text(f"\n{group}", style="bold"))
        line = Text(f"  {each.verdict:<19}", VERDICTS[each.verdict])
        line.append(each.item.text, "default")
        line.append(f"  ({each.evidence})", "dim")
        console.print(line, soft_wrap=True)
        if each.item.question and each.verdict not in ("fails", "proven"):
            console.print(Text(f"                     ask: {each.item.question}", style="dim"), soft_wrap=True)
    counts = Counter(each.verdict for each in judge(review))
    console.print(Text("\n" + ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())))


def _show(finding: Finding, console: Console) -> None:
    head = Text()
    head.append(f"{finding.severity} ", COLOURS[finding.severity])
    head.append(f"{finding.place}  ", "bold")
    head.append(finding.what)
    head.append(f"  [{finding.rule}, {finding.confidence}]", "dim")
    console.print(head, soft_wrap=True)
    if finding.snippet:
        console.print(Text(f"    {finding.snippet[:160]}", style="green"), soft_wrap=True)
    for step in finding.proof:
        console.print(Text(f"      {step.place}  {step.what}", style="dim"), soft_wrap=True)
    for one in finding.exchanges:
        console.print(Text(f"      {one}", style="dim"), soft_wrap=True)
    console.print(Text(f"    why: {finding.why}"), soft_wrap=True)
    if finding.standards:
        console.print(Text(f"    {', '.join(finding.standards)}", style="dim"), soft_wrap=True)
    console.print(Text(f"    fix: {finding.fix}\n"), soft_wrap=True)


def counted(number: int, what: str) -> str:
    """So many of something."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def summary(review: Review) -> Text:
    """How many there are of each kind, and what was read."""
    out = Text()
    counts = Counter(each.severity for each in review.findings)
    sure = Counter(each.confidence for each in review.findings)
    if review.findings:
        out.append(f"{counted(len(review.findings), 'finding')}: ", "bold")
        out.append(", ".join(f"{counts[each]} {each}" for each in SEVERITIES if counts[each]))
        out.append(" (" + ", ".join(f"{count} {each}" for each, count in sure.most_common()) + ")")
    else:
        out.append("nothing found", "bold green")
    told = [counted(review.files, "file"), counted(review.lines, "line")] if review.files or not review.asked else []
    told.append(counted(review.routes, "route"))
    if review.asked:
        told.append(counted(review.asked, "request"))
    if review.stacks:
        told.append(", ".join(review.stacks))
    if review.suppressed:
        told.append(f"{len(review.suppressed)} suppressed")
    if review.known:
        told.append(f"{len(review.known)} known")
    if review.skipped:
        told.append(f"{len(review.skipped)} passed over")
    out.append(f"; {'; '.join(told)}; {counted(len(review.rules), 'rule')}; {review.seconds:.1f} s")
    return out
