"""A document for people: a table of a list, two columns of one thing, a sentence of a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mainstay.projections.command.command import Outcome

LONGEST = 60
"""Characters of one value in a table."""


def show(outcome: Outcome, console: Console, errors: Console) -> None:
    """Prints what a call ended in; refusals to `errors`."""
    document = msgspec.json.decode(outcome.document) if outcome.document else {}
    if "error" in document:
        failure = document["error"]
        errors.print(Text(f"{outcome.status} {failure['code']}", style="bold red"), Text(failure["message"]))
        for detail in failure["details"]:
            errors.print(Text(f"  {detail['field']}", style="bold"), Text(detail["message"]))
        return
    data = document.get("data")
    if not outcome.document:
        console.print("done")
    elif isinstance(data, list):
        console.print(rows(data) if data else "nothing")
        foot(document.get("meta") or {}, len(data), console)
    elif isinstance(data, dict):
        console.print(members(data))
        if "version" in document:
            console.print(Text(f"version {document['version']}", style="dim"))
    else:
        console.print(Text(text(data)))


def rows(data: Iterable[Any]) -> Table:
    """A list as a table."""
    things = [thing if isinstance(thing, dict) else {"value": thing} for thing in data]
    names = list(dict.fromkeys(name for thing in things for name in thing))
    table = Table(*names, box=None, header_style="bold", pad_edge=False)
    for thing in things:
        table.add_row(*[Text(shortened(text(thing.get(name)))) for name in names])
    return table


def members(thing: Mapping[str, Any]) -> Table:
    """One thing as two columns."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in thing.items():
        table.add_row(name, Text(text(value)))
    return table


def foot(meta: Mapping[str, Any], shown: int, console: Console) -> None:
    """What a list says about itself."""
    total = f" of {meta['total']}" if meta.get("total") is not None else ""
    console.print(Text(f"{shown}{total}", style="dim"))
    if meta.get("next"):
        console.print(Text(f"go on with cursor={meta['next']}", style="dim"), soft_wrap=True)


def text(value: Any) -> str:
    """A value as one line."""
    if value is None:
        return "-"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def shortened(line: str) -> str:
    """The line, cut where it is long."""
    line = line.replace("\n", " ")
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
