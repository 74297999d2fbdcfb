"""`mainstay user`, as an operator runs it."""

from __future__ import annotations

import asyncio
import json
import subprocess
from typing import Any

from tests.accounts.desk import PASSWORD, opened
from tests.cli.serving import ROOT, command

APP = "tests.accounts.served:app"


def user(url: str, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
    """Runs the command."""
    return command(ROOT, "user", *words, said=said, database_url=url)


def test_an_account_is_made_has_its_roles_and_is_disabled(sqlite_url: str) -> None:
    made = user(sqlite_url, "create", APP, "Ada@Example.com", "name=Ada", "--role", "admin", said=f"{PASSWORD}\n")
    assert (made.returncode, made.stdout) == (0, "ada@example.com is made\n"), made.stderr
    again = user(sqlite_url, "create", APP, "ada@example.com", "name=Ada", said=f"{PASSWORD}\n")
    assert (again.returncode, again.stderr) == (
        2,
        "mainstay: the address, or another value that must be unique, is taken\n",
    )

    async def signs_in() -> list[str]:
        async with opened(sqlite_url) as desk:
            token = (await desk.sign_in("ada"))["access_token"]
            roles: list[str] = (await desk.get("auth/me", by=token)).json()["data"]["roles"]
            return roles

    assert asyncio.run(signs_in()) == ["admin"]
    assert user(sqlite_url, "roles", APP, "ada@example.com", "editor", "reader", "editor").returncode == 0
    assert asyncio.run(signs_in()) == ["editor", "reader"]
    assert user(sqlite_url, "disable", APP, "ada@example.com").stdout == "ada@example.com is disabled\n"

    async def refused() -> int:
        async with opened(sqlite_url) as desk:
            body = {"email": "ada@example.com", "password": PASSWORD}
            return (await desk.post("sign-in", body)).status_code

    assert asyncio.run(refused()) == 401
    assert user(sqlite_url, "enable", APP, "ada@example.com").returncode == 0
    assert asyncio.run(signs_in()) == ["editor", "reader"]


def test_what_is_wrong_is_told(sqlite_url: str) -> None:
    weak = user(sqlite_url, "create", APP, "a@example.com", "name=Ada", said="password1234\n")
    assert weak.returncode == 2
    assert weak.stderr == "mainstay: password is one of the passwords that are tried first; take another\n"
    lacking = user(sqlite_url, "create", APP, "no address", "nme=Ada", said=f"{PASSWORD}\n")
    assert (lacking.returncode, lacking.stdout) == (2, "")
    assert "; name must be given; nme is nothing that an account gives; did you mean name?" in lacking.stderr
    silent = user(sqlite_url, "create", APP, "a@example.com", "name=Ada", said="")
    assert "there is no password: write one as a line of the standard input" in silent.stderr
    for name in ("", "x" * 61):
        for words in (
            ("create", APP, "a@example.com", "name=Ada", "--role", name),
            ("roles", APP, "a@example.com", name),
        ):
            unnamed = user(sqlite_url, *words, said=f"{PASSWORD}\n")
            assert (unnamed.returncode, "a role has a name of 1 to 60" in unnamed.stderr) == (2, True), unnamed.stderr
    unsent = user(sqlite_url, "password", APP, "a@example.com", said="four plain\0words here\n")
    assert (unsent.returncode, "a character that nobody can sign in with" in unsent.stderr) == (2, True), unsent.stderr
    nobody = user(sqlite_url, "disable", APP, "nobody@example.com")
    assert nobody.stderr == "mainstay: there is no account nobody@example.com\n"
    none = user(sqlite_url, "disable", "tests.proofs.desk_app:app", "a@example.com")
    assert "has no accounts" in none.stderr
    behind = user(sqlite_url, "disable", "examples.recipes.app:app", "a@example.com")
    assert (behind.returncode, behind.stderr.count("\n")) == (2, 1), behind.stderr


def test_accounts_are_listed_by_address_and_role(sqlite_url: str) -> None:
    assert json.loads(user(sqlite_url, "list", APP).stdout) == []
    for name, *roles in (("bob",), ("ada", "--role", "admin")):
        user(sqlite_url, "create", APP, f"{name}@example.com", f"name={name}", *roles, said=f"{PASSWORD}\n")
    user(sqlite_url, "disable", APP, "bob@example.com")
    ada, bob = json.loads(user(sqlite_url, "list", APP).stdout)
    assert ada == {"email": "ada@example.com", "roles": ["admin"], "disabled_at": None}
    assert (bob["email"], bob["roles"], bob["disabled_at"][:2]) == ("bob@example.com", [], "20")
    assert json.loads(user(sqlite_url, "list", APP, "--role", "admin").stdout) == [ada]


def test_a_program_is_told_what_was_done(sqlite_url: str) -> None:
    def told(*words: str) -> Any:
        return json.loads(user(sqlite_url, *words, "--json").stdout)

    made = told("create", APP, "Ada@example.com", "name=Ada", "--role", "admin", "--generate")
    assert made == {"email": "ada@example.com", "roles": ["admin"], "password": made["password"]}
    assert told("roles", APP, "ada@example.com", "reader") == {"email": "ada@example.com", "roles": ["reader"]}
    assert told("disable", APP, "ada@example.com")["disabled_at"] == told("list", APP)[0]["disabled_at"]
    assert told("enable", APP, "ada@example.com") == {"email": "ada@example.com", "disabled_at": None}
    again = told("password", APP, "ada@example.com", "--generate")
    assert again == {"email": "ada@example.com", "password": again["password"]}
    assert len({made["password"], again["password"]}) == 2


def test_another_password_ends_the_sign_ins_and_the_old_one(sqlite_url: str) -> None:
    async def signed_in() -> Any:
        async with opened(sqlite_url) as desk:
            await desk.sign_up("ada")
            return await desk.sign_in("ada")

    before = asyncio.run(signed_in())
    done = user(sqlite_url, "password", APP, "ada@example.com", "--generate")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "ada@example.com has another password"), done.stderr
    new = done.stdout.splitlines()[1].removeprefix("password: ")

    async def after() -> tuple[int, int]:
        async with opened(sqlite_url) as desk:
            old = await desk.post("refresh", {"refresh_token": before["refresh_token"]})
            wrong = await desk.post("sign-in", {"email": "ada@example.com", "password": PASSWORD})
            await desk.sign_in("ada", new)
            return old.status_code, wrong.status_code

    assert asyncio.run(after()) == (401, 401)
