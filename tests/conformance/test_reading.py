"""Lists and single rows, whoever calls.

A document shows the words of its labels, which are a statement of their own wherever there is a document.
"""

from __future__ import annotations

import uuid

import pytest

from mainstay.actor import Actor
from tests.conformance.house import House
from tests.engine.test_writes import ANN, BEN, EVE, FOLDER, people

pytestmark = pytest.mark.requirement("A1.01")

DOCUMENT = uuid.UUID(int=100)


async def documents(at: House, count: int) -> None:
    """So many public documents of Ann's, numbered from 1."""
    await people(at.there)
    rows = [
        {
            "id": uuid.UUID(int=100 + number),
            "number": number + 1,
            "title": f"title {number}",
            "state": "public",
            "folder_id": FOLDER,
            "author_id": ANN.id,
        }
        for number in range(count)
    ]
    await at.there.insert("documents", *rows)


async def test_one_row_is_one_statement_and_one_for_each_list_in_it(at: House) -> None:
    await documents(at, 1)
    told = await at.call("documents.get", DOCUMENT, by=BEN, statements=2)
    assert (told.status, told.data["title"]) == (200, "title 0")
    named = await at.call("documents.get", DOCUMENT, by=BEN, ask={"fields": "number,title"}, statements=1)
    assert named.data == {"number": 1, "title": "title 0"}


async def test_a_list_runs_as_many_statements_whatever_its_rows(at: House) -> None:
    await documents(at, 30)
    told = await at.call("documents.list", by=BEN, ask={"sort": "number", "limit": 7}, statements=2)
    assert [row["number"] for row in told.data] == [1, 2, 3, 4, 5, 6, 7]
    assert told.meta["limit"] == 7
    one = await at.call("documents.list", by=BEN, ask={"number": 12}, statements=2)
    assert [row["number"] for row in one.data] == [12]
    assert one.meta["next"] is None


async def test_a_count_is_a_statement_more_and_only_where_it_is_asked_for(at: House) -> None:
    await documents(at, 9)
    told = await at.call("documents.list", by=BEN, ask={"count": "exact", "limit": 2}, statements=3)
    assert told.meta["total"] == 9
    assert "total" not in (await at.call("documents.list", by=BEN, statements=2)).meta


async def test_filters_narrow_by_every_operator_and_over_relations(at: House) -> None:
    await documents(at, 12)
    asked = {"number[gte]": 4, "number[lt]": 8, "sort": "-number"}
    told = await at.call("documents.list", by=BEN, ask=asked, statements=2)
    assert [row["number"] for row in told.data] == [7, 6, 5, 4]
    among = await at.call("documents.list", by=BEN, ask={"number[in]": "2,3,99", "sort": "number"})
    assert [row["number"] for row in among.data] == [2, 3]
    # Ben is in another team and the folder is closed, so that he may not ask about its name
    over = {"folder.name": f"folder {FOLDER.int}"}
    assert len((await at.call("documents.list", by=ANN, ask=over, statements=2)).data) == 12
    assert (await at.call("documents.list", by=BEN, ask=over, statements=1)).data == []


async def test_a_related_row_comes_along_under_its_own_policy(at: House) -> None:
    await documents(at, 2)
    told = await at.call("documents.list", by=BEN, ask={"include": "folder,author", "sort": "number"}, statements=2)
    assert [row["folder"] for row in told.data] == [None, None]
    assert {row["author"]["name"] for row in told.data} == {"user1"}
    own = await at.call("documents.get", DOCUMENT, by=ANN, ask={"include": "folder"}, statements=2)
    assert own.data["folder"]["name"] == f"folder {FOLDER.int}"


@pytest.mark.requirement("A1.37")
async def test_a_cursor_walks_a_list_to_its_end_and_back(at: House) -> None:
    await documents(at, 10)
    asked: dict[str, object] = {"sort": "number", "limit": 4}
    seen: list[int] = []
    previous = None
    for _ in range(3):
        told = await at.call("documents.list", by=BEN, ask=asked, statements=2)
        seen += [row["number"] for row in told.data]
        previous = told.meta["previous"]
        asked = {**asked, "cursor": told.meta["next"]}
    assert seen == list(range(1, 11))
    assert told.meta["next"] is None
    back = await at.call("documents.list", by=BEN, ask={**asked, "cursor": previous}, statements=2)
    assert [row["number"] for row in back.data] == [5, 6, 7, 8]


async def test_a_cursor_is_good_for_its_own_list_and_order_alone(at: House) -> None:
    await documents(at, 5)
    first = await at.call("documents.list", by=BEN, ask={"sort": "number", "limit": 2})
    cursor = first.meta["next"]
    for asked in ({"sort": "-number"}, {"sort": "number", "cursor": cursor[:-2] + "xx"}):
        told = await at.call("documents.list", by=BEN, ask={"cursor": cursor, "limit": 2, **asked}, statements=0)
        assert (told.status, told.code) == (400, "INVALID_CURSOR")


@pytest.mark.requirement("A3.20")
async def test_a_row_that_may_not_be_read_is_not_there(at: House) -> None:
    await documents(at, 1)
    await at.there.run("UPDATE documents SET state = 'draft'")
    assert (await at.call("documents.get", DOCUMENT, by=EVE, statements=1)).code == "NOT_FOUND"
    assert (await at.call("documents.list", by=EVE, statements=1)).data == []
    assert (await at.call("documents.get", DOCUMENT, by=ANN, statements=2)).status == 200
    assert (await at.call("documents.get", uuid.UUID(int=9), by=ANN, statements=1)).code == "NOT_FOUND"


async def test_a_list_that_no_row_could_be_in_is_refused_and_asks_no_database(at: House) -> None:
    assert (await at.call("users.list", statements=0)).code == "UNAUTHENTICATED"
    stranger = Actor(uuid.UUID(int=77))
    assert (await at.call("labels.create", by=stranger, body={"word": "x"}, statements=0)).code == "FORBIDDEN"
