"""Rows that are written with the row that they belong to."""

from __future__ import annotations

import uuid
from typing import Any

from mainstay.actor import NOBODY, Actor
from mainstay.errors import MainstayError
from tests.engine.world import World

ANN, BEN = (Actor(uuid.UUID(int=number)) for number in (1, 2))
EDITOR = Actor(ANN.id, frozenset({"editor"}))
BUYER = Actor(ANN.id, frozenset({"buyer"}))
FOOD, HIDDEN = uuid.UUID(int=31), uuid.UUID(int=32)


async def people(there: World) -> None:
    """Two cooks and two sorts of food, one of which only growers know of."""
    await there.insert("meal_hosts", {"id": ANN.id, "name": "ann"}, {"id": BEN.id, "name": "ben"})
    await there.insert("meal_foods", {"id": FOOD, "name": "rice"}, {"id": HIDDEN, "name": "truffle", "public": False})


async def meal(there: World, *ingredients: Any, by: Actor = ANN, **more: Any) -> str:
    """The key of a new meal."""
    body = {"title": "Supper", "ingredients": list(ingredients), **more}
    key = (await there.call("meals.create", by=by, body=body)).key
    assert key is not None
    return key[0]


async def listed(there: World, by: Actor = ANN) -> list[dict[str, Any]]:
    """The ingredients that somebody may read, in order."""
    data: list[dict[str, Any]] = await there.data("ingredients.list", by=by, ask={"limit": 100})
    return data


async def names(there: World) -> list[str]:
    """The names of Ann's ingredients in order."""
    return [row["name"] for row in await listed(there)]


