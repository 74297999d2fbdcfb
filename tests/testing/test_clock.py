"""A clock that tests set: rows, policies, tokens and limits follow it."""

from __future__ import annotations

import datetime as dt

import pytest

from mainstay.testing import Client, Factory, TestClock
from tests.testing.library import Book, Loan, Reader

pytestmark = pytest.mark.databases("sqlite", "postgresql")
PASSWORD = "four plain words here"


def test_rows_that_are_made_have_the_moment_that_it_is(client: Client, make: Factory, clock: TestClock) -> None:
    boss = make(Reader)
    clock.set("2027-02-03T04:05:06Z")
    book = make(Book)
    assert book.created_at == clock.now == dt.datetime(2027, 2, 3, 4, 5, 6, tzinfo=dt.UTC)
    clock.move(days=1)
    changed = client.as_(boss, roles=["librarian"]).patch(f"/api/v1/books/{book.id}", json={"pages": 11}).json()["data"]
    assert (changed["created_at"], changed["updated_at"]) == ("2027-02-03T04:05:06Z", "2027-02-04T04:05:06Z")
    made = client.as_(boss).post(f"/api/v1/books/{book.id}/borrow")
    assert made.status_code == 204
    (loan,) = client.as_(boss).get("/api/v1/loans").json()["data"]
    assert (loan["created_at"], loan["until"]) == ("2027-02-04T04:05:06Z", "2027-02-05T04:05:06Z")


def test_now_in_a_policy_is_the_clocks(client: Client, make: Factory, clock: TestClock) -> None:
    ada = make(Reader)
    loan = make(Loan, reader_id=ada, until=clock.now + dt.timedelta(days=1))
    path = f"/api/v1/loans/{loan.id}"
    assert client.as_(ada).get(path).status_code == 200
    clock.move(days=2)
    assert client.as_(ada).get(path).status_code == 404
    clock.move(days=-2)
    assert client.as_(ada).get(path).status_code == 200


def test_tokens_expire_and_sign_ins_end_by_the_clock(client: Client, make: Factory, clock: TestClock) -> None:
    make(Reader, email="ada@example.com", password=PASSWORD)
    given = client.post("/api/v1/auth/sign-in", json={"email": "ada@example.com", "password": PASSWORD}).json()["data"]

    def me() -> int:
        headers = {"Authorization": f"Bearer {given['access_token']}"}
        return client.get("/api/v1/auth/me", headers=headers).status_code

    def refreshed() -> int:
        return client.post("/api/v1/auth/refresh", json={"refresh_token": given["refresh_token"]}).status_code

    assert me() == 200
    clock.move(minutes=14)
    assert me() == 200
    clock.move(minutes=2)
    assert me() == 401
    clock.move(days=31)
    assert refreshed() == 401


def test_limits_give_calls_back_by_the_clock(client: Client, clock: TestClock) -> None:
    clock.set("2027-02-03T04:05:06Z")
    statuses = [client.get("/api/v1/books").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    clock.move(seconds=20)
    assert [client.get("/api/v1/books").status_code for _ in range(2)] == [200, 429]


def test_a_moment_without_a_zone_is_refused_and_time_is_real_again_afterwards(clock: TestClock) -> None:
    with pytest.raises(ValueError, match="has no zone; write 2026-11-21T18:30:00Z"):
        clock.set("2027-02-03T04:05:06")
    with pytest.raises(TypeError, match="a clock is set to a datetime or a text such as"):
        clock.set(dt.date(2027, 2, 3))
    assert abs((clock.now - dt.datetime.now(dt.UTC)).total_seconds()) < 5


def test_the_clock_of_another_test_is_forgotten(make: Factory) -> None:
    assert abs((make(Book).created_at - dt.datetime.now(dt.UTC)).total_seconds()) < 60
