"""The applications that Schemathesis calls: how each is served, which rows it has first, and who calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import httpx2

from examples.orders.app import app as shop
from examples.recipes.app import application
from examples.recipes.load import PASSWORD, address, fill
from mainstay import Mainstay
from tests.apps import bank
from tests.apps.identity import TokenIdentity

SAMPLE = UUID("019a0b1c-2d3e-7f40-8152-637485960718")
"""What the document gives as an example of a key."""
SECRET = "A stove and 9 pans"
OF_FUNCTION = """
import os

from {module} import application

app = application(os.environ["MAINSTAY_DATABASE_URL"])
"""
OF_ORDERS = "from examples.orders.app import app"
OF_BANK = """
from uuid import UUID

from mainstay import Actor, Mainstay
from tests.apps import bank
from tests.apps.identity import TokenIdentity

TELLER = Actor(UUID(int=7), roles=frozenset({"teller"}), claims={"bank": "north", "limit": "5000.00"})
app = Mainstay(name="Bank", resources=bank.RESOURCES, identity=TokenIdentity({"teller": TELLER}))
"""


@dataclass(frozen=True, slots=True)
class Target:
    """An application to be called."""

    app: str
    """The text of a module with `app` in it."""
    who: Callable[[str], str]
    """What stands in Authorization, of a server at a URL."""
    fill: Callable[[str], None] = lambda database: None
    """Puts rows into its database."""


def recipes(database: str) -> None:
    """The rows of the recipes example."""
    asyncio.run(fill(application(database)))


def staff(database: str) -> None:
    """An account of the orders example's staff, and the tables before it."""

    async def made() -> None:
        served = shop.on(database)
        async with served.router.lifespan_context(served):
            assert served.accounts is not None
            await served.accounts.create(email="ada@fuzz.example.com", name="Ada", password=SECRET, roles=["staff"])

    asyncio.run(made())


def accounts(database: str) -> None:
    """A customer of the bank with two accounts; what the document gives as an example is one of them."""
    made = Mainstay(resources=bank.RESOURCES, identity=TokenIdentity({}), database=database)
    anna = bank.Customer(id=SAMPLE, bank="north", name="Anna")
    held = [
        bank.Account(id=id_, bank="north", number=f"north-{place}", owner_id=SAMPLE, balance=Decimal("5000.00"))
        for place, id_ in enumerate((SAMPLE, UUID(int=2)))
    ]

    async def filled() -> None:
        async with made.router.lifespan_context(made):
            for rows in ([anna], held):
                async with made.sessions.begin() as session:
                    session.add_all(rows)

    asyncio.run(filled())


def key_of(url: str, sign_in: dict[str, str]) -> str:
    """An API key, which no sign-out ends, with every role of its account."""
    auth = f"{url}/api/v1/auth"
    signed_in = httpx2.post(f"{auth}/sign-in", json=sign_in).json()["data"]
    headers = {"Authorization": f"Bearer {signed_in['access_token']}"}
    roles = httpx2.get(f"{auth}/me", headers=headers).json()["data"]["roles"]
    asked = {"name": "fuzz", "scopes": [f"role:{role}" for role in roles]}
    made = httpx2.post(f"{auth}/api-keys", json=asked, headers=headers)
    return f"Bearer {made.json()['data']['key']}"


def admin(url: str) -> str:
    """The admin of the recipes example."""
    return key_of(url, {"email": address("admin"), "password": PASSWORD})


def keeper(url: str) -> str:
    """Somebody who has just signed up."""
    given = {"email": "ada@fuzz.example.com", "password": SECRET}
    httpx2.post(f"{url}/api/v1/auth/sign-up", json={**given, "name": "Ada"}).raise_for_status()
    return key_of(url, given)


def of_staff(url: str) -> str:
    """Whoever sends what was ordered."""
    return key_of(url, {"email": "ada@fuzz.example.com", "password": SECRET})


def writer(url: str) -> str:
    """Somebody who has just signed up, to somebody else's letter."""
    given = {"username": "ada", "email": "ada@fuzz.example.com", "password": SECRET}
    made = httpx2.post(f"{url}/api/users", json={"user": given})
    return f"Token {made.json()['user']['token']}"


TARGETS: dict[str, Target] = {
    "recipes": Target(OF_FUNCTION.format(module="examples.recipes.app"), admin, recipes),
    "orders": Target(OF_ORDERS, of_staff, staff),
    "publishing": Target(OF_FUNCTION.format(module="tests.apps.publishing.application"), writer),
    "bank": Target(OF_BANK, lambda url: "Bearer teller", accounts),
    "notes": Target(OF_FUNCTION.format(module="tests.accounts.app"), keeper),
}
