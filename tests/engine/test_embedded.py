"""What is answered without being asked for: embedded rows, lists of plain values."""

from __future__ import annotations

import msgspec
import pytest

from tests.engine.test_includes import FREE, PAID, labels, number
from tests.engine.test_writes import ANN, BEN, LABELLER, document, people
from tests.engine.world import World


async def test_plain_values_of_what_may_be_read_sorted_and_bounded(there: World) -> None:
    await labels(there)
    await there.insert("labels", {"id": number(77), "word": "extra"})
    await there.insert("document_labels", {"document_id": number(1), "label_id": number(77)})
    rows = await there.data("documents.list", by=ANN, ask={"sort": "number"})
    assert there.last.statements == 2
    assert {row["number"]: row["words"] for row in rows} == {1: ["extra", "free"], 2: ["free"], 3: [], 4: []}
    one = await there.data("documents.get", number(1), by=ANN)
    assert (one["words"], there.last.statements) == (["extra", "free"], 2)
    mine = await there.data("documents.list", by=BEN, ask={"sort": "number"})
    assert {row["number"]: row["words"] for row in mine}[4] == ["free"]  # over his own link
    assert {row["number"]: row["words"] for row in mine}[1] == []  # not over Ann's


async def test_they_are_chosen_as_fields_are(there: World) -> None:
    await labels(there)
    chosen = await there.data("documents.get", number(1), by=ANN, ask={"fields": "words,title"})
    assert chosen == {"title": "t1", "words": ["free", "paid"]}
    assert await there.data("documents.get", number(1), by=ANN, ask={"fields": "title"}) == {"title": "t1"}
    assert there.last.statements == 1
    error = await there.refused("documents.list", by=ANN, ask={"include": "words"})
    assert "there is" in error.details[0].message or "did you mean" in error.details[0].message
    below = await there.data("labels.get", "free", by=ANN, ask={"include": "documents"})
    assert [row["words"] for row in below["documents"]] == [["free"], ["free", "paid"]]


async def test_the_answers_of_writes_have_them_too(there: World) -> None:
    await people(there)
    made = await there.call("documents.create", by=ANN, body=document())
    assert made.key is not None
    assert made.data.words == ()
    await there.insert("labels", {"id": FREE, "word": "free"}, {"id": PAID, "word": "paid", "hidden": True})
    link = {"document_id": made.key[0], "label_id": str(FREE)}
    told = await there.data("document_labels.create", by=ANN, body=link)
    assert told["label"]["word"] == "free"
    assert there.last.statements <= there.application.operation("document_labels.create").statements
    link = {"document_id": made.key[0], "label_id": str(PAID)}
    assert (await there.refused("document_labels.create", by=ANN, body=link)).status == 422
    changed = await there.call("documents.update", *made.key, by=ANN, body={"title": "other"}, if_match="*")
    assert msgspec.to_builtins(changed.data)["words"] == ["free"]
    assert there.last.statements <= there.application.operation("documents.update").statements
    assert (await there.call("documents.delete", *made.key, by=ANN, if_match="*")).status == 204


async def test_an_embedded_row_is_null_where_it_may_not_be_read(there: World) -> None:
    await labels(there)
    links = await there.data("document_labels.list", by=ANN, ask={"document_id": str(number(1))})
    assert there.last.statements == 1
    assert sorted(str(link["label"] and link["label"]["word"]) for link in links) == ["None", "free", "paid"]
    assert await there.data("document_labels.list", by=LABELLER) == []


@pytest.mark.requirement("A2.23")
async def test_the_version_of_a_row_with_values_in_it_changes_with_them(there: World) -> None:
    await labels(there)
    first = await there.call("documents.get", number(1), by=ANN)
    assert (await there.call("documents.get", number(1), by=ANN)).version == first.version
    await there.run("DELETE FROM document_labels")
    assert (await there.call("documents.get", number(1), by=ANN)).version != first.version
