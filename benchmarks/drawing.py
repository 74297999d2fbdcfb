"""The drawing of the documentation's page about what a request costs."""

from __future__ import annotations

from html import escape

from benchmarks.goals import NAMES
from benchmarks.page import by_work
from benchmarks.peers import BOTH, CONTENDERS
from benchmarks.requests import WORKS
from benchmarks.run import OURS, Report

BAR, GAP, LEFT, RIGHT, TOP = 14, 3, 170, 90, 46
FONT = 'font-family="sans-serif" font-size="12"'
COLOURS = {"sqlite": "#4477aa", "postgresql": "#228833"}


def drawing(report: Report, date: str) -> str:
    """Every contender's time as a multiple of Mainstay's: the geometric mean over the works that touch rows."""
    bars = [(kind, name, multiple(report, kind, name)) for kind in BOTH for name in CONTENDERS if name != OURS]
    shown = [(kind, name, value) for kind, name, value in bars if value is not None]
    most = max((value for _, _, value in shown), default=1.0)
    width, height = 760, TOP + len(shown) * (BAR + GAP) + 30 + 24
    scale = (width - LEFT - RIGHT) / most
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {FONT}>',
        "<title>Processor time of a request, as a multiple of Mainstay's</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="18" font-weight="bold">Processor time of a request, Mainstay = 1 ({date})</text>',
    ]
    one, y = LEFT + scale, TOP - 12
    for kind in dict.fromkeys(kind for kind, _, _ in shown):
        lines.append(f'<text x="{LEFT}" y="{y + 8}" fill="{COLOURS[kind]}" font-weight="bold">{NAMES[kind]}</text>')
        y = begin = y + 14
        for name, value in ((name, value) for each, name, value in shown if each == kind):
            middle, end = y + BAR - 3, LEFT + value * scale
            title = escape(CONTENDERS[name].title)
            lines.append(f'<text x="{LEFT - 8}" y="{middle}" text-anchor="end">{title}</text>')
            lines.append(f'<rect x="{LEFT}" y="{y}" width="{end - LEFT:.1f}" height="{BAR}" fill="{COLOURS[kind]}"/>')
            beside = one if one - 32 < end < one else end  # no figure on the dashed line
            lines.append(f'<text x="{beside + 5:.1f}" y="{middle}">{value:.1f}</text>')
            y += BAR + GAP
        lines.append(f'<path d="M{one:.1f} {begin - 3}V{y}" stroke="#333333" stroke-dasharray="3 3"/>')
        y += 10
    told = f"geometric mean over {', '.join(work for work in WORKS if work != 'H')}; the dashed line is Mainstay"
    lines.append(f'<text x="{LEFT}" y="{y + 8}" fill="#555555">{told}</text>')
    return "\n".join([*lines, "</svg>", ""])


def multiple(report: Report, kind: str, name: str) -> float | None:
    """How many times Mainstay's a contender's time is, over all works that touch rows; None where it has none."""
    found = by_work(report.results, kind)
    if name not in found or OURS not in found:
        return None
    works = [work for work in found[name] if work != "H" and work in found[OURS]]
    product = 1.0
    for work in works:
        product *= found[name][work].figure / found[OURS][work].figure
    return product ** (1 / len(works)) if works else None
