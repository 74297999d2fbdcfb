"""The application: `mainstay serve examples.orders.app:app`."""

from __future__ import annotations

from pathlib import Path

from examples.orders.models import User
from examples.orders.resources import RESOURCES
from mainstay import Mainstay, Settings


class OrdersSettings(Settings):
    """Settings of Mainstay, with a file and migrations of this example's own where nothing else is set."""

    database_url: str = "sqlite:///orders.db"
    migrations: Path = Path(__file__).parent / "migrations"
    password_mixed: bool = True


app = Mainstay(
    name="Orders",
    description="People order things.",
    resources=RESOURCES,
    account=User,
    settings=OrdersSettings(),
)
