"""What `mainstay migrate` does."""

from __future__ import annotations

import asyncio
import json as json_of
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import typer
from rich.console import Console

from mainstay.app import Mainstay
from mainstay.backing import open as backing
from mainstay.backing.changes import Patience, SchemaChanges
from mainstay.cli.exits import Exit, wrong
from mainstay.cli.loading import load
from mainstay.errors import Unavailable
from mainstay.migrate.adopt import adopt
from mainstay.migrate.compare import differences, sentences
from mainstay.migrate.folder import EMPTY, Chain, Migration, MigrationProblem, migrated_by, read
from mainstay.migrate.history import edited, history, note_up
from mainstay.migrate.loss import losses
from mainstay.migrate.make import Asked, Made, make as make_files
from mainstay.migrate.missing import missing
from mainstay.migrate.run import Step, current, made_by, move, rehearse
from mainstay.migrate.schema import schema_of

console = Console(highlight=False, soft_wrap=True)

T = TypeVar("T")


def make(target: str, asked: Asked, *, json: bool) -> None:
    """Writes migrations, and says which."""
    if not any(one.isalnum() for one in asked.message):
        raise wrong('a migration has a title: mainstay migrate make "what it does"')
    chosen = load_own(target)
    wanted = schema_of(chosen.compiled.storage.metadata)
    made = answer(make_files(chosen.settings.migrations, wanted, asked))
    if json:
        files = [str(shown(path)) for path in made.files]
        typer.echo(json_of.dumps({"files": files, "changes": made.sentences, "hints": made.hints}, indent=2))
    else:
        tell_made(made)


def tell_made(made: Made) -> None:
    """Says which files were written, and what they do."""
    if not made.files:
        console.print("The migrations make what the models say; nothing was written.")
    for path in made.files:
        console.print(f"wrote {shown(path)}")
    for sentence in made.sentences:
        console.print(f"  {sentence}", markup=False)
    for hint in made.hints:
        console.print(hint, markup=False)


def go(target: str, wish: Wish, patience: Patience) -> None:
    """Runs and takes back migrations until the database is where it is wished."""
    answer(moved(load_own(target), wish, patience))


def status(target: str, *, json: bool) -> None:
    """Says where a database is, and what is to be run or written."""
    chosen = load(target)
    if not chosen.managed:
        found = [f"{text};" for text in answer(missing_of(chosen))]
        if json:
            typer.echo(json_of.dumps({"missing": found}, indent=2))
        elif found:
            typer.echo("\n".join(found))
        return
    told = answer(status_of(chosen))
    if json or not sys.stdout.isatty():
        typer.echo(json_of.dumps(told, indent=2))
    else:
        tell_status(told)


def tell_status(told: dict[str, Any]) -> None:
    """Says where a database is, for people."""
    for one in told["migrations"]:
        ran = f"  ({one['ran_at']})" if one["ran_at"] else ""
        edited = "  edited after it was run" if one["edited"] else ""
        console.print(
            f"{'done' if one['done'] else 'to do':>6}  {one['number']} {one['title']}{ran}{edited}", markup=False
        )
    known = told["database"] in {EMPTY, *(one["number"] for one in told["migrations"])}
    place = told["database"]
    unknown = "" if known else f", which is not in the folder: {migrated_by(place)} migrated it"
    console.print(f"The database is at {place}{unknown}, the newest migration is {told['newest']}.")
    if told["models"]:
        console.print('The models say more; write it down with: mainstay migrate make "..."')
        for sentence in told["models"]:
            console.print(f"  {sentence}", markup=False)


def check(target: str, *, json: bool) -> None:
    """Says what no migration makes, and ends with 1 where there is something."""
    told = answer(unwritten(load_own(target)))
    if json:
        typer.echo(json_of.dumps({"models": told}, indent=2))
    elif not told:
        console.print("The migrations make what the models say.")
    else:
        console.print("The models say what no migration makes:")
        for sentence in told:
            console.print(f"  {sentence}", markup=False)
        console.print('Write it down with: mainstay migrate make "..."')
    if told:
        raise typer.Exit(Exit.DIFFERS)


def load_own(target: str) -> Mainstay:
    """An application whose database is its own."""
    chosen = load(target)
    if not chosen.managed:
        raise wrong(
            "the database is somebody else's (managed=False); mainstay migrate status prints what it is missing"
        )
    return chosen


async def missing_of(chosen: Mainstay) -> list[str]:
    """The statements that make the indexes that somebody else's database has not."""
    async with opened(chosen) as changes:
        return await changes.look(
            lambda connection: missing(connection, chosen.application, chosen.compiled.storage.metadata)
        )


async def unwritten(chosen: Mainstay) -> list[str]:
    """What the models say and no migration makes."""
    before = await made_by(read(chosen.settings.migrations))
    return list(sentences(differences(before, schema_of(chosen.compiled.storage.metadata))))


