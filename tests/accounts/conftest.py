"""The application with accounts, served in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.accounts.desk import Desk, opened


@pytest.fixture
async def desk(module_database_url: str) -> AsyncIterator[Desk]:
    """An application on an empty database, and what tests do with it."""
    async with opened(module_database_url) as made:
        await made.run("DELETE FROM keepers")
        yield made
