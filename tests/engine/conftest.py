"""The test applications, each on an empty database of both kinds."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.engine.world import World, world


@pytest.fixture
async def there(module_database_url: str) -> AsyncIterator[World]:
    """The application with everything in it."""
    async with world(module_database_url) as made:
        yield made


@pytest.fixture
async def abroad(module_database_url: str) -> AsyncIterator[World]:
    """The application on somebody else's tables."""
    async with world(module_database_url, "foreign") as made:
        yield made


@pytest.fixture
async def cooking(module_database_url: str) -> AsyncIterator[World]:
    """An empty database of the application whose rows are written with other rows."""
    async with world(module_database_url, "meals") as there:
        yield there


@pytest.fixture
async def shop(module_database_url: str) -> AsyncIterator[World]:
    """The application with computed and derived fields."""
    async with world(module_database_url, "reviews") as made:
        yield made
