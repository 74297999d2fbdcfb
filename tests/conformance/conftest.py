"""Every scenario through every caller, on every database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from mainstay.cli.through import Through
from tests.conformance.house import House, house


@pytest.fixture(params=list(Through))
def through(request: pytest.FixtureRequest) -> Through:
    """One caller."""
    caller: Through = request.param
    return caller


@pytest.fixture
async def at(module_database_url: str, through: Through) -> AsyncIterator[House]:
    """The application with everything in it, on an empty database, behind one caller."""
    async with house(module_database_url, through) as made:
        yield made
