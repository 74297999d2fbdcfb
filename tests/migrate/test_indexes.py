"""Indexes of the models' own: with a condition, with columns that they only carry; made, used, changed, taken back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest

from tests.migrate.house import House

ORDERS = """
class Order(Base):
    __table_args__ = (
        Index("ix_orders_pending", "number", sqlite_where=text("status = 'pending'"),
              postgresql_where=text("status = 'pending'")),
        Index("ix_orders_customer", "customer", postgresql_include=["total"]),
    )
    number: Mapped[int]
    status: Mapped[Literal["pending", "paid"]] = field(default="pending")
    customer: Mapped[int]
    total: Mapped[int]
"""
PENDING = "SELECT id, number FROM orders WHERE status = 'pending' ORDER BY number LIMIT 20"


def fill(house: House) -> None:
    """2,000 orders, one in a hundred of which is pending."""
    house.execute(
        *(
            "INSERT INTO orders (id, number, status, customer, total) VALUES "
            f"('00000000-0000-0000-0000-{number:012}', {number}, '{'paid' if number % 100 else 'pending'}', "
            f"{number % 50}, {number})"
            for number in range(2000)
        ),
        "ANALYZE",
    )


@pytest.mark.requirement("A2.12")
def test_an_index_of_hot_rows_alone_is_made_and_used(house: House, other_url: str) -> None:
    house.make("Orders", ORDERS)
    assert "sqlite_where=sa.text" in house.file("0001")
    fill(house)
    explain = "EXPLAIN QUERY PLAN" if house.url.startswith("sqlite") else "EXPLAIN"
    plan = "\n".join(str(row[-1]) for row in house.rows(f"{explain} {PENDING}"))
    assert "ix_orders_pending" in plan
    assert "SCAN orders USING INDEX" in plan or "Index Scan using" in plan or "SEARCH orders USING INDEX" in plan
    before = house.schema()
    house.models(ORDERS.replace("status = 'pending'", "status <> 'paid'"))
    assert house.run("check", code=1).splitlines()[1:3] == [
        "  - index ix_orders_pending",
        "  + index ix_orders_pending",
    ]
    house.run("make", "Whatever is not paid")
    house.run("up")
    assert house.schema() == house.created(other_url)
    house.run("down")
    assert house.schema() == before


@pytest.mark.requirement("A2.13")
def test_an_index_that_carries_a_column_answers_alone_on_postgresql(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    house = House(tmp_path, postgres_url)
    house.make("Orders", ORDERS)
    fill(house)
    (defined,) = house.rows("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_orders_customer'")
    assert defined[0].endswith("(customer) INCLUDE (total)")

    async def plan() -> str:
        connection = await asyncpg.connect(postgres_url)
        await connection.execute("VACUUM ANALYZE orders")
        found = await connection.fetch("EXPLAIN SELECT customer, total FROM orders WHERE customer = 7")
        await connection.close()
        return "\n".join(row[0] for row in found)

    assert "Index Only Scan using ix_orders_customer" in asyncio.run(plan())
    house.models(ORDERS.replace(', postgresql_include=["total"]', ""))
    assert "- index ix_orders_customer" in house.run("check", code=1)
