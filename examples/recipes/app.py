"""The application: `mainstay serve examples.recipes.app:app`."""

from __future__ import annotations

from examples.recipes.identity import DemonstrationIdentity
from examples.recipes.resources import Comments, Likes, People, Ratings, Recipes, RecipeTags, Tags
from mainstay import Mainstay, Settings


class RecipesSettings(Settings):
    """Settings of Mainstay, with a file of this example's own where MAINSTAY_DATABASE_URL says nothing."""

    database_url: str = "sqlite:///recipes.db"


def application(database: str | None = None) -> Mainstay:
    """The application, on the database that the settings name or on another one."""
    return Mainstay(
        name="Recipes",
        description="People share recipes and say what they think of those of others.",
        resources=[People, Tags, Recipes, RecipeTags, Comments, Ratings, Likes],
        identity=DemonstrationIdentity(),
        settings=RecipesSettings(),
        database=database,
    )


app = application()
