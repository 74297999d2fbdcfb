"""The bank, called over HTTP on both databases: exact money, transfers that race, tenants, limits of tellers."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from mainstay import Actor
from mainstay.backing.open import database
from mainstay.compiler import compile as compile_
from mainstay.proofs.access.proof import Scale, prove
from tests.apps import bank
from tests.behaviour.conftest import Caller, serving

CUSTOMERS = {"anna": 1, "ben": 2, "carla": 3}
PEOPLE = {
    **{name: Actor(UUID(int=number), claims={"bank": "north"}) for name, number in CUSTOMERS.items()},
    "teller": Actor(UUID(int=8), roles=frozenset({"teller"}), claims={"bank": "north", "limit": 100}),
    "stranger": Actor(UUID(int=9), roles=frozenset({"teller"}), claims={"bank": "south", "limit": 100}),
}


def euros(amount: str) -> dict[str, str]:
    """An amount on the wire."""
    return {"amount": amount, "currency": "EUR"}


@pytest.fixture
async def calling(module_database_url: str) -> AsyncIterator[Caller]:
    """A caller of the bank, where each customer has 100.00 on an account of the customer's name."""
    async with serving(module_database_url, bank.RESOURCES, PEOPLE) as caller:
        async with caller.app.sessions.begin() as session:
            session.add_all([bank.Customer(id=UUID(int=n), bank="north", name=name) for name, n in CUSTOMERS.items()])
        for name, number in CUSTOMERS.items():
            body = {"number": f"north-{name}", "owner_id": str(UUID(int=number))}
            status, account = await caller("POST", "/accounts", "teller", body)
            assert status == 201, account
            path = f"/accounts/{account['id']}/deposit"
            assert (await caller("POST", path, "teller", {"amount": euros("100.00")}))[0] == 200
        yield caller


async def account(calling: Caller, name: str) -> dict[str, Any]:
    """Somebody's account."""
    (found,) = (await calling("GET", f"/accounts?number=north-{name}", "teller"))[1]
    return dict(found)


async def balance(calling: Caller, name: str) -> str:
    """What is on somebody's account."""
    return str((await account(calling, name))["balance"]["amount"])


async def pay(calling: Caller, payer: str, payee: str, amount: str, by: str | None = None) -> tuple[int, Any]:
    """A transfer, made by the payer unless it says by whom."""
    body = {
        "payer_id": (await account(calling, payer))["id"],
        "payee_number": f"north-{payee}",
        "amount": euros(amount),
        "purpose": "lunch",
    }
    return await calling("POST", "/transfers", by or payer, body)


@pytest.mark.requirement("A13.03", "A2.24")
async def test_a_transfer_debits_credits_and_records(calling: Caller) -> None:
    status, made = await pay(calling, "anna", "ben", "33.33")
    assert (status, made["amount"], made["payee_number"]) == (201, euros("33.33"), "north-ben")
    assert [await balance(calling, name) for name in CUSTOMERS] == ["66.67", "133.33", "100.00"]
    for reader, seen in (("anna", 1), ("ben", 1), ("carla", 0), ("teller", 1), ("stranger", 0)):
        assert len((await calling("GET", "/transfers", reader))[1]) == seen, reader
    for method in ("PUT", "PATCH", "DELETE"):
        assert (await calling(method, f"/transfers/{made['id']}", "anna", {}))[0] == 405


@pytest.mark.requirement("A4.17")
@pytest.mark.parametrize(
    "payee, amount, code",
    [
        ("ben", "100.01", "OVERDRAFT"),
        ("ben", "-1.00", "NOT_POSITIVE"),
        ("ben", "0.00", "NOT_POSITIVE"),
        ("anna", "1.00", "TO_ONESELF"),
        ("nobody", "1.00", "PAYEE_UNKNOWN"),
    ],
)
async def test_what_no_bank_does_is_a_422_and_moves_nothing(
    calling: Caller, payee: str, amount: str, code: str
) -> None:
    status, error = await pay(calling, "anna", payee, amount)
    assert (status, error["code"]) == (422, code)
    assert [await balance(calling, name) for name in CUSTOMERS] == ["100.00"] * 3
    assert (await calling("GET", "/transfers", "teller"))[1] == []


