"""Filters against Python's own evaluation of them."""

from __future__ import annotations

import operator
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mainstay.actor import Actor
from mainstay.kinds import Kind, Reference
from mainstay.operation import Filter
from tests.engine.samples import blanks, values
from tests.engine.test_writes import FOLDER, TEAM, people
from tests.engine.world import NOW, World

Truth = Callable[[Any, Any], bool]
COMPARE: dict[str, Truth] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "starts_with": lambda value, given: value.startswith(given),
    "contains": lambda value, given: given in value,
    "in": lambda value, given: value in given,
}


def text(kind: Kind, value: Any) -> str:
    """A value as it stands in a URL."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def questions(filter_: Filter, kind: Kind) -> Iterator[tuple[str, str, Any]]:
    """Operators with texts, and what Python makes of them."""
    several = values(kind)
    for wanted in filter_.operators:
        if wanted == "in":
            for chosen in (several, several[:1], several[::2]):
                escaped = [text(kind, value).replace("\\", "\\\\").replace(",", "\\,") for value in chosen]
                yield wanted, ",".join(escaped), chosen
        elif wanted == "is_null":
            yield wanted, "true", True
            yield wanted, "false", False
        else:
            for value in several:
                yield wanted, text(kind, value), value


def sorts_as_python(value: Any) -> Any:
    """UUIDs are compared as their text is, which is the same."""
    return str(value) if isinstance(value, uuid.UUID) else value


@pytest.mark.requirement("A1.37")
async def test_every_operator_of_every_kind_finds_what_python_finds(there: World) -> None:
    rows = blanks(there, 40)
    await there.insert("blanks", *rows)
    resource = there.application.resource("blanks")
    asked = 0
    for filter_ in resource.filters:
        kind = there.storage.kind("blanks", filter_.column)
        if isinstance(kind, Reference):
            continue
        for wanted, given, value in questions(filter_, kind):
            name = filter_.name if wanted == "eq" else f"{filter_.name}[{wanted}]"
            answer = await there.call("blanks.list", ask={name: given, "limit": 100})
            expected = {
                row["id"]
                for row in rows
                if (
                    (row[filter_.column] is None) == value
                    if wanted == "is_null"
                    else row[filter_.column] is not None and COMPARE[wanted](row[filter_.column], value)
                )
            }
            assert {uuid.UUID(str(item.id)) for item in answer.data} == expected, (name, given)
            asked += 1
    assert asked > 200


EDGES = [
    "",
    "a",
    "a%",
    "a_",
    "a\\",
    "a\\%",
    "ab",
    "aB",
    "A",
    "%",
    "_",
    "\\",
    "a,b",
    "a\\,b",
    "\ud7ff",
    "\ud7ffx",
    "\ue000",
]
EDGES += [
    "\U0010ffff",
    "\U0010ffff" * 3,
    "\U0010ffff" * 6,
    "x\U0010ffff",
    "x\U0010ffffy",
    "y",
    "ä",
    "a\u0308",
    "'",
    '"',
    "--",
]


async def test_prefixes_and_parts_are_the_characters_themselves_even_at_the_edges(there: World) -> None:
    rows = [{"id": uuid.UUID(int=place + 1), "text": word} for place, word in enumerate([*EDGES, None])]
    await there.insert("blanks", *rows)
    for wanted in ("starts_with", "contains", "eq", "ne", "gte"):
        for given in EDGES:
            name = "text" if wanted == "eq" else f"text[{wanted}]"
            answer = await there.call("blanks.list", ask={name: given, "limit": 100})
            expected = {row["text"] for row in rows if row["text"] is not None and COMPARE[wanted](row["text"], given)}
            assert {item.text for item in answer.data} == expected, (wanted, given)


async def test_a_list_of_values_has_commas_and_backslashes_in_them_where_they_are_escaped(there: World) -> None:
    rows = [{"id": uuid.UUID(int=place + 1), "text": word} for place, word in enumerate(EDGES)]
    await there.insert("blanks", *rows)
    for given, expected in (
        ("a\\,b", {"a,b"}),
        ("a,y", {"a", "y"}),
        ("a\\\\,y", {"a\\", "y"}),
        ("a\\\\\\,b", {"a\\,b"}),
        ("a\\%", {"a\\%"}),
        ("", {""}),
        (",a", {"", "a"}),
    ):
        answer = await there.call("blanks.list", ask={"text[in]": given, "limit": 100})
        assert {item.text for item in answer.data} == expected, given
    assert await there.told("blanks.list", ask={"text[in]": ",".join(["a"] * 100)}) == 200
    assert await there.told("blanks.list", ask={"text[in]": ",".join(["a"] * 101)}) == 400


async def test_several_filters_hold_together_in_any_order_as_one_shape(there: World) -> None:
    rows = [{"number": n, "place": n % 3, "rank": n % 2, "starts": 0, "ends": 0} for n in range(1, 20)]
    await there.insert("entries", *rows)
    wanted = [row["number"] for row in rows if row["place"] == 1 and row["rank"] == 1]
    for ask in (
        [("place", 1), ("rank", 1)],
        [("rank", 1), ("place", 1)],
        [("rank[in]", 1), ("place[gte]", 1), ("place[lt]", 2)],
    ):
        answer = await there.call("entries.list", ask=[(name, str(value)) for name, value in ask])
        assert [item.number for item in answer.data] == wanted
    first, second, _ = [run for run in there.database.ran if run[0].startswith("SELECT")]
    assert first == second


ANN, BEN = Actor(uuid.UUID(int=1)), Actor(uuid.UUID(int=2))


async def teams(there: World) -> None:
    """Two teams, each with somebody, a folder and an absence."""
    for number, actor in ((1, ANN), (2, BEN)):
        team = {"id": uuid.UUID(int=number + 10), "name": f"team {number}"}
        await there.insert("teams", team)
        user = {"id": actor.id, "name": f"user{number}", "email": f"u{number}@example.com", "password": "x"}
        await there.insert("users", user)
        await there.insert("memberships", {"team_id": team["id"], "user_id": actor.id, "duty": "member"})
        folder = {"id": uuid.UUID(int=number + 20), "name": f"folder {number}", "team_id": team["id"]}
        await there.insert("folders", folder)
        absence = {"id": uuid.UUID(int=number + 30), "team_id": team["id"], "user_id": actor.id, "day": NOW.date()}
        await there.insert("absences", absence)


async def found(there: World, name: str, by: Actor, **ask: Any) -> int:
    """How many rows a list has."""
    return len((await there.call(name, by=by, ask={key.replace("__", "."): value for key, value in ask.items()})).data)


async def test_filters_reach_over_one_relation_and_over_two(there: World) -> None:
    await teams(there)
    assert await found(there, "folders.list", ANN, team__name="team 1") == 1
    assert await found(there, "folders.list", ANN, team__name="team 2") == 0
    assert await found(there, "absences.list", ANN, membership__duty="member") == 1
    assert await found(there, "absences.list", ANN, membership__duty="lead") == 0
    assert await found(there, "absences.list", ANN, membership__team__name="team 1") == 1
    asked = {"membership.team.name[in]": "team 2,team 3"}
    assert (await there.call("absences.list", by=ANN, ask=asked)).data == []


@pytest.mark.requirement("A3.01")
async def test_a_filter_sees_no_row_on_its_way_that_the_caller_may_not_read(there: World) -> None:
    await teams(there)
    document = {"folder_id": uuid.UUID(int=22), "author_id": ANN.id, "number": 1, "title": "t"}
    await there.insert("documents", {"id": uuid.UUID(int=50), **document})
    assert await found(there, "documents.list", ANN) == 1
    assert await found(there, "documents.list", ANN, folder__name="folder 2") == 0
    assert await found(there, "documents.list", ANN, folder__team__name="team 2") == 0
    await there.run(f"UPDATE folders SET open = {'1' if there.database.name == 'sqlite' else 'true'}")
    assert await found(there, "documents.list", ANN, folder__name="folder 2") == 1
    assert await found(there, "documents.list", ANN, folder__team__name="team 2") == 1


async def test_a_filter_by_a_field_that_may_not_be_read_finds_nothing(there: World) -> None:
    await teams(there)
    document = {"folder_id": uuid.UUID(int=22), "author_id": ANN.id, "number": 1, "title": "t", "budget": 5}
    await there.insert("documents", {"id": uuid.UUID(int=50), **document, "state": "public"})
    reader = Actor(uuid.UUID(int=9))
    treasurer = Actor(uuid.UUID(int=8), frozenset({"finance"}))
    for actor, count in ((ANN, 1), (reader, 0), (treasurer, 1)):
        assert await found(there, "documents.list", actor) == 1
        assert await found(there, "documents.list", actor, budget="5.00") == count
        assert await found(there, "documents.list", actor, sort="budget") == count
        counted = await there.call("documents.list", by=actor, ask={"sort": "budget", "count": "exact"})
        assert counted.meta is not None
        assert counted.meta.total == count


async def test_a_filter_over_lists_on_the_way_finds_by_what_may_be_read_at_every_step(there: World) -> None:
    await people(there)
    folder = {"folder_id": FOLDER, "author_id": ANN.id, "title": "t"}
    await there.insert("documents", {"id": uuid.UUID(int=60), "number": 60, **folder})
    await there.insert("labels", {"id": uuid.UUID(int=61), "word": "seen"})
    await there.insert("labels", {"id": uuid.UUID(int=62), "word": "hidden", "hidden": True})
    links = [{"document_id": uuid.UUID(int=60), "label_id": uuid.UUID(int=label)} for label in (61, 62)]
    await there.insert("document_labels", *links)
    by_label = {"documents.labels.word": "seen"}
    assert await found(there, "folders.list", ANN, **by_label) == 1
    assert await found(there, "folders.list", ANN, **{"documents.labels.word": "hidden"}) == 0
    await there.insert("memberships", {"team_id": TEAM, "user_id": BEN.id})
    assert await found(there, "folders.list", BEN, **by_label) == 0  # he reads the folder, not the document
    by_member = {"team.memberships.user.name": "user1"}
    assert await found(there, "folders.list", ANN, **by_member) == 1
    await there.run("UPDATE users SET active = " + ("0" if there.database.name == "sqlite" else "false"))
    assert await found(there, "folders.list", ANN, **by_member) == 0  # as a public user, who is active
