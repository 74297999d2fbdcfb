"""The page of the documentation about what `mainstay check` finds in programs of others, made of what was measured.

    python -m benchmarks.check.page

It reads `build/check-measured`, which `python -m benchmarks.check FOLDER` fills.
"""

from __future__ import annotations

import msgspec

from benchmarks.check import cases
from benchmarks.check.corpora import Count
from benchmarks.check.measure import KEPT, ROOT, Measured

PAGE = ROOT / "docs" / "reference" / "check-measured.md"
HEAD = """# What a review finds, measured

<!-- Written by `python -m benchmarks.check.page` from what was measured. Do not edit. -->

`mainstay check` was run on programs that others wrote. Each finding was judged by a person, and what was said of it
stands in `benchmarks/check/judged/`, with a reason. Of clean programs the findings that are `proven` or `likely` are
judged, of flawed ones also those for review. Judgements of many findings of one kind were made for the kind, after a
sample of them was read.
"""
COMMANDS = """## Again

Nothing of these programs is in this repository. With each in a folder of its name (`benchmarks/check/corpora.toml`):

<!-- not run: it needs programs of others -->
```console
$ python -m benchmarks.check FOLDER
$ python -m benchmarks.check FOLDER --tools BIN --rules SEMGREP-RULES
$ python -m benchmarks.check.page
```
"""


def kept() -> list[Measured]:
    """What was measured, program by program."""
    files = [each for each in sorted(KEPT.glob("*.json")) if each.stem != "owasp"]
    return [msgspec.json.decode(each.read_bytes(), type=Measured) for each in files]


def total(found: Measured) -> Count:
    """Of all rules of a program."""
    out = Count()
    for each in found.rules.values():
        out = out + each
    return out


def clean(measured: list[Measured]) -> str:
    """The clean programs."""
    rows = ["| program | revision | lines | true | false | of them high | precision |", "|---|---|---|---|---|---|---|"]
    every, lines = Count(), 0
    for found in measured:
        count = total(found)
        every, lines = every + count, lines + found.lines
        corpus = found.corpus
        rows.append(
            f"| {corpus.repository} | {corpus.revision} | {found.lines:,} | {count.true} | {count.false} "
            f"| {count.false_high} | {count.precision or 0:.1%} |"
        )
    high = every.false_high * 10_000 / lines
    rows.append(
        f"| all | | {lines:,} | {every.true} | {every.false} | {every.false_high} | {every.precision or 0:.1%} |"
    )
    parts = [
        "## Clean programs",
        "\n".join(rows),
        f"False high findings in 10,000 lines: {high:.2f}.",
        "| rule | program | true | false |\n|---|---|---|---|\n"
        + "\n".join(
            f"| {rule} | {found.corpus.name} | {count.true} | {count.false} |"
            for found in measured
            for rule, count in sorted(found.rules.items())
        ),
    ]
    return "\n\n".join(parts)


def flawed(measured: list[Measured]) -> str:
    """The flawed programs, beside other tools."""
    rows = ["| program | revision | mainstay | semgrep | bandit | ruff |", "|---|---|---|---|---|---|"]
    for found in measured:
        counts = " | ".join(str(found.faults.get(tool, 0)) for tool in ("mainstay", "semgrep", "bandit", "ruff"))
        rows.append(f"| {found.corpus.repository} | {found.corpus.revision} | {counts} |")
    versions = ", ".join(dict.fromkeys(version for found in measured for version in found.versions))
    told = "Faults that true findings are about, in the server's own files; two findings of one fault count once."
    return "\n\n".join(["## Flawed programs", told, "\n".join(rows), f"With {versions}, and semgrep's public rules."])


def owasp(counted: list[cases.Category]) -> str:
    """OWASP's cases."""
    rows = ["| category | rule | open | found | safe | reported | score |", "|---|---|---|---|---|---|---|"]
    rows += [
        f"| {each.name} | {' '.join(each.rules)} | {each.open} | {each.found} | {each.safe} | {each.false} "
        f"| {each.score:+.2f} |"
        for each in counted
    ]
    left = "\n".join(f"Not claimed: `{name}`: {why}." for name, why in cases.NOT_CLAIMED.items())
    mean = f"Mean of the categories: **{cases.score(counted):+.3f}**. Cases of even number were not read."
    return "\n\n".join(["## OWASP Benchmark for Python, cases of odd number", "\n".join(rows), mean, left])


def page() -> str:
    """The page."""
    measured = kept()
    counted = msgspec.json.decode((KEPT / "owasp.json").read_bytes(), type=list[cases.Category])
    dates = sorted({each.date for each in measured})
    return "\n".join(
        [
            HEAD,
            f"Measured on {dates[-1]}.\n",
            owasp(counted) + "\n",
            clean([each for each in measured if each.corpus.kind == "clean"]) + "\n",
            flawed([each for each in measured if each.corpus.kind == "flawed"]) + "\n",
            COMMANDS,
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page())
