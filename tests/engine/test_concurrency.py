"""Many callers at once: one wins, the others are told."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from tests.engine.test_writes import ADMIN, ANN, document, people
from tests.engine.world import World


@pytest.mark.requirement("A2.24")
async def test_of_64_changes_of_the_same_version_exactly_one_is_made(there: World) -> None:
    await people(there)
    key = (await there.call("documents.create", by=ANN, body=document())).key
    assert key is not None
    told = await asyncio.gather(
        *[
            there.told("documents.update", *key, by=ANN, body={"title": f"t{number}"}, if_match='"1"')
            for number in range(64)
        ]
    )
    assert sorted(told) == [200] + [412] * 63
    (row,) = await there.rows("documents")
    assert row["version"] == 2
    assert row["title"] == f"t{told.index(200)}"


async def test_of_64_rows_with_one_unique_value_exactly_one_is_made(there: World) -> None:
    told = await asyncio.gather(*[there.told("teams.create", by=ADMIN, body={"name": "same"}) for _ in range(64)])
    assert sorted(told) == [201] + [409] * 63
    assert len(await there.rows("teams")) == 1


async def test_changes_of_the_same_row_without_a_version_are_all_made_one_after_the_other(there: World) -> None:
    await people(there)
    key = (await there.call("documents.create", by=ANN, body=document())).key
    assert key is not None
    told = await asyncio.gather(
        *[there.told("documents.update", *key, by=ANN, body={"title": "t"}, if_match="*") for _ in range(40)]
    )
    assert told == [200] * 40
    assert [row["version"] for row in await there.rows("documents")] == [41]


async def test_a_row_that_is_deleted_twice_at_once_is_deleted_once(there: World) -> None:
    await there.insert("teams", {"id": uuid.UUID(int=1), "name": "x"})
    told = await asyncio.gather(*[there.told("teams.delete", uuid.UUID(int=1), by=ADMIN) for _ in range(8)])
    assert sorted(told) == [204] + [404] * 7


async def test_others_may_refer_to_a_row_while_it_is_changed(there: World) -> None:
    await people(there)
    for turn in range(5):
        told = await asyncio.gather(
            *[there.told("folders.update", uuid.UUID(int=21), by=ANN, body={"name": f"{turn}"}) for _ in range(8)],
            *[there.told("documents.create", by=ANN, body=document(number=turn * 8 + n + 1)) for n in range(8)],
        )
        assert told == [200] * 8 + [201] * 8
