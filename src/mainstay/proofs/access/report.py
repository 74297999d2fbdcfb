"""What the proof found, for a terminal, as one page of HTML, and as JSON that is worth committing."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from mainstay.proofs.access.authorization import LEGEND
from mainstay.proofs.access.proof import Result
from mainstay.proofs.random_policies import Trial

WITNESSES = 5
"""Disagreements that a terminal is shown of each database."""

NAME, CELL, WIDTH = 8, 4, 72
"""Characters: of a persona's name that is not shortened, of a word of the matrix, of all personas' columns."""


def table(result: Result) -> Table:
    """By operation: cells and disagreements; by policy: mutants killed, and truths that its leaves had."""
    made = Table(title=f"Who may do what, on {result.database}", title_justify="left", header_style="bold")
    for name in ("operation or policy", "cells", "disagreements", "mutants killed", "truths seen"):
        made.add_column(name, justify="left" if name.startswith("operation") else "right")
    for row in rows(result):
        style = "red" if row["wrong"] else None
        made.add_row(row["name"], row["cells"], row["disagreements"], row["mutants"], row["truths"], style=style)
    return made


def matrices(result: Result) -> list[Table]:
    """Operations by personas, so many personas in each table as are as wide as a page."""
    short = shortened(result)
    parts: list[list[str]] = [[]]
    for persona in result.personas:
        if sum(max(len(short[name]), CELL) + 3 for name in [*parts[-1], persona]) > WIDTH:
            parts.append([])
        parts[-1].append(persona)
    made = []
    for part in parts:
        title = f"The authorization matrix, as answered on {result.database}"
        one = Table(title=title, title_justify="left", header_style="bold", box=box.SIMPLE, pad_edge=False)
        one.add_column("operation", no_wrap=True)
        for persona in part:
            one.add_column(short[persona], justify="center", no_wrap=True)
        before = ""
        for operation, line in result.matrix.items():
            resource = operation.partition(".")[0]
            if before not in ("", resource):
                one.add_section()
            before = resource
            one.add_row(operation, *[line.get(persona, "") for persona in part])
        made.append(one)
    return made


def shortened(result: Result) -> dict[str, str]:
    """The personas' names for the heads of columns: a number in place of a long one."""
    return {name: name if len(name) <= NAME else f"P{place}" for place, name in enumerate(result.personas)}


def legend(result: Result) -> list[str]:
    """What stands in the matrix."""
    long = [f"{short}: {name}" for name, short in shortened(result).items() if name != short]
    return [LEGEND, *([f"{';  '.join(long)}"] if long else [])]


def matrix_page(result: Result) -> str:
    """The matrix as a table of HTML."""
    head = "".join(f"<th>{html.escape(persona)}" for persona in result.personas)
    lines = "".join(
        f"<tr><td>{html.escape(operation)}</td>"
        + "".join(f"<td>{html.escape(line.get(persona, ''))}</td>" for persona in result.personas)
        + "</tr>"
        for operation, line in result.matrix.items()
    )
    return f"<table><tr><th>operation{head}</tr>{lines}</table><p>{html.escape(LEGEND)}</p>"


def rows(result: Result) -> list[dict[str, str]]:
    """The lines of the table."""
    found = []
    for operation, cells in result.cells.items():
        wrong = sum(1 for item in result.disagreements if item.operation == operation)
        line = {"name": operation, "cells": str(cells), "disagreements": str(wrong), "mutants": "", "truths": ""}
        found.append({**line, "wrong": "yes" if wrong else ""})
    for site in dict.fromkeys([leaf.site for leaf in result.coverage]):
        mutants = [outcome for outcome in result.outcomes if outcome.mutant.site.name == site]
        killed = sum(1 for outcome in mutants if outcome.verdict == "killed")
        counted = sum(1 for outcome in mutants if outcome.verdict in ("killed", "survived"))
        leaves = [leaf for leaf in result.coverage if leaf.site == site]
        seen = sum(len(leaf.seen & leaf.possible) for leaf in leaves)
        possible = sum(len(leaf.possible) for leaf in leaves)
        line = {"name": f"  {site}", "cells": "", "disagreements": "", "truths": f"{seen}/{possible}"}
        found.append({**line, "mutants": f"{killed}/{counted}", "wrong": "yes" if killed < counted else ""})
    return found


