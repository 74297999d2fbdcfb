"""The plugin of pytest's: fixtures for the tests of an application; `mainstay.testing` says which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mainstay.app import Mainstay
    from mainstay.testing import AsyncClient, Backend, Client, Databases, Factory, TestClock

KINDS = ("sqlite", "postgresql")
NEEDED = ("httpx2", "uvicorn")
"""Packages that the extra `testing` brings and without which nothing here works."""
UNNAMED = (
    "no application is named for the tests: write it into pyproject.toml,\n\n"
    "    [tool.pytest.ini_options]\n"
    '    mainstay_app = "shop.app:app"\n'
    '    pythonpath = ["."]\n\n'
    "or override the fixture mainstay_app in a conftest.py"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """What can be told of the application and its databases."""
    group = parser.getgroup("mainstay")
    group.addoption(
        "--mainstay-databases",
        metavar="KINDS",
        help="the databases to test on: sqlite, postgresql or sqlite,postgresql",
    )
    group.addoption(
        "--mainstay-postgresql",
        metavar="URL",
        help="a PostgreSQL in which databases may be made; one is started where none is named",
    )
    parser.addini("mainstay_app", "the application that is tested: module:attribute, such as shop.app:app")
    parser.addini("mainstay_databases", "the databases that tests run on: sqlite, postgresql", type="args")


def pytest_configure(config: pytest.Config) -> None:
    """Makes the marker known."""
    config.addinivalue_line("markers", "databases(*kinds): the databases that a test runs on: sqlite, postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs a test of an application once on each kind of database that is asked for."""
    if "mainstay_database" in metafunc.fixturenames:
        kinds = databases_of(metafunc.config, metafunc.definition.get_closest_marker("databases"))
        if len(kinds) != 1:
            metafunc.parametrize("mainstay_database", kinds, indirect=True)


def databases_of(config: pytest.Config, marker: pytest.Mark | None) -> list[str]:
    """The kinds of databases that a test runs on: none where its marker and the command line have none in common."""
    told = config.getoption("mainstay_databases")
    return chosen(
        told.split(",") if told else None, marker.args if marker else None, config.getini("mainstay_databases")
    )


def chosen(told: Sequence[str] | None, marked: Sequence[str] | None, usual: Sequence[str]) -> list[str]:
    """Of the kinds that a test is marked with, or else of the usual ones, those that the command line tells.

    UsageError where there is no such kind.
    """
    wrong = [kind for kind in (*(told or ()), *(marked or ()), *usual) if kind not in KINDS]
    if wrong:
        raise pytest.UsageError(f"there is no kind of database called {wrong[0]!r}; there are {' and '.join(KINDS)}")
    if marked:
        return [kind for kind in marked if told is None or kind in told]
    return list(told or usual or KINDS[:1])


@pytest.fixture(scope="session")
def mainstay_app(request: pytest.FixtureRequest) -> Mainstay:
    """The application that is tested, as it was declared: on no database of a test's yet."""
    return named(request.config.getini("mainstay_app"))


@pytest.fixture(scope="session")
def mainstay_rows() -> Any:
    """A coroutine function that puts in the rows that every test begins with, called once with the application."""
    return None


@pytest.fixture
def mainstay_database(request: pytest.FixtureRequest) -> str:
    """The kind of database that the test runs on."""
    kind: str = (
        getattr(request, "param", None) or databases_of(request.config, request.node.get_closest_marker("databases"))[0]
    )
    return kind


@pytest.fixture(scope="session")
def mainstay_postgresql(request: pytest.FixtureRequest) -> str | None:
    """The URL of a PostgreSQL in which databases may be made; None for one of the tests' own."""
    url: str | None = request.config.getoption("mainstay_postgresql")
    return url


@pytest.fixture(scope="session")
def mainstay_on_sqlite() -> Iterator[Databases]:
    """The applications that are open on SQLite for the tests of this process."""
    databases: Databases = testing().Databases("sqlite")
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def mainstay_on_postgresql(mainstay_postgresql: str | None) -> Iterator[Databases]:
    """The applications that are open on PostgreSQL for the tests of this process."""
    databases: Databases = testing().Databases("postgresql", mainstay_postgresql)
    yield databases
    databases.close()


@pytest.fixture
def backend(
    request: pytest.FixtureRequest, mainstay_app: Mainstay, mainstay_database: str, mainstay_rows: Any
) -> Backend:
    """The application on a database with the rows that every test begins with."""
    databases: Databases = request.getfixturevalue(f"mainstay_on_{mainstay_database}")
    return databases.backend(mainstay_app, mainstay_rows)


@pytest.fixture
def client(backend: Backend) -> Client:
    """A client of the application that blocks, and is nobody until `as_` says otherwise."""
    made: Client = testing().Client(backend)
    return made


@pytest.fixture
def async_client(backend: Backend) -> AsyncClient:
    """A client of the application that is awaited, and is nobody until `as_` says otherwise."""
    made: AsyncClient = testing().AsyncClient(backend)
    return made


@pytest.fixture
def make(backend: Backend) -> Factory:
    """Makes rows."""
    made: Factory = testing().Factory(backend)
    return made


@pytest.fixture
def clock() -> Iterator[TestClock]:
    """The time as the application sees it, real until it is set or moved."""
    clock: TestClock = testing().TestClock()
    clock.hang()
    yield clock
    clock.take_down()


@pytest.fixture
def live_server(backend: Backend) -> Iterator[str]:
    """The URL of the application on a port of this machine."""
    with testing().serving(backend) as url:
        yield url


def named(target: str) -> Mainstay:
    """The application that `mainstay_app` names; UsageError with what to write where it names none."""
    if not target:
        raise pytest.UsageError(UNNAMED)
    module, _, attribute = target.partition(":")
    try:
        found = getattr(import_module(module), attribute or "app", None)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
        hint = 'pythonpath = ["."] beside it lets modules be imported from the folder of pyproject.toml'
        raise pytest.UsageError(f"mainstay_app = {target!r}: there is no module {error.name}; {hint}") from None
    if not isinstance(found, import_module("mainstay.app").Mainstay):
        what = f"mainstay_app = {target!r}: {attribute or 'app'} is a {type(found).__name__}, not a Mainstay"
        raise pytest.UsageError(what)
    app: Mainstay = found
    return app


def testing() -> Any:
    """`mainstay.testing`, which is imported when the first test asks for it."""
    for name in NEEDED:
        try:
            import_module(name)
        except ModuleNotFoundError:
            what = f"the fixtures of Mainstay need {name}, which is not installed: pip install 'mainstay[testing]'"
            raise pytest.UsageError(what) from None
    return import_module("mainstay.testing")
