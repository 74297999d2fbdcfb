"""How many statements a call runs, and what stands in them."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from mainstay.actor import NOBODY, Actor
from mainstay.engine import shapes
from tests.engine.test_writes import ADMIN, ANN, FOLDER, document, people
from tests.engine.world import World


async def fill(there: World, count: int) -> None:
    """So many documents and entries."""
    rows = [
        {"id": uuid.UUID(int=n + 1000), "number": n + 100, "title": "t", "folder_id": FOLDER, "author_id": ANN.id}
        for n in range(count)
    ]
    await there.insert("documents", *rows)
    label = uuid.UUID(int=999)
    await there.insert("labels", {"id": label, "word": "word"})
    await there.insert("document_labels", *[{"document_id": row["id"], "label_id": label} for row in rows])
    await there.insert("entries", *[{"number": n, "place": n, "rank": n % 3} for n in range(10**6, 10**6 + count)])


@pytest.mark.requirement("A2.23")
async def test_a_call_runs_as_many_statements_at_1_10_and_1000_rows_and_never_more_than_it_says(there: World) -> None:
    counted: dict[str, set[int]] = {}
    everything = {"include": "folder,author,reviewer", "sort": "title", "count": "exact", "folder.team.name": "team 11"}
    for count in (1, 10, 1000):
        await there.clear()
        await people(there)
        await fill(there, count)
        calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
            ("documents.list", (), {"ask": {**everything, "limit": 100}}),
            ("documents.list", (), {"ask": {"page": 1}}),
            ("documents.get", (uuid.UUID(int=1000),), {"ask": {"include": "folder,author,reviewer"}}),
            ("documents.list", (), {"ask": {"include": "labels.documents,folder.documents,folder.team"}}),
            ("folders.list", (), {"ask": {"include": "documents.labels.documents,documents.author,folders"}}),
            ("documents.get", (uuid.UUID(int=1000),), {"ask": {"include": "labels,folder.folders"}}),
            ("documents.create", (), {"body": document(number=50, reviewer_id=str(ANN.id))}),
            ("documents.update", (uuid.UUID(int=1000),), {"body": {"title": "x"}, "if_match": "*"}),
            ("documents.replace", (uuid.UUID(int=1000),), {"body": {"title": "y"}, "if_match": "*"}),
            ("documents.delete", (uuid.UUID(int=1000),), {"if_match": "*"}),
            ("entries.list", (), {"ask": {"sort": "-rank,place", "limit": 50}}),
            ("entries.get", (10**6,), {}),
            ("entries.create", (), {"body": {"place": -1}}),
            ("entries.update", (10**6,), {"body": {"place": -2}}),
            ("entries.delete", (10**6,), {}),
        ]
        for place, (name, key, more) in enumerate(calls):
            there.database.ran.clear()
            await there.call(name, *key, by=ANN, **more)
            assert there.last.statements == len(there.database.ran)
            assert there.last.statements <= there.application.operation(name).statements, name
            counted.setdefault(f"{place} {name}", set()).add(there.last.statements)
    assert {name: len(found) for name, found in counted.items() if len(found) != 1} == {}


@pytest.mark.requirement("A2.15")
async def test_actors_whose_policies_leave_the_same_share_a_statement(there: World) -> None:
    await people(there)
    reader = there.engine.readers["documents.list"]
    kept = reader.shapes.kept
    await there.call("documents.list", by=Actor(uuid.UUID(int=901)))
    first = len(kept)
    for number in range(902, 950):
        await there.call("documents.list", by=Actor(uuid.UUID(int=number), frozenset({f"role{number}"})))
    assert len(kept) == first
    await there.call("documents.list", by=Actor(uuid.UUID(int=1), frozenset({"auditor"})))
    assert len(kept) == first + 1
    for name in ("fields", "include"):
        spellings = ("title,number", "number,title") if name == "fields" else ("author,folder", "folder,author")
        for spelling in spellings:
            await there.call("documents.list", by=ANN, ask={name: spelling})
    assert len(kept) == first + 3


async def test_at_most_512_shapes_are_kept(there: World) -> None:
    kept = there.engine.readers["entries.list"].shapes.kept
    names = ["number", "place", "rank", "label", "day", "starts", "ends"]
    for number in range(1, 2 ** len(names)):
        chosen = ",".join(name for place, name in enumerate(names) if number >> place & 1)
        for sort in ("", "rank", "-rank", "label", "-label"):
            await there.call("entries.list", ask={"fields": chosen, "sort": sort, "limit": 1})
            assert len(kept) <= shapes.MOST
    assert len(kept) == shapes.MOST


@pytest.mark.requirement("A3.25")
async def test_no_value_of_a_callers_ever_stands_in_the_text_of_a_statement(there: World) -> None:
    await people(there)
    canary = "canary'\"4711--"
    actor = Actor(ANN.id, frozenset({canary, "admin"}), frozenset({canary}), {"region": "canary", "regions": [canary]})
    euros = {"amount": "4711.47", "currency": "EUR"}
    await there.told("documents.create", by=actor, body=document(title=canary, number=4711, remark=canary))
    await there.told("documents.update", uuid.UUID(int=4711), by=actor, body={"title": canary, "budget": euros})
    await there.told("teams.create", by=actor, body={"name": canary})
    await there.told("users.get", canary, by=actor)
    for ask in (
        {"title": canary, "title[in]": canary, "title[contains]": canary, "title[starts_with]": canary},
        {"number[gte]": "4711", "number[in]": "4711,4712", "budget": "4711.47", "limit": "47", "sort": "title"},
        {"folder.name": canary, "folder.team.name[in]": canary, "page": "47", "limit": "11"},
    ):
        await there.told("documents.list", by=actor, ask=ask)
    await there.insert("teams", *[{"id": uuid.UUID(int=n), "name": f"canary{n}"} for n in range(900, 910)])
    answer = await there.call("teams.list", ask={"limit": 2, "sort": "name"})
    assert answer.meta is not None
    await there.call("teams.list", ask={"limit": 2, "sort": "name", "cursor": answer.meta.next})
    assert len(there.database.ran) >= 8
    for text, _ in there.database.ran:
        assert "canary" not in text
        assert "47" not in text
        assert str(ANN.id) not in text
        assert ANN.id.hex not in text


async def test_equal_numbers_mean_equal_conditions(there: World) -> None:
    decide = there.engine.deciders.by_name["documents"].decide
    roles = ("auditor", "editor", "finance", "x")
    seen: dict[int, Any] = {}
    for bits in range(2 ** len(roles)):
        every: list[dict[str, Any]] = [{}, {"folder": 1}, {"regions": []}, {"regions": ()}, {"regions": ["a"]}]
        for claims in (*every, {"folder": 1, "regions": ["b"]}):
            for scopes in (frozenset[str](), frozenset({"documents:read"})):
                chosen = frozenset(role for place, role in enumerate(roles) if bits >> place & 1)
                for actor in (Actor(1, chosen, scopes, claims), NOBODY, ADMIN):
                    decision = decide(actor)
                    assert seen.setdefault(decision.number, decision.condition) == decision.condition
    assert len(set(seen.values())) == len(seen) > 5
