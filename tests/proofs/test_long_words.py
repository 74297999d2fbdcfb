"""The proof of an application whose words are longer than a question may be asks for their beginnings."""

from __future__ import annotations

from typing import Annotated

import pytest
from annotated_types import Len
from sqlalchemy import MetaData
from sqlalchemy.orm import Mapped

from mainstay import Model, Resource, anyone, field, no_one, role, where
from mainstay.proofs.access.doors import Direct
from mainstay.proofs.access.proof import Scale
from tests.proofs.proving import proven

pytestmark = [pytest.mark.requirement("A3.17")]


class Base(Model):
    """Tables of this application alone."""

    __abstract__ = True
    metadata = MetaData(naming_convention=Model.metadata.naming_convention)


class Telegram(Base):
    """A message of long words."""

    text: Mapped[Annotated[str, Len(150, 300)]] = field(search=True)
    urgent: Mapped[bool]


class Telegrams(Resource[Telegram]):
    """Messages, of which editors see all."""

    writable = [Telegram.text, Telegram.urgent]
    read = where(Telegram.urgent) | role("editor")
    create = anyone
    update = delete = no_one


RESOURCES = [Telegrams]


async def test_no_question_of_the_proof_is_too_long(sqlite_url: str) -> None:
    result = await proven(__name__, sqlite_url, Scale(mutants=0, interference=False), serve=Direct)
    assert not result.disagreements, result.disagreements[0]
    assert result.cells["telegrams.list"] > 20
