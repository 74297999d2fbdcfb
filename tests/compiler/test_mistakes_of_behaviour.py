"""Every mistake in a rule, a state machine or an overridden write is told with its file and line."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

from sqlalchemy import MetaData
from sqlalchemy.orm import Mapped, mapped_column

from mainstay.declare import Model, Resource, anyone, rule
from tests.compiler import test_mistakes
from tests.compiler.test_mistakes import problems

the = partial(test_mistakes.the, file=__file__)


class Parcel(Model):
    """Something that is sent."""

    metadata = MetaData(naming_convention=Model.metadata.naming_convention)
    state: Mapped[Literal["packed", "sent", "lost"]]
    weight: Mapped[int]
    place: Mapped[Literal["here", "there"]] = mapped_column(server_default="here")


class Plain(Resource[Parcel]):
    """Parcels, nothing wrong with them."""

    operations = ["list", "update"]
    writable = [Parcel.state]
    read = update = anyone


def test_a_state_that_there_is_not() -> None:
    class Parcels(Plain):
        transitions = {Parcel.state: {"packed": {"send"}}}

    the(problems(Parcels), "transitions =", what="names 'send', which state is never", do="did you mean sent?")


def test_states_of_what_is_no_choice() -> None:
    class Parcels(Plain):
        transitions = {Parcel.weight: {1: {2}}}

    the(problems(Parcels), "transitions =", what="names weight, which is not a choice", do="Literal")


def test_a_state_where_states_belong() -> None:
    class Parcels(Plain):
        transitions = {Parcel.state: {"packed": "sent"}}

    the(problems(Parcels), "transitions =", what="says that 'sent' follows 'packed'", do='write {"open": {"closed"}}')


def test_transitions_that_are_none() -> None:
    class Parcels(Plain):
        transitions = {Parcel.state: "packed"}  # type: ignore[dict-item]

    the(problems(Parcels), "transitions =", what="says 'packed' of state", do='write {"open": {"closed"}}')


def test_a_state_that_begins_as_the_database_says() -> None:
    class Parcels(Plain):
        transitions = {Parcel.place: {"here": {"there"}}}

    the(problems(Parcels), "transitions =", what="place, whose default only the database", do="field(default=..)")


def test_a_rule_that_takes_something_else() -> None:
    class Parcels(Plain):
        @rule
        def light(self, row: Parcel) -> None: ...

    the(problems(Parcels), "@rule", what="the rule Parcels.light takes", do="write def light(self, call, row, changes)")


def test_an_overridden_write_that_does_not_await() -> None:
    class Parcels(Plain):
        def on_update(self, call: Any, row: Parcel, changes: dict[str, Any]) -> Any: ...

    the(problems(Parcels), "def on_update", what="is not an async def", do="await super().on_update")


def test_an_overridden_write_that_nobody_calls() -> None:
    class Parcels(Plain):
        async def on_delete(self, call: Any, row: Parcel) -> None: ...

    the(problems(Parcels), "def on_delete", what="is never called: the resource has no delete", do="drop it")
