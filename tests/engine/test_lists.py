"""What a list says beside its rows, and how much of a row it shows."""

from __future__ import annotations

import pytest

from mainstay.engine import Meta
from tests.engine.world import World


async def fill(there: World, count: int) -> None:
    """So many entries."""
    await there.insert("entries", *[{"number": n, "place": n, "rank": n % 2} for n in range(1, count + 1)])


async def meta(there: World, **ask: object) -> Meta:
    """What is beside the rows."""
    answer = await there.call("entries.list", ask=ask)
    assert answer.meta is not None
    return answer.meta


@pytest.mark.requirement("A1.02", "A1.37")
async def test_a_list_has_as_many_rows_as_it_is_asked_for_and_its_own_number_otherwise(there: World) -> None:
    await fill(there, 60)
    for ask, count in (({}, 5), ({"limit": 1}, 1), ({"limit": 50}, 50)):
        assert len((await there.call("entries.list", ask=ask)).data) == count
    first = await meta(there)
    assert (first.limit, first.previous, first.total, first.page) == (5, None, None, None)
    assert first.next is not None
    assert there.last.statements == 1


async def test_the_count_is_given_when_it_is_asked_for_exactly_or_as_far_as_1001(there: World) -> None:
    await fill(there, 1003)
    assert (await meta(there, count="exact")).total == 1003
    assert (await meta(there, count="capped")).total == 1001
    assert (await meta(there, count="capped", rank=1)).total == 502
    assert (await meta(there, count="exact", rank=1, limit=1)).total == 502
    assert (await meta(there, count="exact", rank=7)).total == 0
    assert there.last.statements == 2
    cursor = (await meta(there, limit=50)).next
    assert (await meta(there, limit=50, cursor=cursor, count="exact")).total == 1003


@pytest.mark.requirement("A1.18", "A1.37")
async def test_a_page_by_number_says_which_it_is_and_how_many_rows_there_are(there: World) -> None:
    await fill(there, 23)
    seen = []
    for page in range(1, 4):
        answer = await there.call("entries.list", ask={"page": page, "limit": 10, "sort": "place"})
        assert answer.meta == Meta(10, None, None, 23, page)
        seen.append([item.number for item in answer.data])
    assert seen == [list(range(1, 11)), list(range(11, 21)), [21, 22, 23]]
    beyond = await there.call("entries.list", ask={"page": 200, "limit": 50})
    assert (beyond.data, beyond.meta) == ([], Meta(50, None, None, 23, 200))
    assert (await meta(there, page=1, count="exact")).total == 23


async def test_only_the_fields_that_are_asked_for_are_shown_in_the_order_of_the_declaration(there: World) -> None:
    await fill(there, 1)
    for fields in ("rank,place", "place,rank"):
        (row,) = await there.data("entries.list", ask={"fields": fields})
        assert list(row) == ["place", "rank"]
        assert list(await there.data("entries.get", 1, ask={"fields": fields})) == ["place", "rank"]
    (whole,) = await there.data("entries.list", ask={"fields": "", "sort": ""})
    assert list(whole) == ["number", "place", "rank", "label", "day", "starts", "ends"]


async def test_an_empty_list_has_no_pages_beside_it(there: World) -> None:
    answer = await there.call("entries.list")
    assert (answer.status, answer.data, answer.meta) == (200, [], Meta(5, None, None))


async def test_a_page_that_has_vanished_is_empty(there: World) -> None:
    await fill(there, 10)
    cursor = (await meta(there, sort="place", limit=5)).next
    await there.run("DELETE FROM entries WHERE place > 5")
    answer = await there.call("entries.list", ask={"sort": "place", "limit": 5, "cursor": cursor})
    assert (answer.data, answer.meta) == ([], Meta(5, None, None))
