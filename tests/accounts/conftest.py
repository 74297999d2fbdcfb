"""The application with accounts, served in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from mainstay.testing.clock import TestClock
from tests.accounts.desk import Desk, opened


@pytest.fixture
def hands() -> Iterator[TestClock]:
    """The clock of everything in this process, which stands still until it is moved."""
    made = TestClock()
    made.hang()
    made.move()
    yield made
    made.take_down()


@pytest.fixture
async def desk(module_database_url: str) -> AsyncIterator[Desk]:
    """An application on an empty database, and what tests do with it."""
    async with opened(module_database_url) as made:
        await made.run("DELETE FROM keepers")
        yield made
