"""Limits: what each caller has left, and what is told when nothing is."""

from __future__ import annotations

import uuid

import pytest

from mainstay.actor import Actor
from mainstay.engine import limiter
from mainstay.engine.limiter import Limiter
from mainstay.errors import TooManyRequests
from mainstay.identity import Credentials
from mainstay.operation import Limit
from tests.engine.world import World, world

ADDRESS, USER = Limit("address", 5, 60), Limit("user", 8, 3600)
ANN, BEN = Actor(uuid.UUID(int=1), frozenset({"editor"})), Actor(uuid.UUID(int=2))


class Clock:
    """Seconds that pass when they are told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock of the test's own."""
    return Clock()


def test_all_calls_may_come_at_once_and_come_back_one_by_one(clock: Clock) -> None:
    limits, limit = Limiter(clock), Limit("address", 5, 60)
    x, y = limits.meter("x", limit), limits.meter("y", limit)
    assert [limits.take(x, "a") for _ in range(5)] == [(4, 12, 0), (3, 24, 0), (2, 36, 0), (1, 48, 0), (0, 60, 0)]
    assert limits.take(x, "a") == (0, 60, 12.0)
    assert limits.take(x, "b")[0] == 4
    assert limits.take(y, "a")[0] == 4
    clock.now += 11.9
    assert limits.take(x, "a")[2] > 0
    clock.now += 0.2
    assert limits.take(x, "a")[2] == 0
    assert limits.take(x, "a")[2] > 0
    clock.now += 3600
    assert limits.take(x, "a")[0] == 4


def test_every_call_of_a_limit_may_be_made_however_long_the_clock_has_run(clock: Clock) -> None:
    limit = Limit("address", 100, 60)
    for ran in (1.0, 3e6, 3e8):
        clock.now, limits = ran, Limiter(clock)
        taken = [limits.take(limits.meter("x", limit), "a") for _ in range(101)]
        assert [over > 0 for _, _, over in taken] == [False] * 100 + [True], ran
        assert [remaining for remaining, _, _ in taken] == [*reversed(range(100)), 0], ran


@pytest.mark.requirement("A3.27")
def test_no_more_pass_in_any_stretch_than_a_burst_and_what_came_back(clock: Clock) -> None:
    limits = Limiter(clock)
    meter = limits.meter("x", Limit("address", 10, 10))
    passed = 0
    for _ in range(1000):
        clock.now += 0.1
        passed += limits.take(meter, "a")[2] == 0
    assert 100 <= passed <= 110


def test_the_memory_of_callers_is_bounded_and_drops_those_who_have_used_least(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "MOST", 100)
    limits = Limiter(clock)
    meter = limits.meter("x", Limit("address", 10, 10))
    for _ in range(10):
        limits.take(meter, "busy")
    for number in range(5000):
        limits.take(meter, str(number))
        assert len(limits.full_at) <= 100
    assert limits.take(meter, "busy")[2] > 0


@pytest.mark.requirement("A1.16", "A3.27")
async def test_an_address_has_its_calls_over_all_operations_and_is_told_when_to_come_back(
    module_database_url: str,
) -> None:
    async with world(module_database_url, limits=(ADDRESS, USER)) as there:
        for number in range(5):
            await there.call("teams.list" if number % 2 else "entries.list", address="192.0.2.1")
            (meter,) = there.last.meters
            assert (meter.per, meter.calls, there.last.left[0]) == ("address", 5, 4 - number)
        error = await there.refused("teams.list", address="192.0.2.1")
        assert isinstance(error, TooManyRequests)
        assert error.retry_after is not None
        assert 1 <= error.retry_after <= 12
        assert there.last.left[0] == 0
        assert there.last.statements == 0
        assert await there.told("teams.list", address="192.0.2.2") == 200


async def test_a_user_has_calls_of_their_own_wherever_they_are(module_database_url: str) -> None:
    async with world(module_database_url, limits=(ADDRESS, USER)) as there:
        told = [await there.told("teams.list", by=ANN, address=f"192.0.2.{number}") for number in range(10)]
        assert told == [200] * 8 + [429] * 2
        assert [meter.per for meter in there.last.meters] == ["address", "user"]
        assert await there.told("teams.list", by=BEN, address="192.0.2.1") == 200


async def test_a_limit_of_an_operations_own_is_counted_beside_an_equal_one_of_all(module_database_url: str) -> None:
    equal = Limit("user", 1000, 3600)
    async with world(module_database_url, limits=(equal,)) as there:
        assert there.application.operation("documents.delete").limits.count(equal) == 2
        await there.refused("documents.delete", uuid.UUID(int=1), by=ANN, if_match="*")
        assert list(there.last.left[::2]) == [999, 999]
        await there.call("teams.list", by=ANN)
        assert list(there.last.left[::2]) == [998]
        await there.refused("documents.delete", uuid.UUID(int=1), by=ANN, if_match="*")
        assert list(there.last.left[::2]) == [997, 998]


async def test_two_limits_of_one_caller_are_counted_apart(module_database_url: str) -> None:
    limits = (Limit("address", 3, 1), Limit("address", 5, 3600))
    async with world(module_database_url, limits=limits) as there:
        await there.call("teams.list", address="a")
        assert list(there.last.left[::2]) == [2, 4]


@pytest.mark.requirement("A3.27")
async def test_wrong_credentials_use_up_the_addresss_calls(module_database_url: str) -> None:
    async with world(module_database_url, limits=(ADDRESS, USER)) as there:
        wrong = Credentials("bearer", "wrong")
        told = [await there.told("teams.list", credentials=wrong, address="192.0.2.9") for _ in range(7)]
        assert told == [401] * 5 + [429] * 2
        assert await there.told("teams.list", by=ANN, address="192.0.2.9") == 429


async def test_a_caller_without_an_address_is_not_everybody(there: World) -> None:
    assert [await there.told("teams.list") for _ in range(20)] == [200] * 20


@pytest.mark.requirement("A3.27")
async def test_an_exhausted_address_learns_nothing_about_credentials(module_database_url: str) -> None:
    limits = (Limit("address", 2, 3600), Limit("user", 100, 3600))
    async with world(module_database_url, limits=limits) as there:
        known, wrong = there.tokens.credentials(ANN), Credentials("bearer", "wrong")
        for _ in range(2):
            assert await there.told("entries.list", credentials=wrong, address="192.0.2.7") == 401
        told = []
        for shown in (known, wrong):
            error = await there.refused("entries.list", credentials=shown, address="192.0.2.7")
            told.append((error.status, [meter.per for meter in there.last.meters], there.last.actor.id))
        assert told == [(429, ["address"], None)] * 2