def wholes(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Ingredients as they are sent back to replace them."""
    return [{"id": row["id"], "name": row["name"], "amount": row["amount"], "swaps": []} for row in rows]


def told(error: MainstayError) -> list[tuple[str, str]]:
    """What an error says of which place."""
    return [(detail.field, detail.code) for detail in error.details]


async def test_a_row_is_made_with_the_rows_that_it_owns_in_order(cooking: World) -> None:
    await people(cooking)
    body = {
        "title": "Supper",
        "ingredients": [
            {"name": "rice", "amount": 2, "food_id": str(FOOD)},
            {"name": "peas", "swaps": [{"name": "beans"}, {"name": "corn"}]},
            {"name": "salt", "origin": "Halle", "swaps": [{"name": "soy sauce"}]},
        ],
    }
    answer = await cooking.call("meals.create", by=ANN, body=body)
    assert (answer.status, answer.version) == (201, "1")
    assert cooking.last.statements <= cooking.application.operation("meals.create").statements
    assert [(row["name"], row["amount"], row["origin"]) for row in await listed(cooking)] == [
        ("rice", 2, None),
        ("peas", 1, None),
        ("salt", 1, "Halle"),
    ]
    ids = {row["name"]: row["id"] for row in await listed(cooking)}
    swaps = await cooking.data("swaps.list")
    assert [(row["ingredient_id"], row["name"]) for row in swaps] == [
        (ids["peas"], "beans"),
        (ids["peas"], "corn"),
        (ids["salt"], "soy sauce"),
    ]


async def test_how_many_rows_are_written_does_not_change_how_many_statements_run(cooking: World) -> None:
    await people(cooking)
    counts = []
    for many in (1, 2, 20):
        lines = [{"name": f"n{number}", "food_id": str(FOOD), "swaps": [{"name": "x"}] * 3} for number in range(many)]
        key = await meal(cooking, *lines, courses=[{"number": n + 1, "name": "c"} for n in range(many)])
        made = cooking.last.statements
        rows = [row for row in await listed(cooking) if row["meal_id"] == key]
        changed = [{**row, "amount": 7} for row in wholes(rows)]
        body = {"title": "t", "ingredients": changed, "courses": [], "words": [], "guest_names": []}
        assert await cooking.told("meals.replace", key, by=ANN, body=body) == 200
        counts.append((made, cooking.last.statements))
        assert cooking.last.statements <= cooking.application.operation("meals.replace").statements
    assert len(set(counts)) == 1, counts


async def test_put_replaces_the_list_and_keeps_the_rows_that_it_names(cooking: World) -> None:
    await people(cooking)
    key = await meal(cooking, {"name": "a"}, {"name": "b", "amount": 5}, {"name": "c"})
    a, b, c = await listed(cooking)
    lines = [{"id": c["id"], "name": "c2", "swaps": []}, {"name": "new"}, {"id": b["id"], "name": "b", "swaps": []}]
    body = {"title": "Supper", "ingredients": lines, "courses": [], "words": [], "guest_names": []}
    answer = await cooking.call("meals.replace", key, by=ANN, body=body)
    assert (answer.status, answer.version) == (200, "2")
    rows = await listed(cooking)
    assert [(row["name"], row["amount"]) for row in rows] == [("c2", 1), ("new", 1), ("b", 1)]
    assert (rows[0]["id"], rows[2]["id"]) == (c["id"], b["id"])
    assert a["id"] not in {row["id"] for row in rows}
    missing = await cooking.refused("meals.replace", key, by=ANN, body={"title": "Supper"})
    assert [field for field, code in told(missing) if code == "required"] == [
        "ingredients",
        "courses",
        "words",
        "guest_names",
    ]


async def test_patch_merges_by_key_and_leaves_what_is_not_mentioned(cooking: World) -> None:
    await people(cooking)
    key = await meal(cooking, {"name": "a"}, {"name": "b", "amount": 5}, {"name": "c"})
    a, b, c = await listed(cooking)
    lines = [{"name": "d"}, {"id": b["id"], "amount": 6}, {"id": a["id"], "_delete": True}]
    answer = await cooking.call("meals.update", key, by=ANN, body={"ingredients": lines})
    assert (answer.status, answer.version) == (200, "2")
    assert [(row["name"], row["amount"]) for row in await listed(cooking)] == [("b", 6), ("c", 1), ("d", 1)]
    (row,) = [row for row in await listed(cooking) if row["name"] == "c"]
    assert row == c
    before = await listed(cooking)
    await cooking.call("meals.update", key, by=ANN, body={"title": "Dinner"})
    await cooking.call("meals.update", key, by=ANN, body={"ingredients": []})
    assert await listed(cooking) == before


async def test_rows_inside_owned_rows_follow_the_same_rules(cooking: World) -> None:
    await people(cooking)
    key = await meal(cooking, {"name": "a", "swaps": [{"name": "x"}, {"name": "y"}]}, {"name": "b"})
    a, b = await listed(cooking)
    x, _ = await cooking.data("swaps.list")
    lines = [
        {"id": a["id"], "swaps": [{"number": x["number"], "name": "x2"}, {"name": "z"}]},
        {"id": b["id"], "swaps": [{"name": "w"}]},
    ]
    await cooking.call("meals.update", key, by=ANN, body={"ingredients": lines})
    rows = await cooking.data("swaps.list")
    assert [(row["name"], row["ingredient_id"] == a["id"]) for row in rows] == [
        ("x2", True),
        ("y", True),
        ("z", True),
        ("w", False),
    ]
    error = await cooking.refused(
        "meals.update", key, by=ANN, body={"ingredients": [{"id": b["id"], "swaps": [{"number": x["number"]}]}]}
    )
    assert (error.status, told(error)) == (422, [("ingredients[0].swaps[0].number", "not_found")])
    await cooking.call(
        "ingredients.update", a["id"], by=ANN, body={"swaps": [{"number": x["number"], "_delete": True}]}
    )
    assert [row["name"] for row in await cooking.data("swaps.list")] == ["y", "z", "w"]


async def test_rows_of_their_own_kind_are_written_as_deep_as_is_declared(cooking: World) -> None:
    await people(cooking)
    deepest = {"number": 1, "name": "leaf"}
    tree = [{"number": 1, "name": "root", "parts": [{"number": 2, "name": "branch", "parts": [deepest]}]}]
    key = await meal(cooking, courses=tree)
    rows = {row["name"]: row for row in await cooking.data("courses.list")}
    assert rows["branch"]["within_id"] == rows["root"]["id"]
    assert rows["leaf"]["within_id"] == rows["branch"]["id"]
    assert (rows["root"]["meal_id"], rows["leaf"]["meal_id"]) == (key, None)
    deeper = {**deepest, "parts": [deepest]}
    tree = [{"number": 2, "name": "root", "parts": [{"number": 2, "name": "branch", "parts": [deeper]}]}]
    error = await cooking.refused("meals.create", by=ANN, body={"title": "t", "courses": tree})
    assert [field for field, _ in told(error)] == ["courses[0].parts[0].parts[0].parts"]


async def test_a_row_that_callers_name_is_found_by_that_name_or_made(cooking: World) -> None:
    await people(cooking)
    key = await meal(cooking, courses=[{"number": 1, "name": "soup", "kind": "hot"}, {"number": 2, "name": "cake"}])
    lines = [{"number": 2, "name": "pie"}, {"number": 3, "name": "tea", "kind": "hot"}]
    await cooking.call("meals.update", key, by=ANN, body={"courses": lines})
    rows = await cooking.data("courses.list", ask={"sort": "number"})
    assert [(row["number"], row["name"], row["kind"]) for row in rows] == [
        (1, "soup", "hot"),
        (2, "pie", None),
        (3, "tea", "hot"),
    ]
    error = await cooking.refused("meals.update", key, by=ANN, body={"courses": [{"number": 9}]})
    assert (error.status, told(error)) == (400, [("courses[0].name", "required")])
    error = await cooking.refused("meals.update", key, by=ANN, body={"courses": [{"number": 1, "kind": "cold"}]})
    assert (error.status, told(error)) == (400, [("courses[0].kind", "not_writable")])
    error = await cooking.refused("meals.update", key, by=ANN, body={"courses": [{"number": 9, "_delete": True}]})
    assert (error.status, told(error)) == (422, [("courses[0].number", "not_found")])


async def test_every_mistake_of_a_body_is_told_with_its_path(cooking: World) -> None:
    await people(cooking)
    body = {
        "title": 5,
        "ingredients": [
            {"name": "a", "amount": 0},
            {"amount": 1},
            7,
            {"name": "b", "wrong": 1, "place": 3, "swaps": [{"nam": "x"}]},
        ],
        "courses": None,
        "words": ["ok", "Not a slug", "ok"],
    }
    error = await cooking.refused("meals.create", by=ANN, body=body)
    assert error.status == 400
    assert set(told(error)) == {
        ("title", "wrong_type"),
        ("ingredients[0].amount", "greater_than_equal"),
        ("ingredients[1].name", "required"),
        ("ingredients[2]", "wrong_type"),
        ("ingredients[3].wrong", "unknown_field"),
        ("ingredients[3].place", "not_writable"),
        ("ingredients[3].swaps[0].nam", "unknown_field"),
        ("ingredients[3].swaps[0].name", "required"),
        ("courses", "wrong_type"),
        ("words[1]", "string_pattern_mismatch"),
        ("words[2]", "given_twice"),
    }
    (message,) = [detail.message for detail in error.details if detail.field.endswith(".nam")]
    assert "did you mean name?" in message
    key = await meal(cooking, {"name": "a", "origin": "Rome"})
    (a,) = await listed(cooking)
    lines = [
        {"id": a["id"], "origin": "Pisa"},
        {"amount": 3},
        {"name": "x", "_delete": True},
        {"id": a["id"]},
        {"id": None},
    ]
    error = await cooking.refused("meals.update", key, by=ANN, body={"ingredients": lines})
    assert set(told(error)) == {
        ("ingredients[0].origin", "not_writable"),
        ("ingredients[1].name", "required"),
        ("ingredients[2].id", "required"),
        ("ingredients[4].id", "invalid"),
    }
    error = await cooking.refused("meals.update", key, by=ANN, body={"ingredients": [{"id": a["id"]}, {"id": a["id"]}]})
    assert told(error) == [("ingredients[1].id", "given_twice")]
    error = await cooking.refused("meals.create", by=ANN, body={"title": "t", "ingredients": [{"name": "x"}] * 21})
    assert told(error) == [("ingredients", "too_long")]


async def test_a_child_of_another_row_or_one_that_may_not_be_read_does_not_exist(cooking: World) -> None:
    await people(cooking)
    other = await meal(cooking, {"name": "a"})
    (foreign,) = await listed(cooking)
    key = await meal(cooking, {"name": "open"}, {"name": "secret", "origin": "Bern"}, public=True)
    hidden = next(row for row in await listed(cooking) if row["name"] == "secret")
    editor = Actor(BEN.id, frozenset({"editor"}))
    answers = []
    for id_ in (foreign["id"], hidden["id"], str(uuid.UUID(int=77))):
        error = await cooking.refused("meals.update", key, by=editor, body={"ingredients": [{"id": id_, "amount": 2}]})
        answers.append((error.status, error.code, error.message, error.details))
    assert answers[0] == answers[1] == answers[2]
    assert told(error) == [("ingredients[0].id", "not_found")]
    body = {"title": "t", "public": True, "ingredients": [], "courses": [], "words": [], "guest_names": []}
    assert await cooking.told("meals.replace", key, by=editor, body=body) == 200
    assert await names(cooking) == ["a", "secret"]
    assert other != key


async def test_each_child_is_written_under_its_own_policies(cooking: World) -> None:
    await people(cooking)
    key = await meal(cooking, {"name": "a", "amount": 60}, {"name": "b"}, {"name": "c"})
    a, b, c = await listed(cooking)
    locked = "1" if cooking.database.name == "sqlite" else "true"
    await cooking.run(f"UPDATE meal_ingredients SET locked = {locked} WHERE name = 'b'")
    before = [await cooking.rows(table) for table in ("meal_meals", "meal_ingredients")]

    async def refused(*lines: Any, by: Actor = ANN) -> tuple[int, list[tuple[str, str]]]:
        error = await cooking.refused("meals.update", key, by=by, body={"title": "x", "ingredients": list(lines)})
        assert [await cooking.rows(table) for table in ("meal_meals", "meal_ingredients")] == before
        return error.status, told(error)

    assert await refused({"id": b["id"], "amount": 9}) == (403, [("ingredients[0]", "forbidden")])
    assert await refused({"id": b["id"], "_delete": True}) == (403, [("ingredients[0]", "forbidden")])
    assert await refused({"name": "d"}, {"name": "e", "amount": 100}) == (403, [("ingredients[1]", "forbidden")])
    assert await refused({"id": c["id"], "amount": 3, "note": "n"}, {"id": a["id"], "note": "n"}) == (
        403,
        [("ingredients[1].note", "forbidden")],
    )
    whole = {"title": "t", "courses": [], "words": [], "guest_names": []}
    error = await cooking.refused("meals.replace", key, by=ANN, body={**whole, "ingredients": wholes([a, c])})
    assert (error.status, told(error)) == (403, [("ingredients", "forbidden")])
    assert [await cooking.rows(table) for table in ("meal_meals", "meal_ingredients")] == before
    kept = [*wholes([a, b]), {**wholes([c])[0], "amount": 8}]
    assert await cooking.told("meals.replace", key, by=ANN, body={**whole, "ingredients": kept}) == 200
    assert (
        await cooking.told("meals.update", key, by=BUYER, body={"ingredients": [{"name": "e", "amount": 100}]}) == 200
    )
    assert (
        await cooking.told("meals.update", key, by=EDITOR, body={"ingredients": [{"id": b["id"], "_delete": True}]})
        == 200
    )
    assert await names(cooking) == ["a", "c", "e"]
    assert await cooking.told("meals.create", by=NOBODY, body={"title": "t", "ingredients": [{"name": "x"}]}) == 401


async def test_a_reference_of_a_child_is_followed_under_the_policy_of_what_it_means(cooking: World) -> None:
    await people(cooking)
    lines = [{"name": "a", "food_id": str(FOOD)}, {"name": "b", "food_id": str(HIDDEN)}, {"name": "c"}]
    error = await cooking.refused("meals.create", by=ANN, body={"title": "t", "ingredients": lines})
    assert (error.status, told(error)) == (422, [("ingredients[1].food_id", "not_found")])
    assert await cooking.rows("meal_meals") == []
    grower = Actor(ANN.id, frozenset({"grower"}))
    assert await cooking.told("meals.create", by=grower, body={"title": "t", "ingredients": lines}) == 201


async def test_what_the_database_refuses_is_told_with_the_path_of_the_row(cooking: World) -> None:
    await people(cooking)
    lines: list[Any] = [{"name": "a"}, {"name": "b", "amount": 13}, {"name": "c"}]
    error = await cooking.refused("meals.create", by=ANN, body={"title": "t", "ingredients": lines})
    assert (error.status, told(error)) == (422, [("ingredients[1]", "check_failed")])
    error = await cooking.refused(
        "meals.create", by=ANN, body={"title": "t", "ingredients": [{"name": "a"}, {"name": "b"}, {"name": "a"}]}
    )
    assert error.status == 409
    assert ("ingredients[2].name", "duplicate") in told(error)
    assert await cooking.rows("meal_meals") == []
    key = await meal(cooking, {"name": "a"}, {"name": "b"})
    a, b = await listed(cooking)
    lines = [{"id": a["id"], "amount": 2}, {"id": b["id"], "amount": 13}]
    error = await cooking.refused("meals.update", key, by=ANN, body={"title": "new", "ingredients": lines})
    assert (error.status, told(error)) == (422, [("ingredients[1]", "check_failed")])
    assert [row["title"] for row in await cooking.rows("meal_meals")] == ["Supper"]
    assert await listed(cooking) == [a, b]
    refused = {"name": "a", "amount": 100}
    error = await cooking.refused("meals.update", key, by=ANN, body={"ingredients": [{"name": "d"}, refused]})
    assert (error.status, told(error)) == (403, [("ingredients[1]", "forbidden")])


async def test_a_nested_write_is_one_of_a_version(cooking: World) -> None:
    await people(cooking)
    key = await meal(cooking, {"name": "a"})
    change: dict[str, Any] = {"ingredients": [{"name": "b"}]}
    assert await cooking.told("meals.update", key, by=ANN, body=change, if_match='"2"') == 412
    assert await names(cooking) == ["a"]
    assert (await cooking.call("meals.update", key, by=ANN, body=change, if_match='"1"')).version == "2"
    assert await cooking.told("meals.update", key, by=ANN, body=change, if_match='"1"') == 412
    (a, _) = await listed(cooking)
    await cooking.call("meals.update", key, by=ANN, body={"ingredients": [{"id": a["id"], "amount": 4}]})
    versions = {row["name"]: row["version"] for row in await cooking.rows("meal_ingredients")}
    assert versions == {"a": 2, "b": 1}


async def test_a_policy_that_asks_for_null_is_true_of_a_row_that_has_just_been_written(cooking: World) -> None:
    await people(cooking)
    await meal(cooking, {"name": "a"}, public=True)
    (a,) = await listed(cooking)
    answer = await cooking.call("ingredients.update", a["id"], by=BEN, body={"amount": 2})
    assert (answer.status, answer.data.amount) == (200, 2)
