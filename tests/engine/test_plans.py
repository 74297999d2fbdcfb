"""How the databases run the statements: by an index, reading no more than the page."""

from __future__ import annotations

import datetime as dt
import random
import re
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from mainstay.actor import NOBODY, Actor
from tests.engine.samples import blanks
from tests.engine.test_writes import ANN
from tests.engine.world import World, world

ROWS = 3000

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def large(module_database_url: str) -> AsyncIterator[World]:
    """Some thousands of rows, measured."""
    async with world(module_database_url) as there:
        chosen = random.Random(1)
        await there.insert(
            "entries",
            *[
                {
                    "number": n,
                    "place": chosen.randrange(500),
                    "rank": n % 300 or None,
                    "label": f"l{n}",
                }
                for n in range(1, ROWS)
            ],
        )
        rows = blanks(there, ROWS, 3)
        for row in rows:
            spread = chosen.randrange(10**6)
            row |= {"number": spread, "text": f"t{spread}", "slug": f"s{spread}", "real": spread / 7}
            row["identifier"] = uuid.UUID(int=spread)
        await there.insert("blanks", *rows)
        await there.insert("teams", *[{"id": uuid.UUID(int=n), "name": f"team {n}"} for n in range(1, ROWS)])
        people = [{"id": uuid.UUID(int=n), "name": f"u{n}", "email": f"u{n}@example.com"} for n in range(1, 101)]
        await there.insert("users", *[{**person, "password": "x"} for person in people])
        await there.insert("memberships", *[{"team_id": uuid.UUID(int=n), "user_id": ANN.id} for n in range(1, ROWS)])
        away = {"user_id": ANN.id, "day": dt.date(2026, 1, 1)}
        await there.insert("absences", *[{"team_id": uuid.UUID(int=n), **away} for n in range(1, ROWS)])
        await there.insert("labels", *[{"id": uuid.UUID(int=n), "word": f"w{n}"} for n in range(1, ROWS)])
        team = {"name": "folder", "team_id": uuid.UUID(int=1)}
        await there.insert("folders", *[{"id": uuid.UUID(int=n), **team} for n in range(1, 300)])
        row = {"title": "t", "state": "public"}
        await there.insert(
            "documents",
            *[
                {
                    "id": uuid.UUID(int=n),
                    "number": n,
                    "folder_id": uuid.UUID(int=1 + n % 299),
                    "author_id": uuid.UUID(int=1 + n % 97),
                    **row,
                }
                for n in range(1, ROWS)
            ],
        )
        links = [{"document_id": uuid.UUID(int=n), "label_id": uuid.UUID(int=1 + n % 99)} for n in range(1, ROWS)]
        await there.insert("document_labels", *links)
        await there.run("ANALYZE")
        yield there


async def plan(there: World, name: str, *, by: Actor = NOBODY, nth: int = 0, **ask: Any) -> str:
    """How the database runs the first statement of a call, or a later one."""
    there.database.ran.clear()
    await there.call(name, by=by, ask={key.replace("__", "["): value for key, value in ask.items()})
    text, values = there.database.ran[nth]
    explain = "EXPLAIN QUERY PLAN " if there.database.name == "sqlite" else "EXPLAIN "
    rows = await there.database.behind.read(explain + text, values)
    return "\n".join(str(row[-1]) for row in rows)


def is_bounded(there: World, told: str) -> bool:
    """Whether no plan reads or sorts a whole table; the outermost merge of two pages may be sorted."""
    if there.database.name == "sqlite":
        whole = [line for line in told.splitlines() if line.startswith("SCAN") and "INDEX" not in line]
        return all("subquery" in line.lower() or "(" in line for line in whole) and "TEMP B-TREE" not in told
    return "Seq Scan" not in told and "Sort" not in told and "Index" in told


@pytest.mark.requirement("A2.10", "A2.11", "A2.14", "A2.15")
async def test_every_sort_alone_is_read_from_an_index(large: World) -> None:
    for name in ("entries", "blanks"):
        for sort in large.application.resource(name).sorts:
            if sort.unindexed is None:
                for sign in ("", "-"):
                    told = await plan(large, f"{name}.list", sort=sign + sort.name, limit=20)
                    assert is_bounded(large, told), (sort.name, sign, told)
    assert is_bounded(large, await plan(large, "entries.list", limit=20))


@pytest.mark.requirement("A2.10", "A2.11", "A2.15")
async def test_every_equality_with_the_default_order_is_read_from_an_index(large: World) -> None:
    for name, values in (("entries", {"place": 7, "rank": 7, "label": "l7"}), ("blanks", {"number": 7, "slug": "s7"})):
        for field, value in values.items():
            told = await plan(large, f"{name}.list", **{field: value, "limit": 20})
            if large.database.name == "sqlite":
                assert is_bounded(large, told), (field, told)
            assert "Seq Scan" not in told, (field, told)


@pytest.mark.requirement("A2.10", "A2.15")
async def test_a_range_is_read_from_an_index_and_only_its_rows_are_sorted(large: World) -> None:
    for name, field, value in (
        ("entries", "place__lt]", 2),
        ("entries", "label__starts_with]", "l77"),
        ("blanks", "real__gte]", 142800.0),
    ):
        told = await plan(large, f"{name}.list", **{field: value, "limit": 20})
        assert "Seq Scan" not in told, (field, told)
        assert "SCAN" not in told or large.database.name != "sqlite" or "USING INDEX" in told, (field, told)


async def test_a_page_after_a_cursor_is_read_from_where_it_begins(large: World) -> None:
    for sort in ("rank", "-rank", "label", "place", "-place"):
        answer = await large.call("entries.list", ask={"sort": sort, "limit": 20})
        for _ in range(2):
            assert answer.meta is not None
            told = await plan(large, "entries.list", sort=sort, limit=20, cursor=answer.meta.next)
            if large.database.name == "sqlite":
                assert "SEARCH" in told, told
                assert not [line for line in told.splitlines() if line.startswith("SCAN entries")], told
            else:
                assert "Index" in told, told
                assert "Seq Scan" not in told, told
            answer = await large.call("entries.list", ask={"sort": sort, "limit": 20, "cursor": answer.meta.next})


@pytest.mark.requirement("A2.10", "A2.15")
async def test_an_included_list_is_read_from_indexes_for_each_parent(large: World) -> None:
    for name, include in (
        ("teams", "memberships"),
        ("documents", "labels"),
        ("labels", "documents"),
        ("folders", "documents"),
        ("memberships", "absences"),
    ):
        told = await plan(large, f"{name}.list", by=ANN, nth=1, include=include, limit=20)
        if large.database.name == "sqlite":
            # What is scanned is the parents' keys, and the rows that were found for them
            scanned = re.findall(r"^SCAN (.*)$", told, re.MULTILINE)
            assert [what for what in scanned if not re.match(r"anon_|json_each|\(subquery", what)] == [], (name, told)
        else:
            seen = [table for table in (include, "document_labels") if f"Seq Scan on {table} " in told]
            assert not seen, (name, told)
            assert "Function Scan on " in told


async def test_one_row_is_found_by_its_key(large: World) -> None:
    large.database.ran.clear()
    await large.call("teams.get", uuid.UUID(int=77))
    text, values = large.database.ran[0]
    explain = "EXPLAIN QUERY PLAN " if large.database.name == "sqlite" else "EXPLAIN "
    told = "\n".join(str(row[-1]) for row in await large.database.behind.read(explain + text, values))
    assert "SEARCH teams USING" in told or "Index Scan using pk_teams" in told
