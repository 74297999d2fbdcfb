"""The application: `mainstay serve examples.recipes.app:app`."""

from __future__ import annotations

from pathlib import Path

from examples.recipes.models import Person
from examples.recipes.resources import Comments, Likes, People, Ratings, Recipes, Tags
from mainstay import Actions, Mainstay, Settings


class RecipesSettings(Settings):
    """Settings of Mainstay, with a file and migrations of this example's own where nothing else is set."""

    database_url: str = "sqlite:///recipes.db"
    migrations: Path = Path(__file__).parent / "migrations"


RESOURCES: list[type[Actions]] = [People, Tags, Recipes, Comments, Ratings, Likes]


def application(database: str | None = None) -> Mainstay:
    """The application, on the database that the settings name or on another one."""
    return Mainstay(
        name="Recipes",
        description="People share recipes and say what they think of those of others.",
        resources=RESOURCES,
        account=Person,
        settings=RecipesSettings(),
        database=database,
    )


app = application()
