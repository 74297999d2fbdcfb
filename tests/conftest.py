"""What every test may ask for: databases of both kinds, fresh and thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import PostgresServer, postgresql

pytest_plugins = ["pytester", "mainstay.pytest_plugin"]

DATABASES = ("sqlite", "postgresql")
ROOT = Path(__file__).parent
LONGEST = tuple(ROOT / name for name in ("proofs", "migrate", "pages", "cli", "benchmarks", "typescript", "scaffold"))
"""Folders whose files take longest."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that several processes end together."""
    items.sort(key=lambda item: not any(folder in item.path.parents for folder in LONGEST))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One PostgreSQL server for the whole run, started when the first test asks for it.

    A test that stops or restarts its server starts one of its own with `tests.servers.postgresql()`.
    """
    with postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def mainstay_postgresql(postgres: PostgresServer) -> str:
    """The server on which `mainstay.testing` makes its databases."""
    return postgres.url()


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test's own."""
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(scope="module")
def postgres_module_url(postgres: PostgresServer) -> Iterator[str]:
    """The URL of an empty PostgreSQL database that the tests of one module share."""
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file of this test's own that does not exist yet."""
    return f"sqlite:///{tmp_path}/test.db"


@pytest.fixture(scope="module")
def sqlite_module_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a SQLite file that the tests of one module share."""
    return f"sqlite:///{tmp_path_factory.mktemp('module')}/test.db"


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database of this test's own, once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param])
    return url


@pytest.fixture(scope="module", params=DATABASES)
def module_database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database that the tests of one module share, once on SQLite and once on PostgreSQL."""
    fixture = {"sqlite": "sqlite_module_url", "postgresql": "postgres_module_url"}[request.param]
    url: str = request.getfixturevalue(fixture)
    return url
