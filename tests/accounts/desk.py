"""What tests do with accounts, over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from mainstay import Mainstay
from mainstay.backing.databases.database import Command, Script
from mainstay.identity import Credentials
from tests.accounts.app import application
from tests.app.kitchen import client

PASSWORD = "four plain words here"


@dataclass
class Desk:
    """An application that serves, and a client of it."""

    app: Mainstay
    calling: httpx2.AsyncClient

    async def post(self, path: str, body: Any, by: str | None = None) -> httpx2.Response:
        """The answer to a POST below `/api/v1/auth`."""
        return await self.calling.post(f"/api/v1/auth/{path}", json=body, headers=bearer(by))

    async def get(self, path: str, by: str | None = None) -> httpx2.Response:
        """The answer to a GET below `/api/v1`."""
        return await self.calling.get(f"/api/v1/{path}", headers=bearer(by))

    async def run(self, text: str) -> None:
        """Runs a statement past every operation, as an operator would."""

        def script() -> Script[None]:
            yield Command(text)

        await self.app.database.write(script)

    async def give(self, name: str, roles: list[str]) -> None:
        """Gives an account these roles and no others, as an operator would."""
        await self.run(f"UPDATE keepers SET roles = '{json.dumps(roles)}' WHERE email = '{name}@example.com'")
        assert self.app.accounts is not None
        self.app.accounts.identity.forget()  # the row was changed behind the application's back

    async def believed(self, credentials: Credentials, ask: Callable[[], Awaitable[httpx2.Response]]) -> None:
        """Lets credentials be believed without asking the database, as they are when no account has changed lately.

        A change that was made just now is told to every process on PostgreSQL, this one among them, and heard soon.
        """
        assert self.app.accounts is not None
        identity = self.app.accounts.identity
        if self.app.database.name == "postgresql":
            await asyncio.sleep(0.2)
        for _ in range(50):
            identity.unsettled_until = 0.0
            assert (await ask()).status_code == 200
            if credentials in identity.known:
                return
            await asyncio.sleep(0.05)
        raise AssertionError("the credentials are not believed")

    async def sign_up(self, name: str, **more: Any) -> Any:
        """A new account, as it is answered."""
        body = {"email": f"{name}@example.com", "password": PASSWORD, "name": name.title(), **more}
        answer = await self.post("sign-up", body)
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]

    async def sign_in(self, name: str, password: str = PASSWORD) -> Any:
        """The tokens of a sign-in."""
        answer = await self.post("sign-in", {"email": f"{name}@example.com", "password": password})
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    async def token(self, name: str) -> str:
        """An access token of a new account."""
        await self.sign_up(name)
        token: str = (await self.sign_in(name))["access_token"]
        return token


def bearer(token: str | None) -> dict[str, str]:
    """The header with a token."""
    return {} if token is None else {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def opened(database: str, **settings: Any) -> AsyncIterator[Desk]:
    """The application, served in this process."""
    app = application(database, **settings)
    async with app.router.lifespan_context(app), client(app) as calling:
        yield Desk(app, calling)
