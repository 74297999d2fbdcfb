"""What is done outside of transactions, so that nobody waits for it: indexes of large tables, and backfills."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from time import monotonic

import asyncpg
import pytest

from tests.migrate.house import House

FIRST = """
class Box(Base):
    colour: Mapped[str]
    order: Mapped[int | None]
"""
INDEXED = """
class Box(Base):
    __table_args__ = (Index("ix_boxes_colour", "colour"), Index("ux_boxes_order", "order", unique=True))
    colour: Mapped[str]
    order: Mapped[int | None]
"""
WIDER = INDEXED + "    lid: Mapped[bool] = field(default=True)\n"
REQUIRED = FIRST.replace("int | None", "int")


@pytest.fixture
def shelf(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> House:
    """A project on PostgreSQL with three boxes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    house = House(tmp_path, postgres_url)
    house.make("First", FIRST)
    boxes(house, 3)
    return house


def boxes(house: House, count: int) -> None:
    """So many boxes, numbered in an order."""
    house.execute(
        *(
            'INSERT INTO boxes (id, colour, "order") '
            f"VALUES ('00000000-0000-0000-0000-{number:012}', 'red', {number})"
            for number in range(count)
        )
    )


def test_indexes_that_are_made_concurrently_are_a_migration_of_their_own(house: House, other_url: str) -> None:
    house.make("First", FIRST)
    boxes(house, 3)
    before = house.schema()
    said = house.make("Lids and indexes", WIDER, "--concurrently")
    assert [line for line in said.splitlines() if line.startswith("wrote")] == [
        "wrote migrations/0002_lids_and_indexes.py",
        "wrote migrations/0003_lids_and_indexes_indexes.py",
    ]
    assert "in_transaction" not in house.file("0002")
    assert "create_index" not in house.file("0002")
    assert house.file("0003").count("postgresql_concurrently=True") == 4
    made = house.schema()
    assert made == house.created(other_url)
    house.run("check")
    house.models(WIDER + "    depth: Mapped[int | None]\n")
    assert "nothing to be made concurrently" in house.run("make", "Depths", "--concurrently")
    house.run("to", "1", "--yes")
    assert house.schema() == before
    house.run("to", "3")
    assert house.schema() == made


def test_others_write_while_an_index_waits_for_an_old_transaction(shelf: House) -> None:
    shelf.models(INDEXED)
    shelf.run("make", "Indexes", "--concurrently")
    migrating = threading.Thread(target=lambda: shelf.run("up", "--lock-timeout", "0.1"))

    async def work() -> None:
        old, other = await asyncpg.connect(shelf.url), await asyncpg.connect(shelf.url)
        async with old.transaction(isolation="repeatable_read"):
            await old.fetch("SELECT count(*) FROM boxes")
            migrating.start()
            until = monotonic() + 30
            while await other.fetchval(WAITING) == 0:
                assert monotonic() < until
                await asyncio.sleep(0.05)
            await other.execute("UPDATE boxes SET colour = 'blue'", timeout=2)
            assert migrating.is_alive(), "the index still waits"
        await old.close()
        await other.close()

    asyncio.run(work())
    migrating.join(60)
    assert shelf.rows("SELECT version_num FROM alembic_version") == [("0002",)]
    assert shelf.rows("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == [(0,)]


def test_an_index_that_could_not_be_made_is_made_when_it_can_be(shelf: House) -> None:
    shelf.execute('UPDATE boxes SET "order" = 1')
    shelf.models(INDEXED)
    shelf.run("make", "Indexes", "--concurrently")
    said = " ".join(shelf.run("up", code=2).split())
    assert "0002 Indexes failed on the way up" in said
    assert "what was done of it stays, and is found again" in said
    assert 'could not create unique index "ux_boxes_order"' in said
    assert shelf.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ux_boxes_order'::regclass") == [(False,)]
    assert shelf.rows("SELECT version_num FROM alembic_version") == [("0001",)]
    shelf.execute('UPDATE boxes SET "order" = NULL')
    shelf.run("up")
    assert shelf.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ux_boxes_order'::regclass") == [(True,)]
    shelf.run("check")


def test_concurrently_inside_of_a_transaction_is_told_with_what_to_write(shelf: House) -> None:
    shelf.models(INDEXED)
    shelf.run("make", "Indexes", "--concurrently")
    (path,) = shelf.migrations.glob("0002_*")
    path.write_text(path.read_text().replace("in_transaction = False", "in_transaction = True"))
    said = " ".join(shelf.run("up", code=2).split())
    assert "outside of a transaction only: write in_transaction = False below revision" in said


def test_a_column_becomes_required_in_steps_and_is_filled_in_batches(house: House, other_url: str) -> None:
    house.make("First", FIRST)
    boxes(house, 7)
    house.execute('UPDATE boxes SET "order" = NULL')
    house.models(REQUIRED)
    house.run("make", "Orders", "--expand", "--fill", "boxes.order=7")
    backfill = house.file("0002")
    assert 'backfill("boxes", "order", "7", key=["id"])' in backfill
    (path,) = house.migrations.glob("0002_*")
    path.write_text(backfill.replace('key=["id"])', 'key=["id"], batch=2)'))
    house.run("to", "2")
    assert house.rows('SELECT DISTINCT "order" FROM boxes') == [(7,)]
    boxes_of_old_code = "INSERT INTO boxes (id, colour) VALUES ('00000000-0000-0000-0000-000000000099', 'old')"
    house.execute(boxes_of_old_code)
    house.run("up")
    assert house.rows('SELECT count(*), count(DISTINCT "order") FROM boxes') == [(8, 1)]
    assert house.schema() == house.created(other_url)
    house.run("check")


def test_a_backfill_that_is_cut_off_keeps_its_batches_and_goes_on(shelf: House) -> None:
    boxes_later = "INSERT INTO boxes (id, colour) SELECT gen_random_uuid(), 'blue' FROM generate_series(1, 30)"
    shelf.execute('UPDATE boxes SET "order" = NULL', boxes_later, "CREATE SEQUENCE filled")
    shelf.run("make", "Filling", "--empty")
    (path,) = shelf.migrations.glob("0002_*")
    value = "1 / (nextval('filled') <> 25)::int"
    text = path.read_text().replace("def upgrade() -> None:\n    pass", f"def upgrade() -> None:\n    {CALL}", 1)
    path.write_text(text.replace("VALUE", repr(value)).replace("revision =", f"{HEAD}\nrevision =", 1))
    assert "division by zero" in shelf.run("up", code=2)
    assert shelf.rows('SELECT count("order") FROM boxes') == [(20,)]
    shelf.run("up")
    assert shelf.rows('SELECT count("order") FROM boxes') == [(33,)]


WAITING = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND state = 'active'"
HEAD = "from mainstay.migrate.apart import backfill\n\nin_transaction = False"
CALL = 'backfill("boxes", "order", VALUE, key=["id"], batch=10)'
