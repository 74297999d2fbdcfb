"""What `mainstay user` does."""

from __future__ import annotations

import asyncio
import json as json_of
import secrets
import sys
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, TypeVar

import pydantic
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from mainstay.accounts import Accounts
from mainstay.app import Mainstay
from mainstay.backing.databases.database import UniqueViolation
from mainstay.cli.exits import wrong
from mainstay.cli.loading import NOT_STARTED, load
from mainstay.clock import now
from mainstay.declare.account import Roles
from mainstay.engine.bodies import path
from mainstay.engine.mistakes import nearest
from mainstay.engine.phrases import phrase
from mainstay.errors import MainstayError

T = TypeVar("T")


def create(target: str, email: str, words: Sequence[str], names: Sequence[str], *, generate: bool, json: bool) -> None:
    """Makes an account."""
    accounts, served = found(target)
    given = roles_of(names)
    password = secrets.token_urlsafe(15) if generate else asked()
    values = read(accounts, email, password, words)
    run(served, accounts.create(password=password, roles=given.root, **values))
    shown = {"password": password} if generate else {}
    tell(f"{values['email']} is made", {"email": values["email"], "roles": given.root, **shown}, json=json)


def password(target: str, email: str, *, generate: bool, json: bool) -> None:
    """Gives an account another password."""
    accounts, served = found(target)
    new = secrets.token_urlsafe(15) if generate else asked()
    run(served, accounts.set_password(email, new))
    shown = {"password": new} if generate else {}
    tell(f"{email.lower()} has another password", {"email": email.lower(), **shown}, json=json)


def roles(target: str, email: str, names: Sequence[str], *, json: bool) -> None:
    """Gives an account these roles and no others."""
    accounts, served = found(target)
    given = roles_of(names)
    run(served, accounts.update(email, roles=given))
    done = f"{email.lower()} has the roles {', '.join(given.root) or '(none)'}"
    tell(done, {"email": email.lower(), "roles": given.root}, json=json)


def disable(target: str, email: str, *, json: bool) -> None:
    """Keeps an account from signing in."""
    accounts, served = found(target)
    at = now()
    run(served, accounts.update(email, disabled_at=at))
    tell(f"{email.lower()} is disabled", {"email": email.lower(), "disabled_at": at.isoformat()}, json=json)


def enable(target: str, email: str, *, json: bool) -> None:
    """Lets a disabled account sign in again."""
    accounts, served = found(target)
    run(served, accounts.update(email, disabled_at=None))
    tell(f"{email.lower()} is enabled", {"email": email.lower(), "disabled_at": None}, json=json)


def tell(done: str, values: dict[str, Any], *, json: bool) -> None:
    """Says what was done, in a sentence or for a program, with a password that nobody else knows."""
    if json:
        typer.echo(json_of.dumps(values, indent=2, ensure_ascii=False))
        return
    typer.echo(done)
    if "password" in values:
        typer.echo(f"password: {values['password']}")


def listed(target: str, role: str | None, *, json: bool) -> None:
    """Prints the accounts: a table on a terminal, JSON elsewhere."""
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


def roles_of(names: Sequence[str]) -> Roles:
    """The roles of these names, each once."""
    try:
        return Roles(list(dict.fromkeys(names)))
    except pydantic.ValidationError:
        raise wrong("a role has a name of 1 to 60 characters, and an account 100 roles at most") from None


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


def run(served: Mainstay, change: Coroutine[Any, Any, T]) -> T:
    """What a change, or a question, comes to; tells what keeps it from being done."""

    async def inside() -> T:
        async with served.router.lifespan_context(served):
            return await change

    try:
        return asyncio.run(inside())
    except (LookupError, *NOT_STARTED) as error:
        raise wrong(str(error)) from None
    except MainstayError as error:
        told = "; ".join(f"{detail.field} {detail.message}".lstrip() for detail in error.details)
        raise wrong(told or error.message) from None
    except UniqueViolation:
        raise wrong("the address, or another value that must be unique, is taken") from None
    finally:
        change.close()
