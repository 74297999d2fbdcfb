"""`mainstay user create app:app ada@example.com name=Ada --role admin`."""

from __future__ import annotations

import asyncio
import json as json_of
import secrets
import sys
from collections.abc import Coroutine, Iterable, Sequence
from typing import Annotated, Any, TypeVar

import pydantic
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from mainstay.accounts import Accounts
from mainstay.app import Mainstay
from mainstay.backing.databases.database import UniqueViolation
from mainstay.cli.exits import wrong
from mainstay.cli.target import Target, load
from mainstay.clock import now
from mainstay.compiler import DeclarationErrors
from mainstay.declare.account import Roles
from mainstay.engine.bodies import path
from mainstay.engine.mistakes import nearest
from mainstay.engine.phrases import phrase
from mainstay.errors import MainstayError
from mainstay.migrate.folder import MigrationProblem

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)

T = TypeVar("T")

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The account's address.")]


@app.callback()
def user() -> None:
    """Make, list and disable accounts, give them roles: for whoever may run commands where the application runs."""


@app.command()
def create(
    target: Target,
    email: Email,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="What else a new account gives.")
    ] = None,
    role: Annotated[list[str] | None, typer.Option(help="A role; may be given again.")] = None,
    generate: Annotated[bool, typer.Option("--generate", help="Make a password and print it, once.")] = False,
) -> None:
    """Make an account.  The password is asked for, or read as a line of the standard input."""
    accounts, served = found(target)
    given = named(role)
    password = secrets.token_urlsafe(15) if generate else asked()
    values = read(accounts, email, password, words or [])
    run(served, accounts.create(password=password, roles=given.root, **values), f"{values['email']} is made")
    if generate:
        typer.echo(f"password: {password}")


@app.command()
def password(
    target: Target,
    email: Email,
    generate: Annotated[bool, typer.Option("--generate", help="Make a password and print it, once.")] = False,
) -> None:
    """Give an account another password, and end its sign-ins.  It is asked for as for a new account."""
    accounts, served = found(target)
    new = secrets.token_urlsafe(15) if generate else asked()
    run(served, accounts.set_password(email, new), f"{email.lower()} has another password")
    if generate:
        typer.echo(f"password: {new}")


@app.command()
def roles(
    target: Target,
    email: Email,
    names: Annotated[list[str] | None, typer.Argument(metavar="[ROLE]...", help="A role.")] = None,
) -> None:
    """Give an account these roles and no others; none, where none is named."""
    accounts, served = found(target)
    given = named(names)
    done = f"{email.lower()} has the roles {', '.join(given.root) or '(none)'}"
    run(served, accounts.update(email, roles=given), done)


@app.command()
def disable(target: Target, email: Email) -> None:
    """Let an account no longer sign in, nor use the tokens and keys that it has."""
    accounts, served = found(target)
    run(served, accounts.update(email, disabled_at=now()), f"{email.lower()} is disabled")


@app.command()
def enable(target: Target, email: Email) -> None:
    """Let a disabled account sign in again."""
    accounts, served = found(target)
    run(served, accounts.update(email, disabled_at=None), f"{email.lower()} is enabled")


@app.command("list")
def listed(
    target: Target,
    role: Annotated[str | None, typer.Option(help="Only accounts with this role.")] = None,
    json: Annotated[bool, typer.Option("--json", help="JSON even where the output is a terminal.")] = False,
) -> None:
    """Print the accounts by address, with their roles and whether they are disabled: a table, or JSON elsewhere."""
    accounts, served = found(target)
    rows = run(served, accounts.listed(role))
    if json or not sys.stdout.isatty():
        sys.stdout.write(json_of.dumps(rows, indent=2, ensure_ascii=False) + "\n")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("EMAIL", "ROLES", "DISABLED"):
        table.add_column(name, overflow="fold")
    for one in rows:
        table.add_row(one["email"], ", ".join(one["roles"]), one["disabled_at"] or "")
    Console(markup=False, highlight=False).print(table)


def found(target: str) -> tuple[Accounts, Mainstay]:
    """The application and its accounts."""
    served = load(target)
    if served.accounts is None:
        raise wrong("this application has no accounts; write Mainstay(account=User)")
    if served.log is not None:
        served.log.write = lambda data: None
    return served.accounts, served


def named(names: Sequence[str] | None) -> Roles:
    """The roles of these names, each once."""
    try:
        return Roles(list(dict.fromkeys(names or ())))
    except pydantic.ValidationError:
        raise wrong("a role has a name of 1 to 60 characters, and an account 100 roles at most") from None


def asked() -> str:
    """A password from the terminal, typed twice, or from the standard input."""
    if sys.stdin.isatty():
        password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return password
    try:
        line = sys.stdin.readline().rstrip("\n")
    except UnicodeDecodeError:
        raise wrong("the standard input is not UTF-8; write the password so") from None
    if not line:
        raise wrong("there is no password: write one as a line of the standard input, or let --generate make one")
    return line


def read(accounts: Accounts, email: str, password: str, words: Sequence[str]) -> dict[str, Any]:
    """What a new account gives, checked as a sign-up is."""
    given = {"email": email, "password": password}
    for word in words:
        name, equal, value = word.partition("=")
        if not equal:
            raise wrong(f"{word!r} is not name=value")
        given[name] = value
    shape = accounts.desk.sign_up_shape()
    try:
        checked = shape.model_validate(given)
    except pydantic.ValidationError as error:
        told = (f"{path(one['loc'])} {told_of(one, shape.model_fields)}" for one in error.errors(include_url=False))
        raise wrong("; ".join(told)) from None
    return {name: getattr(checked, name) for name in checked.model_fields_set if name != "password"}


def told_of(mistake: Any, known: Iterable[str]) -> str:
    """What is said of one mistake in what a new account gives."""
    if mistake["type"] == "missing":
        return "must be given"
    if mistake["type"] == "extra_forbidden":
        return f"is nothing that an account gives; {nearest(path(mistake['loc']), known)}"
    return phrase(mistake, "")


def run(served: Mainstay, change: Coroutine[Any, Any, T], done: str = "") -> T:
    """What a change, or a question, comes to; prints what was done, or tells what keeps it from being done."""

    async def inside() -> T:
        async with served.router.lifespan_context(served):
            return await change

    try:
        result = asyncio.run(inside())
    except LookupError as error:
        raise wrong(str(error)) from None
    except (DeclarationErrors, MigrationProblem) as error:
        raise wrong(str(error)) from None
    except MainstayError as error:
        raise wrong("; ".join(detail.message for detail in error.details) or error.message) from None
    except UniqueViolation:
        raise wrong("the address, or another value that must be unique, is taken") from None
    finally:
        change.close()
    if done:
        typer.echo(done)
    return result
