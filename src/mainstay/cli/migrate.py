"""`mainstay migrate make "message"`, `up`, `down`, `to`, `status`, `check`.

Every one ends with 0 where it was done, 1 (`check`) where something is to be written, 2 where it cannot be done, with
the reason, and 4 where it would lose data and was not told to.
"""

from __future__ import annotations

from typing import Annotated

import typer

from mainstay.backing.changes import Patience
from mainstay.cli.target import UNSAID

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)

Application = Annotated[
    str,
    typer.Argument(metavar="APP", help="The application: module:attribute, such as app:app.", envvar="MAINSTAY_APP"),
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
    message: Annotated[str, typer.Argument(metavar="MESSAGE", help="What the migration does, in a few words.")],
    target: Application = UNSAID,
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
    from mainstay.cli.doing import migrate as doing
    from mainstay.migrate.make import Asked

    asked = Asked(message, tuple(rename or ()), tuple(fill or ()), expand, concurrently, empty)
    doing.make(target, asked, json=json)


@app.command()
def up(
    target: Application = UNSAID,
    lock_timeout: Lock = Patience().lock,
    statement_timeout: Statement = Patience().statement,
    accept_edited: Accept = False,
    json: Json = False,
) -> None:
    """Run every migration that the database has not had."""
    from mainstay.cli.doing import migrate as doing

    wish = doing.Wish("newest", sure=True, accept=accept_edited, json=json)
    doing.go(target, wish, Patience(lock=lock_timeout, statement=statement_timeout))


@app.command()
def down(
    target: Application = UNSAID,
    yes: Yes = False,
    lock_timeout: Lock = Patience().lock,
    statement_timeout: Statement = Patience().statement,
    json: Json = False,
) -> None:
    """Take the last migration back."""
    from mainstay.cli.doing import migrate as doing

    wish = doing.Wish("previous", sure=yes, json=json)
    doing.go(target, wish, Patience(lock=lock_timeout, statement=statement_timeout))


@app.command()
def to(
    number: Annotated[
        str, typer.Argument(metavar="NUMBER", help="A migration's number; 0 for none, newest for the last.")
    ],
    target: Application = UNSAID,
    yes: Yes = False,
    lock_timeout: Lock = Patience().lock,
    statement_timeout: Statement = Patience().statement,
    accept_edited: Accept = False,
    json: Json = False,
) -> None:
    """Run or take back migrations until the database is at one."""
    from mainstay.cli.doing import migrate as doing

    wish = doing.Wish(number, sure=yes, accept=accept_edited, json=json)
    doing.go(target, wish, Patience(lock=lock_timeout, statement=statement_timeout))


@app.command()
def status(
    target: Application = UNSAID,
    json: Annotated[bool, typer.Option("--json", help="JSON even where the output is a terminal.")] = False,
) -> None:
    """Say where the database is, and what is still to be run or written; of somebody else's, what it is missing."""
    from mainstay.cli.doing import migrate as doing

    doing.status(target, json=json)


@app.command()
def check(target: Application = UNSAID, json: Json = False) -> None:
    """End with 1 where the migrations do not make what the models say; for continuous integration."""
    from mainstay.cli.doing import migrate as doing

    doing.check(target, json=json)
