"""Mistakes in what is written with a row are told with file, line and what to do."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal
from uuid import UUID

import pytest
from sqlalchemy.orm import Mapped, relationship

from mainstay import compiler
from mainstay.compiler import Compiled
from mainstay.declare import Model, Resource, anyone, field, linked, owned, reference, rule, signed_in, via
from tests.compiler.lists import Box, BoxSticker, Lent, Mark, Sticker, Thing
from tests.compiler.test_mistakes import problems, the as the_in

the = partial(the_in, file=__file__)


class Things(Resource[Thing]):
    """What is in boxes."""

    writable = [Thing.number, Thing.weight]
    operations = ["list"]
    read = create = update = delete = anyone


class Lents(Resource[Lent]):
    """What was lent."""

    operations = ["list"]
    read = create = update = delete = anyone


class Stickers(Resource[Sticker]):
    """What can be on boxes."""

    writable = [Sticker.word, Sticker.price]
    operations = ["list"]
    read = create = anyone


class Marks(Resource[Mark]):
    """What can be on boxes."""

    operations = ["list"]
    read = anyone


def boxes(*lists: Any, **more: Any) -> type[Resource[Any]]:
    """A resource of boxes with which these lists are written."""
    listed = [Box.name, *lists]

    class Boxes(Resource[Box]):
        writable = listed  # here
        read = create = update = delete = anyone

    for name, value in more.items():
        setattr(Boxes, name, value)
    return Boxes


class BareThings(Resource[Thing]):
    """What is in boxes, and cannot be written."""

    writable = [Thing.number]
    operations = ["list"]
    read = create = anyone


class Weights(Resource[Thing]):
    """Things, without a policy for changes."""

    name = "weights"
    writable = [Thing.number, Thing.weight]
    operations = ["list"]
    read = create = anyone


class OnBoxes(Resource[BoxSticker]):
    """Which box has which sticker; nobody takes one away."""

    operations = ["list"]
    read = create = anyone


class RuledThings(Things):
    """Things with a rule."""

    @rule
    def light(self, call: Any, row: Any, changes: Any) -> None:
        """Nothing is heavy."""


class ChangedStickers(Resource[Sticker]):
    """Stickers that are made in a way of their own."""

    writable = [Sticker.word, Sticker.shade, Sticker.price]
    read = create = anyone
    operations = ["list", "create"]

    async def on_create(self, call: Any, draft: Any) -> Any:
        """Makes a sticker."""


class CheckedLinks(Resource[BoxSticker]):
    """Links that are taken away in a way of their own."""

    operations = ["list", "delete"]
    read = create = delete = anyone

    async def on_delete(self, call: Any, row: Any) -> None:
        """Takes a link away."""


OWNED: dict[str, tuple[Any, list[Any], str, str]] = {
    "no relation": (owned(Box.colour), [], "owns colour, which is not a relation of Box", "there is"),
    "one row": (owned(Box.label), [Stickers], "owns label, a relation to one row", "by a relation to many"),
    "link table": (owned(Box.stickers), [Stickers], "owns stickers, which goes through", "linked(Box.stickers, by=..)"),
    "no resource": (owned(Box.things), [], "owns things, whose rows no resource exposes", "declare one"),
    "two resources": (
        owned(Box.things),
        [Things, Weights],
        "whose rows Things and Weights expose",
        "owned(.., Things)",
    ),
    "not there": (owned(Box.things, Weights), [Things], "which is not in this application", "resources=[..]"),
    "of others": (owned(Box.things, Stickers), [Things, Stickers], "which is about Sticker", "list_things"),
    "not owned": (owned(Box.lent), [Lents], "a Lent stays when its Box goes", 'Lent.box_id with on_delete="cascade"'),
    "not unique": (owned(Box.things, by=Thing.weight), [Things], "which two of them could share", "UniqueConstraint"),
    "by another": (owned(Box.things, by=Sticker.word), [Things], "by=word, which is not a field of Thing", "there is"),
    "no numbers": (owned(Box.things, ordered_by=Thing.weight), [Things], "holds no whole numbers", "of type int"),
    "unique order": (owned(Box.things, ordered_by=Thing.number), [Things], "part of a unique", "drop the constraint"),
    "unfilled": (owned(Box.things), [BareThings], "nothing fills Thing.weight", "`writable` of BareThings"),
    "no policy": (owned(Box.things), [Weights], "Weights has no policy 'update'", "write update = .. in Weights"),
    "rules": (owned(Box.things), [RuledThings], "RuledThings has rules, which a list", "operations of RuledThings"),
    "made otherwise": (
        linked(Box.stickers, by=Sticker.word, create_missing=True),
        [ChangedStickers],
        "ChangedStickers has on_create, which a list",
        "operations of ChangedStickers",
    ),
    "unlinked otherwise": (
        linked(Box.stickers, by=Sticker.word),
        [Stickers, CheckedLinks],
        "CheckedLinks has on_delete, which a list",
        "operations of CheckedLinks",
    ),
    "no row": (owned(Box.things, most=0), [Things], "most=0", "at least 1"),
    "link no link": (linked(Box.things, by=Thing.number), [Things], "goes through no link table", "owned(Box.things"),
    "link what": (linked(Box.colour, by=Thing.number), [Things], "not a relation of Box", "there is"),
    "no target": (linked(Box.stickers, by=Sticker.word), [], "whose rows no resource exposes", "read policy"),
    "shared": (linked(Box.stickers, by=Sticker.price), [Stickers], "which two rows could share", "unique=True"),
    "by what": (linked(Box.stickers, by=Mark.word), [Stickers], "by=word, which is not a field of Stickers", "word"),
    "twice": (linked(Box.marks, by=Mark.word), [Marks], "could hold a link twice", "UniqueConstraint"),
    "missing": (linked(Box.stickers, by=Sticker.word, create_missing=True), [Stickers], "needs price", "a default"),
    "link policy": (linked(Box.stickers, by=Sticker.word), [Stickers, OnBoxes], "no policy 'delete'", "in OnBoxes"),
    "name": (linked(Box.stickers, by=Sticker.word, name="name"), [Stickers], "a name that is taken", "name=.."),
    "no links": (linked(Box.stickers, by=Sticker.word, most=0), [Stickers], "most=0", "at least 1"),
}


@pytest.mark.parametrize("case", OWNED)
def test_a_list_that_cannot_be_written(case: str) -> None:
    item, others, what, do = OWNED[case]
    the(problems(boxes(item), *others), "writable = listed", what=what, do=do)


def test_owned_rows_with_a_state_machine() -> None:
    class Part(Model):
        __tablename__ = "list_parts"
        machine_id: Mapped[UUID] = reference("list_machines.id", on_delete="cascade")
        state: Mapped[Literal["new", "worn"]] = field(default="new")

    class Machine(Model):
        __tablename__ = "list_machines"
        name: Mapped[str]
        parts: Mapped[list[Part]] = relationship(Part)

    class Parts(Resource[Part]):
        operations = ["list"]
        writable = [Part.state]
        transitions = {Part.state: {"new": {"worn"}}}
        read = create = update = delete = anyone

    class Machines(Resource[Machine]):
        writable = [Machine.name, owned(Machine.parts)]  # parts
        read = create = update = delete = anyone

    the(problems(Machines, Parts), "# parts", what="Parts has transitions, which a list", do="operations of Parts")


def test_a_row_of_several_resources_is_linked_as_the_one_that_is_named() -> None:
    class Words(Resource[Sticker]):
        name = "words"
        operations = ["list"]
        read = signed_in

    found = problems(boxes(linked(Box.stickers, by=Sticker.word)), Stickers, Words)
    the(
        found, "writable = listed", what="whose rows Stickers and Words expose", do="linked(via(Box.stickers, Stickers)"
    )
    made = done(boxes(linked(via(Box.stickers, Words), by=Sticker.word)), Stickers, Words)
    assert made.application.resource("list_boxes").links[0].resource == "words"


def done(*resources: type[Resource[Any]]) -> Compiled:
    """An application without mistakes."""
    return compiler.compile(resources)


def test_the_same_list_twice() -> None:
    found = problems(boxes(owned(Box.things), owned(Box.things)), Things)
    the(found, "writable = listed", what="owns things, for the second time", do="drop one")


def test_a_reference_that_is_none_to_itself_is_not_acyclic() -> None:
    class Boxes(Resource[Box]):
        operations = ["list"]
        read = anyone
        acyclic = [Box.label_id]

    the(problems(Boxes, Stickers), "acyclic =", what="does not refer to the key of another Box", do="to itself")


def test_a_list_among_fields_that_are_not_written() -> None:
    class Boxes(Resource[Box]):
        operations = ["list"]
        read = anyone
        hidden = [owned(Box.things)]  # type: ignore[list-item]

    the(problems(Boxes, Things), "hidden =", what="Boxes.hidden names a Owned", do="write Box.")


def test_a_list_goes_to_json_and_back() -> None:
    lists = [owned(Box.things, by=Thing.number), linked(Box.stickers, by=Sticker.word)]
    application = done(boxes(*lists), Things, Stickers).application
    (things,), (stickers,) = application.resource("list_boxes").owned, application.resource("list_boxes").links
    assert (things.resource, things.by, things.parent) == ("list_things", ("number",), (("box_id", "id"),))
    assert (stickers.resource, stickers.field, stickers.link) == ("list_stickers", "word", None)
    parts = {part.name: part for part in application.operation("list_boxes.update").body.parts}  # type: ignore[union-attr]
    assert parts["things"].each is not None
    assert [part.name for part in parts["things"].each.parts] == ["number", "weight", "_delete"]
    assert parts["stickers"].form.json_schema()["items"]["type"] == "string"


def test_lists_are_renamed_as_fields_are() -> None:
    class Words(Resource[Sticker]):
        name = "words"
        operations = ["list"]
        names = {Sticker.word: "term"}
        read = anyone

    lists = [owned(Box.things, by=Thing.number), linked(Box.stickers, by=Sticker.word)]
    renamed = boxes(*lists, names={Box.things: "content", Box.stickers: "terms"})
    resource = done(renamed, Things, Words).application.resource("list_boxes")
    assert [(one.name, one.relation) for one in resource.owned] == [("content", "things")]
    assert [(one.name, one.relation, one.field) for one in resource.links] == [("terms", "stickers", "term")]
    found = problems(boxes(*lists, names={Box.things: "name"}), Things, Stickers)
    the(found, "class Boxes", what="a field and a list that callers call name", do="names = {..}")
