"""Every test begins with the same rows, and sees what it changed."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from mainstay import Mainstay
from mainstay.testing import Backend, Changes, Client, Databases, Factory
from mainstay.testing.databases import Kind
from tests.testing.library import OPENED, Book, Loan, Reader, Shelf, app


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """Databases of one kind that these tests close themselves."""
    kind: Kind = request.param
    server = request.getfixturevalue("postgres").url() if kind == "postgresql" else None
    made = Databases(kind, server)
    yield made
    made.close()


async def stocked(opened: Mainstay) -> None:
    """Rows that every test begins with: a shelf within a shelf, and three books."""

    async def do(session: sa.ext.asyncio.AsyncSession) -> None:
        session.add(Shelf(number=7, label="hall"))
        await session.flush()
        session.add(Shelf(number=8, label="hall-top", inside=7))
        await session.flush()
        for title in ("Emma", "Middlemarch", "Ulysses"):
            session.add(Book(title=title, pages=300, price=5, kind="novel", notes=[], shelf_number=8))

    await opened.sessions.act_async(do, limit=10)


def titles(client: Client) -> list[str]:
    """The books that there are."""
    return sorted(book["title"] for book in client.get("/api/v1/books").json()["data"])


def test_rows_come_back_whatever_a_test_did(databases: Databases) -> None:
    backend = databases.backend(app, stocked)
    client, first = Client(backend), backend.portal.run(backend.rows.look())
    assert titles(client) == ["Emma", "Middlemarch", "Ulysses"]

    def everything_goes() -> None:
        boss = client.as_(Factory(backend)(Reader), roles=["librarian"])
        for number in (8, 7):
            assert boss.delete(f"/api/v1/shelves/{number}").status_code == 204

    def rows_change_and_come() -> None:
        make = Factory(backend)
        book = client.get("/api/v1/books").json()["data"][0]
        boss = client.as_(make(Reader), roles=["librarian"])
        assert boss.patch(f"/api/v1/books/{book['id']}", json={"title": "Persuasion"}).status_code == 200
        make(Loan, book_id=book["id"])

    def a_key_is_given_to_another_row() -> None:
        async def do(session: sa.ext.asyncio.AsyncSession) -> None:
            await session.execute(sa.update(Shelf).where(Shelf.number == 8).values(label="kept", inside=None))
            await session.execute(sa.update(Shelf).where(Shelf.number == 7).values(label="hall-top"))
            session.add(Shelf(number=9, label="hall", inside=7))

        backend.portal.run(backend.app.sessions.act_async(do, limit=10))

    def two_rows_swap_what_is_unique() -> None:
        async def do(session: sa.ext.asyncio.AsyncSession) -> None:
            for number, label in ((7, "between"), (8, "hall"), (7, "hall-top")):
                await session.execute(sa.update(Shelf).where(Shelf.number == number).values(label=label))

        backend.portal.run(backend.app.sessions.act_async(do, limit=10))

    disorders = (
        everything_goes,
        rows_change_and_come,
        a_key_is_given_to_another_row,
        two_rows_swap_what_is_unique,
    )
    for disorder in disorders:
        with backend.changes() as changed:
            disorder()
        assert changed, disorder
        backend.reset()
        assert backend.portal.run(backend.rows.look()) == first, disorder
        assert client.get("/api/v1/books?q=emma").json()["data"][0]["title"] == "Emma"
        assert Factory(backend)(Shelf).number == 9  # counted on from the rows that every test begins with
        backend.reset()


def test_changes_are_told_by_table_with_the_rows(databases: Databases) -> None:
    backend = databases.backend(app, stocked)
    client = Client(backend)
    boss = client.as_(Factory(backend)(Reader), roles=["librarian"])
    emma, middlemarch = client.get("/api/v1/books").json()["data"][:2]
    changed = Changes()
    with pytest.raises(RuntimeError, match="assert behind it"):
        changed == {}  # noqa: B015
    with client.changes() as changed:
        boss.patch(f"/api/v1/books/{emma['id']}", json={"pages": 12})
        boss.delete(f"/api/v1/books/{middlemarch['id']}")
        boss.post("/api/v1/shelves", json={"label": "attic"})
    assert changed == {"books": {"updated": 1, "deleted": 1}, "shelves": {"created": 1}}
    assert changed != {"books": {"updated": 1, "deleted": 1}}
    ((before, after),) = changed["books"].updated
    assert (before["pages"], after["pages"]) == (300, 12)
    assert changed["books"].deleted[0]["title"] == "Middlemarch"
    assert changed["shelves"].created[0]["label"] == "attic"
    with pytest.raises(KeyError, match="nothing changed in loans; in all, this did"):
        changed["loans"]
    assert changed.get("loans") is None
    assert repr(changed) == "{'shelves': {'created': 1}, 'books': {'updated': 1, 'deleted': 1}}"


def test_statements_are_counted_of_reads_writes_and_actions(databases: Databases) -> None:
    backend = databases.backend(app, stocked)
    client = Client(backend)
    boss = client.as_(Factory(backend)(Reader), roles=["librarian"])
    book = client.get("/api/v1/books").json()["data"][0]["id"]
    with client.statements() as ran:
        client.get("/api/v1/books?include=shelf")
    assert ran.count == 1
    assert "FROM books" in ran.texts[0]
    assert repr(ran).startswith("1 statements\n1. SELECT")
    with client.statements() as ran:
        boss.patch(f"/api/v1/books/{book}", json={"pages": 20})
    assert [text.split()[0] for text in ran.texts] == ["UPDATE"] or ran.count > 1, ran
    with client.statements() as ran:
        boss.post(f"/api/v1/books/{book}/borrow")
    assert [text for text in ran.texts if text.startswith("INSERT INTO loans")], ran
    with client.statements() as ran:
        pass
    assert ran.count == 0


def test_a_test_that_writes_nothing_is_followed_by_one_question(databases: Databases) -> None:
    backend = databases.backend(app, stocked)
    for _ in range(2):
        databases.backend(app, stocked)
        time.sleep(0.2)  # in which another process would be told what there is to tell
        assert backend.portal.run(backend.rows.written()) == backend.rows.mark


def test_limits_begin_anew_and_the_application_is_opened_once(databases: Databases) -> None:
    backend = databases.backend(app, stocked)
    opened = OPENED.count("opened")
    for _ in range(2):
        client = Client(databases.backend(app, stocked))
        assert [client.get("/api/v1/books").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert backend.app.lifespan_state == {"greeting": "hello"}
    assert OPENED.count("opened") == opened


def test_a_test_costs_milliseconds(databases: Databases) -> None:
    backend = databases.backend(app)
    make, took = Factory(backend), []
    for _ in range(20):
        make(Loan)
        started = time.perf_counter()
        backend.reset()
        took.append(time.perf_counter() - started)
    assert sorted(took)[10] < 0.1, took
    assert backend.portal.run(backend.rows.look())["loans"] == frozenset()


def test_what_was_made_is_gone_afterwards(postgres: object, databases: Databases) -> None:
    made = Databases(databases.kind, databases.server)
    backend = made.backend(app)
    url = backend.app.settings.database_url
    closed = OPENED.count("closed")
    made.close()
    assert OPENED.count("closed") == closed + 1
    if databases.kind == "postgresql":
        again = app.on(url)
        with pytest.raises(Exception, match="does not exist"):
            databases.portal.run(again.engine.open())


def test_a_server_that_cannot_be_reached_is_told_without_its_password() -> None:
    databases = Databases("postgresql", "postgresql://somebody:hush@127.0.0.1:9/postgres")
    try:
        with pytest.raises(RuntimeError, match="in which databases for tests would be made, cannot be reached") as told:
            databases.backend(app)
        assert "hush" not in str(told.value)
    finally:
        databases.close()


def test_an_application_that_cannot_start_is_told(databases: Databases) -> None:
    async def unhappy(opened: Mainstay) -> None:
        raise LookupError("no rows today")

    with pytest.raises(LookupError, match="no rows today"):
        databases.backend(app, unhappy)
    nowhere = Backend(app, "postgresql://nobody@127.0.0.1:9/nowhere", databases.portal)
    with pytest.raises(Exception, match=r"PostgreSQL at 127\.0\.0\.1:9 cannot be reached"):
        nowhere.open()
