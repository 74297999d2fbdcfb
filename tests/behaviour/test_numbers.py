"""Numbers that code works out and no column can hold: refused alike, whoever ran the code and on either database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Annotated

import pytest
from sqlalchemy import MetaData
from sqlalchemy.orm import Mapped

from mainstay import Call, Model, Resource, SyncCall, action, anyone, field
from mainstay.errors import CheckFailed
from mainstay.kinds import Decimal as Exact
from tests.behaviour.conftest import Caller, serving


class Base(Model):
    """Tables of their own."""

    __abstract__ = True
    metadata = MetaData(naming_convention=Model.metadata.naming_convention)


class Gauge(Base):
    """What counts, with a column whose name is that of a kind of constraint."""

    type: Mapped[int] = field(default=2)
    reading: Mapped[int] = field(default=2**62)
    ratio: Mapped[Annotated[Decimal, Exact(precision=6, scale=2)]] = field(default=Decimal(1))
    start: Mapped[int] = field(default=lambda: 2**70)


class Gauges(Resource[Gauge]):
    """Gauges."""

    writable = [Gauge.reading, Gauge.start]
    read = create = update = delete = anyone

    @action(allow=anyone)
    def double(self, call: SyncCall, gauge: Gauge) -> Gauge:
        """Reads twice as much."""
        gauge.reading *= 2
        return gauge

    @action(allow=anyone)
    async def endless(self, call: Call, gauge: Gauge) -> Gauge:
        """Has no end."""
        gauge.ratio = Decimal("Infinity")
        return gauge

    @action(allow=anyone)
    async def unknown(self, call: Call, gauge: Gauge) -> Gauge:
        """Is no number."""
        gauge.ratio = Decimal("NaN")
        return gauge

    @action(allow=anyone)
    async def careful(self, call: Call, gauge: Gauge) -> str:
        """Doubles it where that can be."""
        try:
            await call.operation("gauges.double", str(gauge.id))
        except CheckFailed:
            return "too much"
        return "doubled"


@pytest.fixture
async def calling(database_url: str) -> AsyncIterator[Caller]:
    """A caller of the application."""
    async with serving(database_url, [Gauges], {}) as caller:
        yield caller


@pytest.mark.requirement("A1.15")
async def test_a_number_that_no_column_holds_is_a_422_of_no_other_field(calling: Caller) -> None:
    status, gauge = await calling("POST", "/gauges", body={"start": 0})
    assert status == 201
    for name, field_ in (("double", "reading"), ("endless", "ratio"), ("unknown", "ratio")):
        status, error = await calling("POST", f"/gauges/{gauge['id']}/{name}", body={})
        assert (status, error["code"]) == (422, "CHECK_FAILED")
        assert {detail["field"] for detail in error["details"]} <= {field_}, "where the database says which"
    assert (await calling("GET", f"/gauges/{gauge['id']}"))[1] == gauge


async def test_code_that_calls_such_code_is_told_of_it(calling: Caller) -> None:
    _, gauge = await calling("POST", "/gauges", body={"start": 0})
    assert await calling("POST", f"/gauges/{gauge['id']}/careful", body={}) == (200, "too much")
    _, gauge = await calling("POST", "/gauges", body={"start": 0, "reading": 2})
    assert await calling("POST", f"/gauges/{gauge['id']}/careful", body={}) == (200, "doubled")


async def test_a_default_that_no_column_holds_is_a_422(calling: Caller) -> None:
    status, error = await calling("POST", "/gauges", body={})
    assert (status, error["code"]) == (422, "CHECK_FAILED")
