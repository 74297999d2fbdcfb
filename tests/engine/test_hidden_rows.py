"""What cannot be found out about rows that one may not read."""

from __future__ import annotations

import uuid

import pytest

from mainstay.actor import Actor
from tests.engine.test_writes import ADMIN, ANN, BEN, EVE, LABELLER, document, people
from tests.engine.world import World

WORD = uuid.UUID(int=7)


async def labelled(there: World) -> str:
    """A public document of Ann's with a label; its key."""
    await people(there)
    made = await there.call("documents.create", by=ANN, body=document(state="public"))
    assert made.key is not None
    await there.insert("labels", {"id": WORD, "word": "red", "hidden": False})
    await there.insert("document_labels", {"document_id": uuid.UUID(made.key[0]), "label_id": WORD})
    return made.key[0]


@pytest.mark.requirement("A3.20")
async def test_a_filter_does_not_look_through_links_that_the_caller_may_not_read(there: World) -> None:
    await labelled(there)
    for actor, seen in ((ANN, 1), (BEN, 0)):
        assert len(await there.data("documents.list", by=actor)) == 1
        assert len(await there.data("document_labels.list", by=actor)) == seen
        assert len(await there.data("documents.list", by=actor, ask={"labels.word": "red"})) == seen
    assert there.last.statements == 1


@pytest.mark.requirement("A1.12", "A3.20")
async def test_who_may_not_make_a_row_is_not_told_that_it_collides(there: World) -> None:
    key = await labelled(there)
    link = {"document_id": key, "label_id": str(WORD)}
    free = {**link, "label_id": str(uuid.UUID(int=8))}
    await there.insert("labels", {"id": uuid.UUID(int=8), "word": "blue", "hidden": False})
    assert await there.told("document_labels.create", by=BEN, body=link) == 403
    assert await there.told("document_labels.create", by=BEN, body=free) == 403
    assert await there.told("document_labels.create", by=ANN, body=link) == 409
    draft = (await there.call("documents.create", by=ANN, body=document(number=2))).key
    assert draft is not None
    for number in (2, 3):
        outsider = Actor(EVE.id)
        assert await there.told("documents.create", by=outsider, body=document(number=number)) in (403, 422)
        assert await there.told("documents.create", by=BEN, body=document(number=number)) in (403, 422)
    assert await there.told("documents.create", by=ANN, body=document(number=2)) == 409
    assert await there.told("teams.create", by=ADMIN, body={"name": "team 11"}) == 409
    assert await there.told("labels.create", by=LABELLER, body={"word": "red"}) == 409


@pytest.mark.requirement("A3.05", "A1.10")
async def test_no_text_inside_a_json_field_holds_what_no_database_can(there: World) -> None:
    for words in (["a\x00b"], ["fine", "\x00"], ["\ud800"]):
        error = await there.refused("blanks.create", body={"words": words})
        assert (error.status, error.details[0].field) == (400, "words")
    assert await there.told("blanks.create", body={"words": ["a\\u0000b"]}) == 201
