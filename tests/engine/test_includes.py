"""Related rows in an answer: lists of them, in order, so many of each, nested, each under its own policy."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from mainstay.actor import Actor
from tests.engine.test_writes import ADMIN, ANN, BEN, ELSEWHERE, EVE, FOLDER, LABELLER, TEAM, people
from tests.engine.world import World

FREE, PAID, SECRET = (uuid.UUID(int=number) for number in (31, 32, 33))


def number(value: int) -> uuid.UUID:
    """The key of the document with that number."""
    return uuid.UUID(int=1000 + value)


def document(value: int, **more: Any) -> dict[str, Any]:
    """A document of Ann's in her folder."""
    row = {"id": number(value), "number": value, "title": f"t{value}", "folder_id": FOLDER, "author_id": ANN.id}
    return {**row, **more}


async def labels(there: World) -> None:
    """Three labels, one of them hidden; Ann's first document has all, her second the first of them, Ben's the same."""
    await people(there)
    await there.insert("documents", document(1), document(2), document(3), document(4, author_id=BEN.id))
    for key, word in ((FREE, "free"), (PAID, "paid"), (SECRET, "secret")):
        await there.insert("labels", {"id": key, "word": word, "hidden": key == SECRET})
    links = [(1, FREE), (1, PAID), (1, SECRET), (2, FREE), (4, FREE)]
    await there.insert("document_labels", *[{"document_id": number(n), "label_id": label} for n, label in links])


@pytest.mark.requirement("A2.23")
async def test_each_row_has_a_list_of_what_belongs_to_it(there: World) -> None:
    await labels(there)
    rows = await there.data("documents.list", by=ANN, ask={"include": "labels", "fields": "number", "sort": "number"})
    assert there.last.statements == 2
    words = {row["number"]: [label["word"] for label in row["labels"]] for row in rows}
    assert words == {1: ["free", "paid"], 2: ["free"], 3: [], 4: []}
    with_scope = Actor(ANN.id, scopes=frozenset({"labels"}))
    one = await there.data("documents.get", number(1), by=with_scope, ask={"include": "labels"})
    assert [label["word"] for label in one["labels"]] == ["free", "paid", "secret"]


async def test_what_leads_over_a_link_that_may_not_be_read_is_not_there(there: World) -> None:
    await labels(there)
    everywhere = await there.data("labels.get", "free", by=BEN, ask={"include": "documents"})
    assert [row["number"] for row in everywhere["documents"]] == [4]  # every document with the label may be read


@pytest.mark.requirement("A2.23")
async def test_so_many_of_each_the_first_in_the_order_of_the_declaration(there: World) -> None:
    await people(there)
    await there.insert("labels", {"id": FREE, "word": "free"}, {"id": PAID, "word": "paid"})
    await there.insert("documents", *[document(n) for n in range(1, 8)])
    links = [(n, FREE) for n in range(1, 8)] + [(3, PAID)]
    await there.insert("document_labels", *[{"document_id": number(n), "label_id": label} for n, label in links])
    rows = await there.data("labels.list", by=ANN, ask={"include": "documents", "sort": "word"})
    assert [[row["number"] for row in label["documents"]] for label in rows] == [[7, 6], [3]]
    folder = await there.data("folders.get", FOLDER, by=ANN, ask={"include": "documents"})
    assert [row["title"] for row in folder["documents"]] == ["t1", "t2"]


async def test_an_order_with_values_missing_and_keys_of_two_columns(there: World) -> None:
    await people(there)
    for place, actor in enumerate((BEN, EVE)):
        await there.insert("memberships", {"team_id": TEAM, "user_id": actor.id, "since": dt.date(2026, 1, 1 + place)})
    await there.insert("absences", *[{"team_id": TEAM, "user_id": ANN.id, "day": dt.date(2026, 2, n)} for n in (1, 2)])
    ask = {"include": "memberships.user,memberships.absences", "sort": "name"}
    mine, others = await there.data("teams.list", by=ANN, ask=ask)
    assert there.last.statements == 3
    assert [row["user"]["name"] for row in mine["memberships"]] == ["user3", "user2"]  # Ann's has no day: the last
    assert others["memberships"] == []
    ask = {"include": "absences,team.memberships", "fields": "duty,absences.day,team.name"}
    (row, *_) = await there.data("memberships.list", by=ANN, ask={**ask, "user_id": str(ANN.id)})
    assert there.last.statements == 3
    assert row.keys() == {"duty", "team", "absences"}
    assert row["absences"] == [{"day": "2026-02-01"}, {"day": "2026-02-02"}]
    assert row["team"].keys() == {"name", "memberships"}
    assert len(row["team"]["memberships"]) == 2