async def test_nobody_pays_from_what_is_not_theirs(calling: Caller) -> None:
    status, error = await pay(calling, "anna", "ben", "1.00", by="ben")
    assert (status, error["details"][0]["field"]) == (422, "payer_id")
    assert (await pay(calling, "anna", "ben", "1.00", by="stranger"))[0] == 422
    assert [await balance(calling, name) for name in CUSTOMERS] == ["100.00"] * 3


async def test_a_teller_pays_up_to_a_limit(calling: Caller) -> None:
    assert (await pay(calling, "anna", "ben", "100.00", by="teller"))[0] == 201
    assert (await pay(calling, "ben", "anna", "100.01", by="teller"))[0] == 403
    assert (await pay(calling, "ben", "anna", "100.01"))[0] == 201
    assert [await balance(calling, name) for name in ("anna", "ben")] == ["100.01", "99.99"]


async def test_a_bank_sees_nothing_of_another(calling: Caller) -> None:
    anna = await account(calling, "anna")
    assert (await calling("GET", f"/accounts/{anna['id']}", "stranger"))[0] == 404
    assert (await calling("POST", f"/accounts/{anna['id']}/deposit", "stranger", {"amount": euros("1.00")}))[0] == 404
    assert (await calling("POST", f"/accounts/{anna['id']}/deposit", "anna", {"amount": euros("1.00")}))[0] == 403
    assert (await calling("GET", "/accounts", "stranger"))[1] == []


async def test_a_statement_says_what_happened(calling: Caller) -> None:
    await pay(calling, "anna", "ben", "0.10")
    await pay(calling, "anna", "ben", "0.20")
    await pay(calling, "ben", "anna", "7.00")
    path = f"/accounts/{(await account(calling, 'anna'))['id']}/statement?since=2020-01-01T00:00:00Z"
    status, told = await calling("GET", path, "anna")
    assert status == 200
    assert [Decimal(entry["amount"]) for entry in told["entries"]] == [
        Decimal(amount) for amount in ("-0.10", "-0.20", "7.00")
    ]
    assert (Decimal(told["opening"]), Decimal(told["closing"])) == (Decimal(100), Decimal("106.70"))
    assert (await calling("GET", path, "ben"))[0] == 404


@pytest.mark.requirement("A13.03")
async def test_64_who_pay_at_once_lose_no_cent(calling: Caller) -> None:
    chance = random.Random(7)
    names = list(CUSTOMERS)
    ways = [(*chance.sample(names, 2), f"{chance.randint(1, 6000) / 100:.2f}") for _ in range(64)]
    answers = await asyncio.gather(*[pay(calling, payer, payee, amount) for payer, payee, amount in ways])
    assert {status for status, _ in answers} <= {201, 422}
    assert {error["code"] for status, error in answers if status == 422} <= {"OVERDRAFT"}
    left = {name: Decimal(await balance(calling, name)) for name in names}
    assert sum(left.values()) == 300
    assert min(left.values()) >= 0
    due = dict.fromkeys(names, Decimal(100))
    for (payer, payee, amount), (status, _) in zip(ways, answers, strict=True):
        if status == 201:
            due[payer] -= Decimal(amount)
            due[payee] += Decimal(amount)
    assert left == due
    async with calling.app.sessions.begin(reads=True) as session:
        recorded = list(await session.scalars(select(bank.Transfer.amount)))
    assert len(recorded) == sum(1 for status, _ in answers if status == 201)


@pytest.mark.requirement("A3.02", "A3.17", "A3.18")
async def test_its_policies_are_proven(database_url: str) -> None:
    """The whole of it: `mainstay prove access tests.proofs.bank_app:app`."""
    compiled = compile_(bank.RESOURCES, database=database_url.partition(":")[0])
    place = database(database_url)
    await place.open()
    try:
        scale = Scale(alike=1, everybody=False, mutants=8, sampled=2, interference=False)
        result = await prove(compiled.application, compiled.storage, place, scale=scale)
    finally:
        await place.close()
    assert not result.disagreements, result.disagreements[0]
    assert not result.survivors, result.survivors


async def test_a_balance_beyond_what_can_be_kept_is_refused_and_leaves_nothing(calling: Caller) -> None:
    path = f"/accounts/{(await account(calling, 'anna'))['id']}/deposit"
    before = await balance(calling, "anna")
    status, told = await calling("POST", path, "teller", {"amount": euros("9999999999999999.99")})
    assert (status, told["code"]) == (422, "CHECK_FAILED")
    assert await balance(calling, "anna") == before
    assert (await calling("POST", path, "teller", {"amount": euros("0.01")}))[0] == 200
