"""Accounts without any resource, whose keys are numbers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from annotated_types import Len
from sqlalchemy import MetaData
from sqlalchemy.orm import Mapped

from mainstay import Account, Mainstay, Model, Settings, field
from mainstay.compiler import DeclarationErrors
from mainstay.declare.model import NAMES
from tests.accounts.app import Memos
from tests.accounts.desk import PASSWORD, Desk
from tests.app.kitchen import client


class Base(Model):
    """Tables apart from those of other applications in the same process."""

    __abstract__ = True
    metadata = MetaData(naming_convention=NAMES)


class Member(Base, Account):
    """Somebody with an account."""

    id: Mapped[int] = field(primary_key=True)  # type: ignore[assignment]
    name: Mapped[Annotated[str, Len(1, 40)]]


Member.sign_up = (Member.name,)
SETTINGS = Settings(log="off", sign_in_limit=None, address_limit=None, secret_key="k" * 32, signing_key="s" * 40)  # type: ignore[arg-type]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """An application of accounts alone."""
    app = Mainstay(account=Member, database=database_url, settings=SETTINGS)
    async with app.router.lifespan_context(app), client(app) as calling:
        yield Desk(app, calling)


async def test_accounts_need_no_resource(desk: Desk) -> None:
    made = await desk.sign_up("ada")
    assert made == {"id": 1, "email": "ada@example.com", "roles": []}
    again = {"email": "ada@example.com", "password": PASSWORD, "name": "Ada"}
    assert (await desk.post("sign-up", again)).status_code == 409
    tokens = await desk.sign_in("ada")
    assert (await desk.get("auth/me", by=tokens["access_token"])).json()["data"] == made
    renewed = (await desk.post("refresh", {"refresh_token": tokens["refresh_token"]})).json()["data"]["access_token"]
    key = (await desk.post("api-keys", {"name": "a"}, by=renewed)).json()["data"]["key"]
    assert (await desk.get("auth/me", by=key)).json()["data"] == made
    assert (await desk.post("sign-out", {"everywhere": True}, by=renewed)).status_code == 204
    assert (await desk.get("auth/me", by=renewed)).status_code == 401


def test_accounts_beside_resources_of_another_base_are_refused(sqlite_url: str) -> None:
    with pytest.raises(DeclarationErrors, match="the table memos stands in other metadata"):
        Mainstay(account=Member, resources=[Memos], database=sqlite_url, settings=SETTINGS)
