"""A small application that serves, for the tests of REST."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.app.kitchen import kitchen, open_kitchen


@pytest.fixture
async def calling(sqlite_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the kitchen."""
    async with open_kitchen(kitchen(sqlite_url)) as client:
        yield client
