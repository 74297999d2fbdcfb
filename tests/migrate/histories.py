"""Applications with histories of migrations that are committed, and rows of each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from examples.orders import models
from examples.recipes.app import application
from examples.recipes.load import fill
from mainstay.backing import open as backing
from mainstay.migrate.history import HISTORY
from mainstay.migrate.version import TABLE
from tests.apps import bank
from tests.apps.publishing import application as publishing
from tests.migrate.house import NAMES, House

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class History:
    """An application with its migrations."""

    folder: Path
    app: str
    """The source of its application, on `{url!r}`."""
    fill: Callable[[str], None]
    """Puts rows into a database that has every migration."""
    table: str
    count: int
    """A table, and how many rows it then has."""
    alone: bool = True
    """Whether its models are apart from those of other applications in the same process."""

    def house(self, folder: Path, url: str) -> House:
        """The project in a folder, on a database."""
        house = House(folder, url)
        house.migrations = self.folder
        module = next(NAMES)
        (folder / f"{module}.py").write_text(self.app.format(url=url))
        house.target = f"{module}:app"
        return house


def recipes(url: str) -> None:
    """The 383 recipes."""
    assert asyncio.run(fill(application(url)))


def articles(url: str) -> None:
    """Two users, one of whom has written something."""
    ann, ben = (
        publishing.User(id=UUID(int=n), username=name, email=f"{name}@example.org", password="-", bio=None, image=None)
        for n, name in ((1, "ann"), (2, "ben"))
    )
    article = publishing.Article(
        id=UUID(int=3), slug="dragons", title="Dragons", description="How to", body="Gently.", author_id=ann.id
    )
    tag = publishing.Tag(id=UUID(int=4), name="training")
    add(
        url,
        [ann, ben],
        [article, tag, publishing.Follow(follower_id=ben.id, author_id=ann.id)],
        [
            publishing.ArticleTag(article_id=article.id, tag_id=tag.id),
            publishing.Favorite(user_id=ben.id, article_id=article.id),
            publishing.Comment(body="Well said.", article_id=article.id, author_id=ben.id),
        ],
    )


def transfers(url: str) -> None:
    """Two customers of a bank, and money that went from one to the other."""
    customers = [bank.Customer(id=UUID(int=n), bank="north", name=name) for n, name in ((1, "anna"), (2, "ben"))]
    accounts = [
        bank.Account(id=UUID(int=10 + n), bank="north", number=f"N-{n:04}", owner_id=UUID(int=n), balance=Decimal(100))
        for n in (1, 2)
    ]
    amounts = [
        bank.Transfer(
            bank="north",
            payer_id=accounts[0].id,
            payee_id=accounts[1].id,
            payee_number="N-0002",
            amount=Decimal(cents) / 100,
            made_by=customers[0].id,
        )
        for cents in (1, 250, 99_99)
    ]
    add(url, customers, accounts, amounts)


def orders(url: str) -> None:
    """Somebody's order of two things."""
    user = models.User(id=UUID(int=1), email="ann@example.org", name="Ann O'Brien")
    things = [models.Product(sku=sku, name=sku, price=Decimal("29.99")) for sku in ("123", "124")]
    order = models.Order(id=UUID(int=2), user_id=user.id, total_amount=Decimal("59.98"))
    add(
        url,
        [user, *things],
        [order],
        [models.OrderItem(order_id=order.id, product_id=one.sku, quantity=1) for one in things],
    )


def add(url: str, *groups: list[Any]) -> None:
    """Puts rows into a database, group by group."""

    async def work() -> None:
        database = backing.database(url)
        await database.open()
        sessions = backing.sessions(url, database)
        async with sessions.begin() as session:
            for group in groups:
                session.add_all(group)
                await session.flush()
        await sessions.close()
        await database.close()

    asyncio.run(work())


BANK = """
from mainstay import Mainstay, Settings
from tests.apps import bank

app = Mainstay(resources=bank.RESOURCES, settings=Settings(log="off"), database={url!r})
"""
HISTORIES = {
    "recipes": History(
        ROOT / "examples" / "recipes" / "migrations",
        "from examples.recipes.app import application\n\napp = application({url!r})\n",
        recipes,
        "recipes",
        383,
        alone=False,
    ),
    "orders": History(
        ROOT / "examples" / "orders" / "migrations",
        "from examples.orders.app import app as declared\n\napp = declared.on({url!r})\n",
        orders,
        "order_items",
        2,
    ),
    "publishing": History(
        ROOT / "tests" / "apps" / "publishing" / "migrations",
        "from tests.apps.publishing.application import application\n\napp = application({url!r})\n",
        articles,
        "articles",
        1,
    ),
    "bank": History(ROOT / "tests" / "apps" / "bank" / "migrations", BANK, transfers, "transfers", 3),
}


def rows(house: House, columns: dict[str, list[str]]) -> dict[str, list[Any]]:
    """Every value of these columns, table by table."""
    return {
        table: sorted(map(repr, house.rows(f"SELECT {', '.join(names)} FROM {table}")))
        for table, names in columns.items()
    }


def columns(connection: sa.Connection) -> dict[str, list[str]]:
    """The columns of the tables that hold what people wrote."""
    found = sa.inspect(connection)
    return {
        table: [column["name"] for column in found.get_columns(table) if not column["name"].startswith("search_")]
        for table in found.get_table_names()
        if table not in {TABLE, HISTORY} and "_search_" not in table
    }
