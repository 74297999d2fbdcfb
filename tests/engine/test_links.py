"""Links of a row, written as a list of values; references of rows among themselves."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from mainstay.actor import NOBODY, Actor
from tests.engine.test_owned_rows import ANN, BEN, EDITOR, meal, people, told
from tests.engine.world import World


async def words(there: World, key: str) -> list[str]:
    """The words of a meal."""
    slugs = {row["id"]: row["slug"] for row in await there.rows("meal_words")}
    return sorted(slugs[row["word_id"]] for row in await there.rows("meal_meal_words") if str(row["meal_id"]) == key)


async def guests(there: World, key: str) -> list[str]:
    """The names of the guests of a meal."""
    names = {row["id"]: row["name"] for row in await there.rows("meal_hosts")}
    return sorted(names[row["host_id"]] for row in await there.rows("meal_guests") if str(row["meal_id"]) == key)


async def test_links_are_set_by_values_and_missing_ones_are_made_where_that_is_declared(cooking: World) -> None:
    await people(cooking)
    await cooking.insert("meal_words", {"id": uuid.UUID(int=41), "slug": "vegan"})
    key = await meal(cooking, words=["vegan", "quick"], guest_names=["ben"])
    assert (await words(cooking, key), await guests(cooking, key)) == (["quick", "vegan"], ["ben"])
    assert len(await cooking.rows("meal_words")) == 2
    other = await meal(cooking, words=["quick"])
    assert await words(cooking, other) == ["quick"]
    assert len(await cooking.rows("meal_words")) == 2
    answer = await cooking.call("meals.update", key, by=ANN, body={"words": ["quick", "cheap"]})
    assert (answer.status, answer.version) == (200, "2")
    assert await words(cooking, key) == ["cheap", "quick"]
    await cooking.call("meals.update", key, by=ANN, body={"title": "t"})
    assert await words(cooking, key) == ["cheap", "quick"]
    body = {"title": "t", "ingredients": [], "courses": [], "words": [], "guest_names": []}
    assert await cooking.told("meals.replace", key, by=ANN, body=body) == 200
    assert (await words(cooking, key), await guests(cooking, key)) == ([], [])
    assert await words(cooking, other) == ["quick"]
    found = await cooking.data("meals.list", by=ANN, ask={"words.slug": "quick"})
    assert [row["id"] for row in found] == [other]


async def test_how_many_links_are_written_does_not_change_how_many_statements_run(cooking: World) -> None:
    await people(cooking)
    counts = []
    for many in (1, 3, 50):
        key = await meal(cooking, words=[f"a{many}-{number}" for number in range(many)])
        made = cooking.last.statements
        assert made <= cooking.application.operation("meals.create").statements
        fresh = [f"b{many}-{number}" for number in range(many)]
        await cooking.call("meals.update", key, by=ANN, body={"words": fresh})
        counts.append((made, cooking.last.statements))
        assert await words(cooking, key) == sorted(fresh)
    assert len(set(counts)) == 1, counts


async def test_a_value_that_nothing_has_is_told_with_its_place(cooking: World) -> None:
    await people(cooking)
    error = await cooking.refused("meals.create", by=ANN, body={"title": "t", "guest_names": ["ben", "eve", "joe"]})
    assert (error.status, error.code) == (422, "REFERENCE_NOT_FOUND")
    assert told(error) == [("guest_names[1]", "not_found"), ("guest_names[2]", "not_found")]
    assert await cooking.rows("meal_meals") == []


async def test_a_row_that_may_not_be_read_is_not_linked_and_links_to_it_stay(cooking: World) -> None:
    await people(cooking)
    await cooking.insert("meal_words", {"id": uuid.UUID(int=41), "slug": "rude", "banned": True})
    error = await cooking.refused("meals.create", by=ANN, body={"title": "t", "words": ["fine", "rude"]})
    assert (error.status, told(error)) == (409, [("words[1]", "duplicate")])
    assert [row["slug"] for row in await cooking.rows("meal_words")] == ["rude"]
    key = await meal(cooking, words=["fine", "rude"], by=EDITOR)
    assert await cooking.told("meals.update", key, by=ANN, body={"words": ["good"]}) == 200
    assert await words(cooking, key) == ["good", "rude"]
    assert await cooking.told("meals.update", key, by=EDITOR, body={"words": ["good"]}) == 200
    assert await words(cooking, key) == ["good"]


async def test_a_row_that_is_made_for_a_value_is_made_under_its_own_policy(cooking: World) -> None:
    await people(cooking)
    await cooking.insert("meal_words", {"id": uuid.UUID(int=41), "slug": "fine"})
    muted = Actor(ANN.id, frozenset({"muted"}))
    error = await cooking.refused("meals.create", by=muted, body={"title": "t", "words": ["fine", "new"]})
    assert (error.status, told(error)) == (403, [("words[1]", "forbidden")])
    assert (len(await cooking.rows("meal_words")), await cooking.rows("meal_meals")) == (1, [])
    assert await cooking.told("meals.create", by=muted, body={"title": "t", "words": ["fine"]}) == 201
    assert await cooking.told("meals.create", by=NOBODY, body={"title": "t", "words": ["fine"]}) == 401


async def test_whoever_may_not_make_a_row_for_a_value_is_not_told_that_there_is_one(cooking: World) -> None:
    await people(cooking)
    await cooking.insert("meal_words", {"id": uuid.UUID(int=41), "slug": "rude", "banned": True})
    muted = Actor(ANN.id, frozenset({"muted"}))
    for words_ in (["rude"], ["new"], ["rude", "new"], ["new", "rude"]):
        for refused in (muted, NOBODY):
            body = {"title": "t", "words": words_, "guest_names": ["ann"]}
            error = await cooking.refused("meals.create", by=refused, body=body)
            expected = [(f"words[{place}]", "forbidden") for place in range(len(words_))] if refused is muted else []
            assert (error.status, told(error)) == (403 if refused is muted else 401, expected)


async def test_a_link_that_may_not_be_read_is_not_told_by_adding_it(cooking: World) -> None:
    await people(cooking)
    key = await meal(cooking, guest_names=["ben"], public=True)
    stranger = Actor(uuid.UUID(int=9), frozenset({"editor"}))
    for name in ("ben", "ann"):
        error = await cooking.refused("meals.update", key, by=stranger, body={"guest_names": [name]})
        assert (error.status, told(error)) == (403, [("guest_names[0]", "forbidden")])
    assert await guests(cooking, key) == ["ben"]


async def test_links_that_are_exposed_are_made_and_deleted_under_their_own_policies(cooking: World) -> None:
    await people(cooking)
    error = await cooking.refused("meals.create", by=ANN, body={"title": "t", "guest_names": ["ben", "ann"]})
    assert (error.status, told(error)) == (403, [("guest_names[1]", "forbidden")])
    key = await meal(cooking, guest_names=["ben"], public=True)
    await cooking.run("UPDATE meal_guests SET fixed = " + ("1" if cooking.database.name == "sqlite" else "true"))
    error = await cooking.refused("meals.update", key, by=ANN, body={"title": "new", "guest_names": []})
    assert (error.status, told(error)) == (403, [("guest_names", "forbidden")])
    assert [row["title"] for row in await cooking.rows("meal_meals")] == ["Supper"]
    stranger = Actor(uuid.UUID(int=9), frozenset({"editor"}))
    assert await cooking.told("meals.update", key, by=stranger, body={"guest_names": []}) == 200
    assert await guests(cooking, key) == ["ben"]
    assert await cooking.told("meals.update", key, by=ANN, body={"guest_names": ["ben"]}) == 200


async def test_writers_who_make_the_same_rows_at_once_all_succeed(cooking: World) -> None:
    await people(cooking)
    for turn in range(3):
        slugs = [f"t{turn}-{number}" for number in range(8)]
        bodies = [{"title": "t", "words": slugs if number % 2 else slugs[::-1]} for number in range(24)]
        told_ = await asyncio.gather(*[cooking.told("meals.create", by=ANN, body=body) for body in bodies])
        assert told_ == [201] * 24
    assert len(await cooking.rows("meal_words")) == 24
    assert len(await cooking.rows("meal_meal_words")) == 3 * 24 * 8


async def test_writers_of_one_row_come_one_after_the_other(cooking: World) -> None:
    await people(cooking)
    key = await meal(cooking)
    lists: list[list[str]] = [["a", "b"], ["c"], ["a", "d", "e"]]
    told_ = await asyncio.gather(
        *[
            cooking.told(
                "meals.update", key, by=ANN, body={"words": lists[number % 3], "ingredients": [{"name": f"n{number}"}]}
            )
            for number in range(18)
        ]
    )
    assert told_ == [200] * 18
    assert await words(cooking, key) in [sorted(one) for one in lists]
    places = [row["place"] for row in await cooking.rows("meal_ingredients")]
    assert sorted(places) == list(range(18))


async def test_no_row_becomes_its_own_ancestor(cooking: World) -> None:
    await people(cooking)
    first = await meal(cooking)
    second = await meal(cooking, variant_of_id=first)
    third = await meal(cooking, variant_of_id=second)

    async def refused(key: str, ancestor: str) -> None:
        error = await cooking.refused("meals.update", key, by=ANN, body={"variant_of_id": ancestor, "title": "x"})
        assert (error.status, error.code, told(error)) == (422, "RULE_BROKEN", [("variant_of_id", "circle")])

    before = await cooking.rows("meal_meals")
    await refused(first, first)
    await refused(first, second)
    await refused(first, third)
    assert await cooking.rows("meal_meals") == before
    body = {"title": "t", "ingredients": [], "courses": [], "words": [], "guest_names": [], "variant_of_id": third}
    assert (await cooking.refused("meals.replace", first, by=ANN, body=body)).code == "RULE_BROKEN"
    assert cooking.last.statements <= cooking.application.operation("meals.replace").statements
    assert await cooking.told("meals.update", third, by=ANN, body={"variant_of_id": first}) == 200
    assert await cooking.told("meals.update", second, by=ANN, body={"variant_of_id": third}) == 200
    assert await cooking.told("meals.update", second, by=ANN, body={"variant_of_id": None}) == 200


async def test_two_changes_at_once_close_no_circle(cooking: World) -> None:
    await people(cooking)
    for _ in range(6):
        one, other = await meal(cooking), await meal(cooking)
        told_ = await asyncio.gather(
            cooking.told("meals.update", one, by=ANN, body={"variant_of_id": other}),
            cooking.told("meals.update", other, by=ANN, body={"variant_of_id": one}),
        )
        assert sorted(told_) == [200, 422]


async def test_somebody_elses_row_is_not_linked_by_who_may_not_change_it(cooking: World) -> None:
    await people(cooking)
    key = await meal(cooking, public=True)
    change: dict[str, Any] = {"words": ["fine"], "ingredients": [{"name": "x"}]}
    assert await cooking.told("meals.update", key, by=BEN, body=change) == 403
    assert (await words(cooking, key), await cooking.rows("meal_words")) == ([], [])
