"""Reviews programs of others and says which findings are true: `python -m benchmarks.check FOLDER`.

    python -m benchmarks.check FOLDER [--only NAME] [--unknown] [--tools BIN --rules RULES] [--page]

FOLDER holds the programs that `corpora.toml` names, each in a folder of its name, and `benchmark` (OWASP's cases).
`--unknown` prints findings that nobody has judged, as rows for `judged/NAME.csv`. With `--tools` semgrep, bandit and
ruff are run on the flawed ones. What was found is kept in `build/check-measured`; `--page` writes
docs/reference/check-measured.md of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import msgspec

from benchmarks.check import cases, others
from benchmarks.check.corpora import OURS, Corpus, Count, Hit, corpora, counted, flaws, judged
from mainstay.check.review import review

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "check-measured"


class Measured(msgspec.Struct):
    """What was found in one program."""

    corpus: Corpus
    lines: int
    rules: dict[str, Count]
    """Ours that are proven or likely."""
    reviews: dict[str, Count]
    """Ours that are put up for review: judged in flawed programs only."""
    faults: dict[str, int]
    """For each tool, faults that its true findings are about."""
    totals: dict[str, Count]
    """For each other tool, its findings."""
    flaws: list[tuple[str, str, str]]
    """Documented flaws: what, the rule that finds it, and why none does."""
    versions: list[str]
    date: str


def measured(corpus: Corpus, folder: Path, tools: Path | None, rules: Path | None) -> tuple[Measured, list[Hit]]:
    """Reviews a program, and compares with what was said of it; also what nobody has judged."""
    result = review(folder)
    own = [
        Hit(OURS, each.rule, f"{each.place.path}:{each.place.line}", each.severity, each.confidence)
        for each in result.findings
    ]
    told = [(each.flaw, each.found_by(own), each.missed) for each in flaws(corpus.name)]
    own = [each for each in own if corpus.counts(each)]
    said = judged(corpus.name)
    faults, sure, unknown = counted((each for each in own if each.sure), said)
    more, reviews, unread = counted((each for each in own if not each.sure), said)
    if corpus.kind == "flawed":
        faults, _, _ = counted((each for each in own if not _unsaid(each, unread)), said)
        unknown = [*unknown, *unread]
    else:
        reviews = {}
    del more
    totals: dict[str, Count] = {}
    versions: list[str] = []
    if tools is not None and rules is not None and corpus.kind == "flawed":
        for tool in others.TOOLS:
            found = [each for each in others.hits(tool, folder, tools, rules) if corpus.counts(each)]
            true, by_rule, left = counted(found, said)
            totals[tool] = _sum(by_rule.values())
            faults[tool] = true[tool]
            unknown += left
            versions.append(others.version(tool, tools))
    date = f"{dt.date.today():%Y-%m-%d}"
    return Measured(corpus, result.lines, sure, reviews, dict(faults), totals, told, versions, date), unknown


def _unsaid(hit: Hit, unread: list[Hit]) -> bool:
    return hit in unread


def _sum(counts: Iterable[Count]) -> Count:
    out = Count()
    for each in counts:
        out = out + each
    return out


def shown(found: Measured) -> str:
    """A few lines for a terminal."""
    total = _sum(found.rules.values())
    precision = f"{total.precision:.1%}" if total.precision is not None else "-"
    judged_ones = f"{total.true} true, {total.false} false ({total.false_high} high), {total.unknown} not judged"
    lines = [f"{found.corpus.name}: {found.lines:,} lines; {judged_ones}; precision {precision}"]
    for name, count in sorted(found.rules.items()):
        lines.append(f"  {name:26} {count.true:4} true {count.false:4} false {count.unknown:4} not judged")
    for flaw, rule, missed in found.flaws:
        lines.append(f"  {'found by ' + rule if rule else 'missed':40} {flaw}{'' if rule else ': ' + missed}")
    if found.corpus.kind == "flawed":
        lines.append("  true faults: " + ", ".join(f"{tool} {count}" for tool, count in found.faults.items()))
    return "\n".join(lines)


def keep(found: Measured) -> None:
    """Writes down what was found, for the page."""
    KEPT.mkdir(parents=True, exist_ok=True)
    file = KEPT / f"{found.corpus.name}.json"
    if file.exists() and not found.totals:
        before = msgspec.json.decode(file.read_bytes(), type=Measured)
        found.totals, found.versions = before.totals, before.versions
        found.faults = {**before.faults, **found.faults}
    file.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1))


def owasp(folder: Path) -> list[cases.Category]:
    """OWASP's cases, counted and kept."""
    listed = cases.cases(folder)
    found = list(cases.categories(listed, cases.reported(cases.findings(folder))))
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / "owasp.json").write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1))
    return found


def programs(folder: Path, only: str | None) -> list[tuple[Corpus, Path]]:
    """The programs that are there."""
    return [
        (corpus, folder / corpus.name)
        for corpus in corpora()
        if (folder / corpus.name).is_dir() and only in (None, corpus.name)
    ]
