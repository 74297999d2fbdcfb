"""`mainstay migrate make "message"`, `up`, `down`, `to`, `status`, `check`.

Every one ends with 0 where it was done, 1 (`check`) where something is to be written, 2 where it cannot be done, with
the reason, and 4 where it would lose data and was not told to.
"""

from __future__ import annotations

import asyncio
import json as json_of
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from mainstay.app import Mainstay
from mainstay.backing import open as backing
from mainstay.backing.changes import Patience, SchemaChanges
from mainstay.cli.exits import Exit, wrong
from mainstay.cli.target import load
from mainstay.errors import Unavailable
from mainstay.migrate.adopt import adopt
from mainstay.migrate.compare import differences, sentences
from mainstay.migrate.folder import EMPTY, Chain, Migration, MigrationProblem, read
from mainstay.migrate.history import edited, history, note_up
from mainstay.migrate.loss import losses
from mainstay.migrate.make import Asked, Made, make as make_files
from mainstay.migrate.missing import missing
from mainstay.migrate.run import Step, current, made_by, move, rehearse
from mainstay.migrate.schema import schema_of

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
console = Console(highlight=False, soft_wrap=True)

T = TypeVar("T")

Application = Annotated[
    str, typer.Argument(metavar="[APP]", help="module:attribute, such as app:app.", envvar="MAINSTAY_APP")
]
Lock = Annotated[float, typer.Option(help="Seconds to wait for one lock of PostgreSQL's, before trying again.", min=0)]
Statement = Annotated[float, typer.Option(help="Seconds that one statement may take on PostgreSQL.", min=0)]
Json = Annotated[bool, typer.Option("--json", help="Say it as JSON.")]
Yes = Annotated[bool, typer.Option("--yes", help="Lose what is lost without being asked.")]
Accept = Annotated[
    bool,
    typer.Option("--accept-edited", help="The database has what migrations do now that were edited after being run."),
]


@app.callback()
def migrate() -> None:
    """Change the schema of a database that has rows.

    Ends with 0 where it was done, 1 where check finds something to be written, 2 where it cannot be done, 4 where it
    would lose data and was not told to.
    """


@app.command()
def make(
    message: Annotated[str, typer.Argument(help="What the migration does, in a few words.")],
    target: Application = "app:app",
    rename: Annotated[
        list[str] | None, typer.Option(metavar="TABLE.OLD:NEW", help="A column, or OLD:NEW for a table, kept.")
    ] = None,
    fill: Annotated[
        list[str] | None,
        typer.Option(metavar="TABLE.COLUMN=SQL", help="A required column's value in the rows that are there."),
    ] = None,
    expand: Annotated[
        bool, typer.Option("--expand", help="Three migrations: expand, backfill, contract; old code runs meanwhile.")
    ] = False,
    concurrently: Annotated[
        bool,
        typer.Option("--concurrently", help="New indexes of old tables in a migration that keeps nobody from writing."),
    ] = False,
    empty: Annotated[bool, typer.Option("--empty", help="A migration to write by hand, whatever the models say.")] = (
        False
    ),
    json: Json = False,
) -> None:
    """Write a migration from what the migrations make to what the models say."""
    if not any(one.isalnum() for one in message):
        raise wrong('a migration has a title: mainstay migrate make "what it does"')
    chosen = load_own(target)
    wanted = schema_of(chosen.compiled.storage.metadata)
    asked = Asked(message, tuple(rename or ()), tuple(fill or ()), expand, concurrently, empty)
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


@app.command()
def up(
    target: Application = "app:app",
    lock_timeout: Lock = Patience().lock,
    statement_timeout: Statement = Patience().statement,
    accept_edited: Accept = False,
    json: Json = False,
) -> None:
    """Run every migration that the database has not had."""
    chosen = load_own(target)
    wish = Wish("newest", sure=True, accept=accept_edited, json=json)
    answer(moved(chosen, wish, patience(lock_timeout, statement_timeout)))


@app.command()
def down(
    target: Application = "app:app",
    yes: Yes = False,
    lock_timeout: Lock = Patience().lock,
    statement_timeout: Statement = Patience().statement,
    json: Json = False,
) -> None:
    """Take the last migration back."""
    chosen = load_own(target)
    answer(moved(chosen, Wish("previous", sure=yes, json=json), patience(lock_timeout, statement_timeout)))


@app.command()
def to(
    number: Annotated[str, typer.Argument(help="A migration's number; 0 for none, newest for the last.")],
    target: Application = "app:app",
    yes: Yes = False,
    lock_timeout: Lock = Patience().lock,
    statement_timeout: Statement = Patience().statement,
    accept_edited: Accept = False,
    json: Json = False,
) -> None:
    """Run or take back migrations until the database is at one."""
    chosen = load_own(target)
    wish = Wish(number, sure=yes, accept=accept_edited, json=json)
    answer(moved(chosen, wish, patience(lock_timeout, statement_timeout)))


@app.command()
def status(
    target: Application = "app:app",
    json: Annotated[bool, typer.Option("--json", help="JSON even where the output is a terminal.")] = False,
) -> None:
    """Say where the database is, and what is still to be run or written; of somebody else's, what it is missing."""
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
    unknown = "" if known else ", which is not in the folder: a newer version of the application migrated it"
    console.print(f"The database is at {told['database']}{unknown}, the newest migration is {told['newest']}.")
    if told["models"]:
        console.print('The models say more; write it down with: mainstay migrate make "..."')
        for sentence in told["models"]:
            console.print(f"  {sentence}", markup=False)


@app.command()
def check(target: Application = "app:app", json: Json = False) -> None:
    """End with 1 where the migrations do not make what the models say; for continuous integration."""
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
    if not typer.confirm("Go on?"):
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


def patience(lock: float, statement: float) -> Patience:
    """What the options say."""
    return Patience(lock=lock, statement=statement)


def shown(path: Path) -> Path:
    """A path as it is found from here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