async def test_lists_in_lists_and_rows_in_them(there: World) -> None:
    await labels(there)
    inner = uuid.UUID(int=23)
    await there.insert("folders", {"id": inner, "name": "inner", "team_id": TEAM, "parent_id": FOLDER})
    await there.insert("documents", document(9, folder_id=inner))
    ask = {"include": "folders.documents.author,documents.labels,parent.team", "fields": "name,documents.number"}
    (outer,) = await there.data("folders.list", by=ANN, ask={**ask, "name": "folder 21"})
    assert there.last.statements == 6
    assert outer["parent"] is None
    (below,) = outer["folders"]
    assert [(row["number"], row["author"]["name"]) for row in below["documents"]] == [(9, "user1")]
    assert outer["documents"] == [
        {"number": 1, "labels": outer["documents"][0]["labels"]},
        {"number": 2, "labels": outer["documents"][1]["labels"]},
    ]
    assert [label["word"] for label in outer["documents"][0]["labels"]] == ["free", "paid"]
    (found,) = await there.data("folders.list", by=ANN, ask={"include": "parent.folders", "name": "inner"})
    assert [row["name"] for row in found["parent"]["folders"]] == ["inner"]
    assert await there.data("folders.list", by=EVE, ask={"include": "folders"}) == []


async def test_a_list_in_a_row_that_may_not_be_read_is_not_fetched(there: World) -> None:
    await labels(there)
    await there.insert("folders", {"id": uuid.UUID(int=24), "name": "x", "team_id": TEAM, "parent_id": ELSEWHERE})
    (row,) = await there.data("folders.list", by=ANN, ask={"include": "parent.documents", "name": "x"})
    assert row["parent"] is None
    assert there.last.statements == 1


async def test_the_version_of_an_answer_changes_with_the_lists_in_it(there: World) -> None:
    await labels(there)
    ask = {"include": "labels"}
    first = await there.call("documents.get", number(1), by=ANN, ask=ask)
    assert (await there.call("documents.get", number(1), by=ANN, ask=ask)).version == first.version
    await there.run("UPDATE labels SET word = 'freed' WHERE word = 'free'")
    assert (await there.call("documents.get", number(1), by=ANN, ask=ask)).version != first.version


@pytest.mark.parametrize(
    "ask, code, words",
    [
        ({"include": "label"}, "unknown_field", "did you mean labels?"),
        ({"include": "labels.document"}, "unknown_field", "did you mean labels.documents?"),
        ({"include": "labels.documents.labels"}, "too_deep", "more than 2 relations"),
        ({"include": "labels,labels"}, "given_twice", "labels twice"),
        ({"include": "labels.title"}, "unknown_field", "there is labels.documents"),
        ({"include": ",".join(["folder"] * 17)}, "given_twice", "folder twice"),
        ({"include": "labels", "fields": "labels.wrod"}, "unknown_field", "did you mean labels.word?"),
        ({"include": "labels", "fields": "labels.word,labels.word"}, "given_twice", "labels.word twice"),
        ({"fields": "labels.word"}, "unknown_field", "'labels.word', which cannot be chosen"),
    ],
)
async def test_a_path_that_leads_nowhere_is_told_with_what_does(
    there: World, ask: dict[str, str], code: str, words: str
) -> None:
    error = await there.refused("documents.list", by=ADMIN, ask=ask)
    assert error.status == 400
    assert any(detail.code == code and words in detail.message for detail in error.details), error.details


async def test_hostile_paths_are_refused(there: World) -> None:
    for text in ("." * 5000, "labels." * 1000, ",".join(f"a{n}" for n in range(5000)), "labels'--.documents"):
        error = await there.refused("documents.list", by=LABELLER, ask={"include": text})
        assert error.status == 400
        assert all(len(detail.message) < 1000 for detail in error.details)