def sentences(result: Result) -> list[str]:
    """What else there is to say, a sentence each."""
    equal = [outcome for outcome in result.outcomes if outcome.verdict == "equivalent"]
    counted = len(result.outcomes) - len(equal)
    said = []
    cells, cast, rows_there = sum(result.cells.values()), len(result.personas), sum(result.rows.values())
    found = len(result.disagreements)
    said.append(f"{cells} cells, {cast} personas, {rows_there} rows: {found} disagreements.")
    killed = counted - len(result.survivors)
    if result.disagreements and not result.outcomes:
        said.append("No mutant was served: mend what disagrees first.")
    else:
        said.append(f"{killed} of {counted} mutants killed; {len(equal)} more allow the same as their policy.")
    for why in dict.fromkeys(one.why for one in equal):
        named = dict.fromkeys(f"{one.mutant.site.name}, {one.mutant.change}" for one in equal if one.why == why)
        said.append(f"The same, since {why}: {'; '.join(named)}.")
    reads, hidden = sum(item.requests for item in result.compared), sum(item.hidden for item in result.compared)
    said.append(f"{reads} reads compared where {hidden} hidden things differ: {len(result.differences)} differences.")
    said.extend(
        f"{leaf.site}: {leaf.leaf} was never {' or '.join(leaf.missing)}." for leaf in result.coverage if leaf.missing
    )
    said.extend(f"{name} has a part that only the database can evaluate: not proven." for name in result.opaque)
    said.extend(f"Alive: {one.mutant.site.name}, {one.mutant.change}: {one.why}." for one in result.survivors)
    return said


def show(results: Sequence[Result], trials: Sequence[Trial], console: Console) -> None:
    """Everything on a terminal."""
    for result in results:
        for part in matrices(result):
            console.print(part)
        for sentence in legend(result):
            console.print(sentence, markup=False, highlight=False)
        console.print()
        console.print(table(result))
        for sentence in sentences(result):
            console.print(sentence, markup=False, highlight=False)
        for item in (*result.disagreements, *result.differences)[:WITNESSES]:
            console.print(item.what, style="red", markup=False, highlight=False)
            for name, value in asdict(item).items():
                if name != "what" and value:
                    console.print(f"  {name}: {value}", markup=False, highlight=False)
        console.print()
    for trial in trials:
        console.print(trial.sentence, markup=False, highlight=False, style="red" if trial.disagreements else None)


def as_json(results: Sequence[Result], trials: Sequence[Trial]) -> dict[str, Any]:
    """The same in JSON: no times, in a fixed order, with no more than changes where the proof changes."""
    return {
        "databases": {
            result.database: {
                "matrix": result.matrix,
                "cells": dict(sorted(result.cells.items())),
                "disagreements": [asdict(item) for item in result.disagreements],
                "differences": [asdict(item) for item in result.differences],
                "mutants": {
                    site: {
                        verdict: sum(
                            1 for one in result.outcomes if one.mutant.site.name == site and one.verdict == verdict
                        )
                        for verdict in ("killed", "equivalent", "survived")
                    }
                    for site in sorted({outcome.mutant.site.name for outcome in result.outcomes})
                },
                "alive": [f"{one.mutant.site.name}: {one.mutant.change}" for one in result.survivors],
                "not_seen": sorted(
                    f"{leaf.site}: {leaf.leaf} was never {' or '.join(leaf.missing)}"
                    for leaf in result.coverage
                    if leaf.missing
                ),
                "not_proven": list(result.opaque),
                "personas": list(result.personas),
            }
            for result in results
        },
        "random_policies": {
            trial.database: {"policies": trial.policies, "disagreements": len(trial.disagreements)} for trial in trials
        },
    }


def page(title: str, results: Sequence[Result], trials: Sequence[Trial]) -> str:
    """The same as one page that asks nothing of any host."""
    parts = [f"<h1>{html.escape(title)}: who may do what</h1>"]
    for result in results:
        parts.append(f"<h2>{html.escape(result.database)}</h2>{matrix_page(result)}<ul>")
        parts += [f"<li>{html.escape(sentence)}</li>" for sentence in sentences(result)]
        parts.append(
            "</ul><table><tr><th>operation or policy<th>cells<th>disagreements<th>mutants killed<th>truths seen</tr>"
        )
        for row in rows(result):
            mark = ' class="wrong"' if row["wrong"] else ""
            cells = "".join(
                f"<td>{html.escape(row[name])}" for name in ("name", "cells", "disagreements", "mutants", "truths")
            )
            parts.append(f"<tr{mark}>{cells}</tr>")
        parts.append("</table>")
        for item in (*result.disagreements, *result.differences):
            lines = "\n".join(f"{name}: {value}" for name, value in asdict(item).items() if value)
            parts.append(f"<pre class='wrong'>{html.escape(lines)}</pre>")
        parts.append("<details><summary>Mutants</summary><table>")
        for one in result.outcomes:
            words = (one.verdict, one.mutant.site.name, one.mutant.change, one.why)
            parts.append(f"<tr>{''.join(f'<td>{html.escape(word)}' for word in words)}</tr>")
        parts.append("</table></details>")
    parts += [f"<p>{html.escape(trial.sentence)}</p>" for trial in trials]
    return PAGE.replace("{title}", html.escape(title)).replace("{body}", "\n".join(parts))


PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}: proof of access</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
table { border-collapse: collapse } td, th { border-bottom: 1px solid #ccc; padding: .15rem .8rem; text-align: left }
td:first-child { white-space: pre } .wrong { background: #fdd } pre { overflow-x: auto; padding: .5rem }
</style>
{body}
</html>
"""
