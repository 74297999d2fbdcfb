"""`mainstay user create app:app ada@example.com name=Ada --role admin`."""

from __future__ import annotations

from typing import Annotated

import typer

from mainstay.cli.target import Target

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The account's address.")]
Json = Annotated[bool, typer.Option("--json", help="Say it as JSON.")]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password and print it, once.")]


@app.callback()
def user() -> None:
    """Make, list and disable accounts, give them roles: for whoever may run commands where the application runs."""


@app.command()
def create(
    target: Target,
    email: Email,
    words: Annotated[list[str] | None, typer.Argument(metavar="NAME=VALUE", help="What else a new account gives.")] = (
        None
    ),
    role: Annotated[list[str] | None, typer.Option(metavar="ROLE", help="A role; may be given again.")] = None,
    generate: Generate = False,
    json: Json = False,
) -> None:
    """Make an account.  The password is asked for, or read as a line of the standard input."""
    from mainstay.cli.doing import user as doing

    doing.create(target, email, words or [], role or [], generate=generate, json=json)


@app.command()
def password(target: Target, email: Email, generate: Generate = False, json: Json = False) -> None:
    """Give an account another password, and end its sign-ins.  It is asked for as for a new account."""
    from mainstay.cli.doing import user as doing

    doing.password(target, email, generate=generate, json=json)


@app.command()
def roles(
    target: Target,
    email: Email,
    names: Annotated[list[str] | None, typer.Argument(metavar="ROLE", help="A role.")] = None,
    json: Json = False,
) -> None:
    """Give an account these roles and no others; none, where none is named."""
    from mainstay.cli.doing import user as doing

    doing.roles(target, email, names or [], json=json)


@app.command()
def disable(target: Target, email: Email, json: Json = False) -> None:
    """Let an account no longer sign in, nor use the tokens and keys that it has."""
    from mainstay.cli.doing import user as doing

    doing.disable(target, email, json=json)


@app.command()
def enable(target: Target, email: Email, json: Json = False) -> None:
    """Let a disabled account sign in again."""
    from mainstay.cli.doing import user as doing

    doing.enable(target, email, json=json)


@app.command("list")
def listed(
    target: Target,
    role: Annotated[str | None, typer.Option(help="Only accounts with this role.")] = None,
    json: Annotated[bool, typer.Option("--json", help="JSON even where the output is a terminal.")] = False,
) -> None:
    """Print the accounts by address, with their roles and whether they are disabled: a table, or JSON elsewhere."""
    from mainstay.cli.doing import user as doing

    doing.listed(target, role, json=json)
