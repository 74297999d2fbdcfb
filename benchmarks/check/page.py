"""The page of the documentation about what `mainstay check` finds in programs of others, made of what was measured.

    python -m benchmarks.check.page

It reads `build/check-measured`, which `python -m benchmarks.check FOLDER`, `python -m benchmarks.check.mutants FOLDER`,
`python -m benchmarks.check.speed FOLDER..` and
`python -m tests.check.measure.vampi FOLDER > build/check-measured/vampi.md` fill.
"""

from __future__ import annotations

import textwrap

import msgspec

from benchmarks.check import cases, mutants
from benchmarks.check.corpora import OURS, Count
from benchmarks.check.measure import KEPT, ROOT, Measured
from benchmarks.check.others import TOOLS
from benchmarks.check.speed import Speed

PAGE = ROOT / "docs" / "reference" / "check-measured.md"
HEAD = """# What a review finds, measured

<!-- Written by `python -m benchmarks.check.page` from what was measured. Do not edit. -->

`mainstay check` was run on programs that others wrote. Findings were judged by reading the code that they are about,
not by running it, and what was said of them stands in `benchmarks/check/judged/`, with a reason. Of clean programs the
findings that are `proven` or `likely` are judged, of flawed ones also those for review. Where many findings are of one
kind, the judgement is of the kind, after a sample of them was read: its reason says of how many.
"""
COMMANDS = """## Again

Nothing of these programs is in this repository. With each in a folder of its name (`benchmarks/check/corpora.toml`):

<!-- not run: it needs programs of others -->
```console
$ python -m benchmarks.check FOLDER
$ python -m benchmarks.check FOLDER --tools BIN --rules SEMGREP-RULES
$ python -m benchmarks.check.mutants FOLDER
$ python -m benchmarks.check.speed FOLDER/dispatch FOLDER/mealie FOLDER/healthchecks
$ python -m tests.check.measure.vampi FOLDER/VAmPI > build/check-measured/vampi.md
$ python -m benchmarks.check.page
```
"""


def kept() -> list[Measured]:
    """What was measured, program by program."""
    files = [each for each in sorted(KEPT.glob("*.json")) if each.stem not in ("owasp", "speed")]
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
        own = total(found).false + sum(each.false for each in found.reviews.values())
        false = {OURS: own, **{tool: count.false for tool, count in found.totals.items()}}
        counts = " | ".join(f"{found.faults.get(tool, 0)} / {false.get(tool, 0)}" for tool in (OURS, *TOOLS))
        rows.append(f"| {found.corpus.repository} | {found.corpus.revision} | {counts} |")
    versions = ", ".join(dict.fromkeys(version for found in measured for version in found.versions))
    told = (
        "Faults that true findings are about, and after the stroke false findings, those for review among them; in the "
        "server's own files. Two findings of one fault count once. Rules were made better while these programs were "
        "read: of one that nobody has read they find less."
    )
    return "\n\n".join(["## Flawed programs", told, "\n".join(rows), f"With {versions}, and semgrep's public rules."])


def documented(measured: list[Measured]) -> str:
    """The flaws that the authors of flawed programs tell."""
    rows = ["| program | flaw | found by | why not |", "|---|---|---|---|"]
    counts = []
    for found in measured:
        name = found.corpus.name
        rows += [
            f"| {name} | {flaw} | {f'`{rule}`' if rule else '-'} | {'' if rule else missed} |"
            for flaw, rule, missed in found.flaws
        ]
        counts.append(f"{name} {sum(bool(rule) for _, rule, _ in found.flaws)} of {len(found.flaws)}")
    told = (
        "What the authors say is wrong in the server's code, in all its languages, also where no rule is meant to find "
        f"it. Found: {', '.join(counts)}."
    )
    return "\n\n".join(["### Flaws that their authors document", told, "\n".join(rows)])


def broken(outcomes: list[mutants.Outcome]) -> str:
    """Edits of clean programs, and which were noticed."""
    rows = ["| program | edit | rule | found | why not |", "|---|---|---|---|---|"]
    rows += [
        f"| {each.program} | {each.what} | {each.rule} | {each.confidence or '-'} "
        f"| {'' if each.confidence else each.missed} |"
        for each in outcomes
    ]
    hit = [each for each in outcomes if each.confidence]
    sure = sum(each.confidence != "review" for each in hit)
    told = (
        "One edit at a time, which takes a guard away or puts a fault in (`benchmarks/check/mutants/`). It counts as "
        "found where the rule reports something in that file that it did not report before. The edits were written by "
        f"those who write the rules. Found: {len(hit)} of {len(outcomes)}, {sure} of them proven or likely."
    )
    return "\n\n".join(["## Mutants", told, "\n".join(rows)])


def twins(text: str) -> str:
    """VAmPI, reviewed and asked while it runs, vulnerable and mended: what its measurement printed."""
    table = [line for line in text.splitlines() if line.startswith("|")]
    besides = text.split("besides, ")[1:]
    counts = [sum(line.startswith("- ") for line in part.splitlines()) for part in besides]
    told = (
        "VAmPI was read and asked while it ran, with its switch `vulnerable` on and off. Six of its nine flaws go with "
        f"the switch, three stay. Found besides, proven or likely: {counts[0]} with 1, {counts[1]} with 0; they were "
        "judged by reading its source, and none is false."
    )
    return "\n\n".join(["## A running API and its mended twin", told, "\n".join(table)])


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


def speed(found: Speed) -> str:
    """How long reviews take, and how much memory."""
    programs = (
        ", ".join(found.programs[:-1]) + f" and {found.programs[-1]}" if found.programs[1:] else found.programs[0]
    )
    told = (
        f"`python -m benchmarks.check.speed`, on {found.date}: copies of {programs}, whose packages "
        "have another name in each copy; `mainstay check FOLDER --format json` from its start to its end, in a process "
        "of its own on one core, with nothing kept from before."
    )
    changes = found.changes
    some = f"{changes.lines:,} of them read | {changes.cpu:.1f} | | {changes.memory / 1e6:.0f} MB |"
    rows = [
        "| what | lines | seconds of one core | for 100,000 lines | most memory |",
        "|---|---|---|---|---|",
        *(
            f"| everything | {each.lines:,} | {each.cpu:.1f} | {each.per_lines:.1f} | {each.memory / 1e6:.0f} MB |"
            for each in found.whole
        ),
        f"| one file changed, `--since HEAD` | {some}",
    ]
    return "\n\n".join(["## Speed", textwrap.fill(told, 120), "\n".join(rows)])


def page() -> str:
    """The page."""
    measured = kept()
    counted = msgspec.json.decode((KEPT / "owasp.json").read_bytes(), type=list[cases.Category])
    took = msgspec.json.decode((KEPT / "speed.json").read_bytes(), type=Speed)
    flaws = [each for each in measured if each.corpus.kind == "flawed"]
    dates = sorted({each.date for each in measured})
    return "\n".join(
        [
            HEAD,
            f"Measured on {dates[-1]}.\n",
            owasp(counted) + "\n",
            clean([each for each in measured if each.corpus.kind == "clean"]) + "\n",
            flawed(flaws) + "\n",
            documented(flaws) + "\n",
            broken(mutants.kept()) + "\n",
            twins((KEPT / "vampi.md").read_text()) + "\n",
            speed(took) + "\n",
            COMMANDS,
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page())
