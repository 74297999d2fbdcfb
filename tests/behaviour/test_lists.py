"""Rows that are written with a row whose write has rules and a way of its own."""

from __future__ import annotations

from typing import Any

from mainstay import Resource
from mainstay.declare import rule, signed_in
from mainstay.errors import Refused
from tests.apps import meals
from tests.apps.meals import Dinner, Host
from tests.behaviour.conftest import serving
from tests.engine.test_owned_rows import ANN


class Dinners(Resource[Dinner]):
    """Meals that have a rule, and a hook that changes nothing but the title."""

    name = "dinners"
    writable = meals.Meals.writable
    filters = meals.Meals.filters
    read = create = update = delete = signed_in

    @rule
    def not_shouted(self, call: Any, row: Dinner | None, changes: dict[str, Any]) -> None:
        """A title has small letters too."""
        if changes.get("title", "").isupper():
            raise Refused("SHOUTED", "write it in small letters", "title")

    async def on_update(self, call: Any, row: Dinner, changes: dict[str, Any]) -> Dinner:
        """As it is, with a mark."""
        return await super().on_update(call, row, {**changes, "title": "changed"})


RESOURCES: list[type[Resource[Any]]] = [one for one in meals.RESOURCES if one is not meals.Meals] + [Dinners]


async def test_lists_are_written_through_rules_and_hooks_and_mistakes_keep_their_paths(database_url: str) -> None:
    async with serving(database_url, RESOURCES, {"ann": ANN}) as calling:
        async with calling.app.sessions.begin() as session:
            session.add(Host(id=ANN.id, name="ann"))
        body: dict[str, Any] = {"title": "t", "ingredients": [{"name": "a"}, {"name": "b"}], "words": ["quick"]}
        status, made = await calling("POST", "/dinners", "ann", body)
        assert status == 201
        _, (a, b) = await calling("GET", "/ingredients", "ann")
        change = {"ingredients": [{"id": a["id"], "amount": 2}, {"id": b["id"], "amount": 13}]}
        status, told = await calling("PATCH", f"/dinners/{made['id']}", "ann", change)
        assert (status, told["details"][0]["field"]) == (422, "ingredients[1]")
        status, told = await calling("PATCH", f"/dinners/{made['id']}", "ann", {**change, "title": "LOUD"})
        assert (status, told["code"]) == (422, "SHOUTED")
        change["ingredients"][1]["amount"] = 3
        status, told = await calling("PATCH", f"/dinners/{made['id']}", "ann", change)
        assert (status, told["title"]) == (200, "changed")
        _, rows = await calling("GET", "/ingredients", "ann")
        assert [row["amount"] for row in rows] == [2, 3]
