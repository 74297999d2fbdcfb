"""The version of an interface stands in its paths."""

from __future__ import annotations

import pytest

from mainstay import Mainstay, Settings
from tests.app.kitchen import Dishes, Tokens, client


@pytest.mark.requirement("A1.26")
async def test_the_version_is_the_beginning_of_every_path_and_of_what_is_answered(sqlite_url: str) -> None:
    given = {"resources": [Dishes], "identity": Tokens(), "database": sqlite_url, "settings": Settings(log="off")}
    first, second = Mainstay(**given), Mainstay(prefix="/api/v2", **given)
    for app, version, other in ((first, "/api/v1", "/api/v2"), (second, "/api/v2", "/api/v1")):
        assert all(operation.path.startswith(f"{version}/") for operation in app.application.operations)
        assert all(path.startswith(f"{version}/") for path in app.openapi()["paths"])
        async with app.router.lifespan_context(app), client(app) as calling:
            made = await calling.post(
                f"{version}/dishes",
                json={"slug": version[-2:], "title": "Soup", "served": True},
                headers={"Authorization": "Bearer anna"},
            )
            assert made.headers["location"] == f"{version}/dishes/{version[-2:]}"
            assert (await calling.get(made.headers["location"])).status_code == 200
            assert (await calling.get(f"{other}/dishes")).status_code == 404