async def status_of(chosen: Mainstay) -> dict[str, Any]:
    """Where a database is."""
    chain = read(chosen.settings.migrations)
    async with opened(chosen) as changes:
        place = await current(changes)
        ran = await changes.look(history)
    done = chain.numbers.index(place) if place in chain.numbers else 0
    changed = edited(chain, ran)
    return {
        "database": place,
        "newest": chain.newest,
        "migrations": [
            {
                "number": one.number,
                "title": one.title,
                "done": at < done,
                "ran_at": ran[one.number].at if one.number in ran else None,
                "edited": one in changed,
            }
            for at, one in enumerate(chain.migrations)
        ],
        "models": await unwritten(chosen),
    }


@dataclass(frozen=True, slots=True)
class Wish:
    """Where somebody wants the database to be, and how that is told."""

    number: str
    sure: bool = False
    accept: bool = False
    json: bool = False


async def moved(chosen: Mainstay, wish: Wish, patience: Patience) -> None:
    """Runs migrations, asking first where the way down loses something."""
    chain = read(chosen.settings.migrations)
    if not chain.migrations:
        raise MigrationProblem(
            f'there are no migrations in {chosen.settings.migrations}; mainstay migrate make "first"'
        )
    async with opened(chosen) as changes:
        adopted = await adopt(changes, chain)
        if adopted is not None and not wish.json:
            console.print(f"The tables were made without migrations, and are what {adopted} makes: noted.")
        if wish.accept:
            await changes.run(lambda connection: note_up(connection, edited(chain, history(connection))))
        place = await current(changes)
        chain.refuse_unknown(place)
        target = goal(chain, place, wish.number)
        steps = (await rehearse(chain, place, target))[len(chain.steps(EMPTY, place)) :]
        lost = await changes.look(lambda connection: losses(connection, steps)) if steps else []
        if lost:
            ask(lost, wish, going_up=steps[0].up)
        ran: list[dict[str, Any]] = []
        await move(changes, chain, target, teller(steps, ran, quiet=wish.json), patience)
        place = await current(changes)
    if wish.json:
        typer.echo(json_of.dumps({"database": place, "lost": lost, "ran": ran}, indent=2))
    elif not ran:
        console.print(f"The database is at {place} already.")


def goal(chain: Chain, place: str, number: str) -> str:
    """The number that is meant."""
    if number != "previous":
        return chain.named(number)
    if place == EMPTY:
        raise MigrationProblem("no migration was run on the database; there is nothing to take back")
    chain.next(place, EMPTY)
    return chain.numbers[chain.numbers.index(place) - 1]


def teller(steps: list[Step], ran: list[dict[str, Any]], *, quiet: bool) -> Any:
    """Notes each migration as it is done, with what it changed, and tells it unless it is to be quiet."""
    known = {(step.migration.number, step.up): step for step in steps}

    def tell(migration: Migration, up: bool) -> None:
        step = known.get((migration.number, up))
        changed = step.sentences if step is not None else []
        ran.append({"number": migration.number, "title": migration.title, "up": up, "changes": changed})
        if not quiet:
            console.print(f"{'up  ' if up else 'down'} {migration}", markup=False)
            for sentence in changed:
                console.print(f"  {sentence}", markup=False)

    return tell


def ask(lost: list[str], wish: Wish, *, going_up: bool) -> None:
    """Says what is lost, and goes on when that is meant; the way up means it."""
    if not wish.json:
        console.print("This loses, for good:", style="bold")
        for one in lost:
            console.print(f"  {one}", markup=False)
    if wish.sure or going_up:
        return
    if wish.json:
        typer.echo(json_of.dumps({"lost": lost, "ran": []}, indent=2))
        raise typer.Exit(Exit.REFUSED)
    if not is_terminal():
        console.print("Nothing was done; say --yes if that is meant.")
        raise typer.Exit(Exit.REFUSED)
    try:
        goes_on = typer.confirm("Go on?")
    except typer.Abort:
        goes_on = False
    if not goes_on:
        raise typer.Exit(Exit.REFUSED)


def is_terminal() -> bool:
    """Whether somebody is there to ask."""
    return sys.stdin.isatty()


@asynccontextmanager
async def opened(chosen: Mainstay) -> AsyncIterator[SchemaChanges]:
    """The application's database, open for changes."""
    await chosen.database.open()
    try:
        yield backing.changes(chosen.settings.database_url, chosen.database)
    finally:
        await chosen.database.close()


def answer(work: Coroutine[Any, Any, T]) -> T:
    """What the work returns; a sentence and the end of the command where it cannot be done."""
    try:
        return asyncio.run(work)
    except (MigrationProblem, Unavailable) as error:
        raise wrong(str(error)) from None
    except OSError as error:
        if error.filename is None:
            raise
        raise wrong(f"{error.filename}: {error.strerror}") from None


def shown(path: Path) -> Path:
    """A path as it is found from here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
