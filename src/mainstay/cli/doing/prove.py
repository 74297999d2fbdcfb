"""What `mainstay prove` does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from mainstay.app import Mainstay
from mainstay.backing import open as backing
from mainstay.backing.databases.database import Database, WrongURL
from mainstay.backing.open import NotInstalled
from mainstay.cli.exits import Exit, refuse_unwritable, wrong
from mainstay.cli.loading import load
from mainstay.cli.through import SERVED, Through
from mainstay.errors import Unavailable
from mainstay.proofs.access import report
from mainstay.proofs.access.proof import Result, Scale, prove
from mainstay.proofs.access.store import NotEmpty
from mainstay.proofs.own_postgresql import own_postgresql
from mainstay.proofs.random_policies import Trial, tried


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for."""

    databases: list[str]
    random: int
    seed: int
    through: str
    every: bool


def access(target: str, asked: Asked, *, html: Path | None, json: Path | None) -> None:
    """Proves the policies of the application that is named, and ends with 1 where they do not hold."""
    refuse_unwritable("--html", html)
    refuse_unwritable("--json", json)
    try:
        for url in asked.databases:
            backing.adapter(url)
    except (NotInstalled, WrongURL) as error:
        raise wrong(str(error)) from None
    chosen = load(target)
    console = Console()
    scale = Scale(seed=asked.seed, alike=None if asked.every else 2)
    results, trials = asyncio.run(proven(chosen, asked.databases, scale, asked.random, Through(asked.through), console))
    report.show(results, trials, console)
    if html is not None:
        html.write_text(report.page(chosen.title, results, trials), encoding="utf-8")
    if json is not None:
        text = msgspec.json.format(msgspec.json.encode(report.as_json(results, trials)), indent=2)
        json.write_bytes(text + b"\n")
    holds = all(result.holds for result in results) and not any(trial.disagreements for trial in trials)
    console.print("It holds." if holds else "It does not hold.", style="green" if holds else "red")
    if not holds:
        raise typer.Exit(Exit.DIFFERS)


async def proven(
    chosen: Mainstay, urls: list[str], scale: Scale, random: int, through: Through, console: Console
) -> tuple[list[Result], list[Trial]]:
    """The proof on each database."""
    results, trials = [], []
    with contextlib.ExitStack() as stack:
        if not urls:
            urls = ["sqlite://", *stack.enter_context(own_postgresql())]
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        bar = stack.enter_context(Progress(*columns, console=console, transient=True))
        for url in urls:
            tasks: dict[str, Any] = {}

            def progress(doing: str, done: int, of: int, tasks: dict[str, Any] = tasks, url: str = url) -> None:
                """Moves the bar of what is being done."""
                if doing not in tasks:
                    tasks[doing] = bar.add_task(f"{backing.scheme(url)}: {doing}", total=of or None)
                bar.update(tasks[doing], completed=done, total=of or None)

            async with opened(url) as place:
                given = (chosen.application, chosen.compiled.storage, place)
                results.append(await prove(*given, serve=SERVED[through], scale=scale, progress=progress))
                if random:
                    trials.append(await tried(place, count=random, seed=scale.seed, progress=progress))
    return results, trials


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """A database, open; the command ends with a sentence where it cannot be used."""
    try:
        place = backing.database(url)
        await place.open()
        try:
            yield place
        finally:
            await place.close()
    except (NotEmpty, Unavailable, WrongURL) as error:
        raise wrong(str(error)) from error
