"""`mainstay user create app:app ada@example.com name=Ada --role admin`."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

import pydantic
import sqlalchemy as sa
import typer
from sqlalchemy.ext.asyncio import AsyncSession

from mainstay.accounts import Accounts
from mainstay.app import Mainstay
from mainstay.backing.databases.database import UniqueViolation
from mainstay.cli.target import Target, load, wrong
from mainstay.clock import now
from mainstay.declare.account import Roles
from mainstay.errors import MainstayError

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The account's address.")]
LIMIT = 30.0
"""Seconds that a change may wait and take."""

Do = Callable[[AsyncSession], Awaitable[str]]


@app.callback()
def user() -> None:
    """Make accounts, give them roles, disable them: for whoever may run commands where the application runs."""


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
    password = secrets.token_urlsafe(15) if generate else asked()
    values = read(accounts, email, password, words or [])
    try:
        accounts.desk.check(password, "password", email.partition("@")[0])
        hashed = asyncio.run(accounts.passwords.hash(password))
    except MainstayError as error:
        raise wrong("; ".join(detail.message for detail in error.details) or error.message) from None

    async def do(session: AsyncSession) -> str:
        new: Any = accounts.tables.account
        session.add(new(**values, password_hash=hashed, roles=Roles(role or [])))
        await session.flush()
        return f"{values['email']} is made"

    run(served, do)
    if generate:
        typer.echo(f"password: {password}")


@app.command()
def roles(
    target: Target,
    email: Email,
    names: Annotated[list[str] | None, typer.Argument(metavar="[ROLE]...", help="A role.")] = None,
) -> None:
    """Give an account these roles and no others; none, where none is named."""
    accounts, served = found(target)
    change(
        accounts, served, email, {"roles": Roles(names or [])}, f"has the roles {', '.join(names or []) or '(none)'}"
    )


@app.command()
def disable(target: Target, email: Email) -> None:
    """Let an account no longer sign in, nor use the tokens and keys that it has."""
    accounts, served = found(target)
    change(accounts, served, email, {"disabled_at": now()}, "is disabled")


@app.command()
def enable(target: Target, email: Email) -> None:
    """Let a disabled account sign in again."""
    accounts, served = found(target)
    change(accounts, served, email, {"disabled_at": None}, "is enabled")


def found(target: str) -> tuple[Accounts, Mainstay]:
    """The application and its accounts."""
    served = load(target)
    if served.accounts is None:
        raise wrong("this application has no accounts; write Mainstay(account=User)")
    if served.log is not None:
        served.log.write = lambda data: None
    return served.accounts, served


def asked() -> str:
    """A password from the terminal, typed twice, or from the standard input."""
    if sys.stdin.isatty():
        password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return password
    return sys.stdin.readline().rstrip("\n")


def read(accounts: Accounts, email: str, password: str, words: Sequence[str]) -> dict[str, Any]:
    """What a new account gives, checked as a sign-up is."""
    given = {"email": email, "password": password}
    for word in words:
        name, equal, value = word.partition("=")
        if not equal:
            raise wrong(f"{word!r} is not name=value")
        given[name] = value
    try:
        checked = accounts.desk.sign_up_shape().model_validate(given)
    except pydantic.ValidationError as error:
        told = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()]
        raise wrong("; ".join(told)) from None
    return {name: getattr(checked, name) for name in checked.model_fields_set if name != "password"}


def change(accounts: Accounts, served: Mainstay, email: str, values: dict[str, Any], done: str) -> None:
    """Changes one account."""
    table = accounts.tables.accounts

    async def do(session: AsyncSession) -> str:
        changed: Any = await session.execute(sa.update(table).where(table.c.email == email.lower()).values(**values))
        if changed.rowcount == 0:
            raise LookupError(f"there is no account {email}")
        return f"{email.lower()} {done}"

    run(served, do)


def run(served: Mainstay, do: Do) -> None:
    """Does it in one transaction, and prints what was done; tells what keeps it from being done."""

    async def inside() -> str:
        async with served.router.lifespan_context(served):
            return await served.sessions.act_async(do, limit=LIMIT)

    try:
        typer.echo(asyncio.run(inside()))
    except LookupError as error:
        raise wrong(str(error)) from None
    except MainstayError as error:
        raise wrong(error.message) from None
    except UniqueViolation:
        raise wrong("the address, or another value that must be unique, is taken") from None
