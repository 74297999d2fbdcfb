"""A database that cannot answer, and what became of the call."""

from __future__ import annotations

from typing import Any

import pytest

from mainstay.errors import Unavailable
from tests.engine.test_writes import ANN, document, people
from tests.engine.world import World


async def test_a_database_that_cannot_answer_is_told_with_when_to_come_back(there: World) -> None:
    there.database.fails = lambda text: Unavailable(retry_after=7)
    for name, more in (("entries.list", {}), ("entries.create", {"body": {"place": 1}})):
        error = await there.refused(name, **more)
        assert (error.status, error.code, error.retry_after) == (503, "UNAVAILABLE", 7)
    there.database.fails = lambda text: None
    assert await there.rows("entries") == []


@pytest.mark.requirement("A2.24")
async def test_whichever_statement_fails_nothing_is_half_done(there: World) -> None:
    await people(there)
    key = (await there.call("documents.create", by=ANN, body=document())).key
    assert key is not None
    calls: list[tuple[str, tuple[str, ...], dict[str, Any]]] = [
        ("documents.create", (), {"body": document(number=2, reviewer_id=str(ANN.id))}),
        ("documents.update", key, {"body": {"title": "x", "reviewer_id": str(ANN.id)}, "if_match": "*"}),
        ("documents.replace", key, {"body": {"title": "x"}, "if_match": "*"}),
        ("documents.delete", key, {"if_match": "*"}),
    ]
    before = await there.rows("documents")
    for name, path, more in calls:
        done = 503
        for failing in range(there.application.operation(name).statements):
            there.database.ran.clear()
            there.database.fails = lambda text, failing=failing: (  # type: ignore[misc]
                Unavailable() if len(there.database.ran) > failing else None
            )
            done = await there.told(name, *path, by=ANN, **more)
            there.database.fails = lambda text: None
            if done != 503:
                assert done < 300
                await there.run(f"DELETE FROM documents WHERE number <> {before[0]['number']}")
                break
            assert await there.rows("documents") == before, (name, failing)
        if done < 300:
            await there.run("DELETE FROM documents")
            await there.insert("documents", *before)


async def test_what_is_not_foreseen_is_not_hidden(there: World) -> None:
    there.database.fails = lambda text: ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        await there.call("entries.list")
    with pytest.raises(ZeroDivisionError):
        await there.call("entries.create", body={"place": 1})
    there.database.fails = lambda text: None
    assert await there.rows("entries") == []
    assert await there.told("entries.create", body={"place": 1}) == 201


async def test_health_is_the_databases(there: World) -> None:
    assert (await there.engine.health())["database"].ok
