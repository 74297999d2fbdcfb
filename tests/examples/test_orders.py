"""The orders example: users who sign up, orders with their items, and how far they come."""

from __future__ import annotations

import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pydantic
import pytest

from examples.orders.app import app
from examples.orders.models import Order, OrderItem, Product, User
from examples.orders.resources import PASSWORDS, CreateUserRequest, total
from mainstay import Mainstay
from mainstay.proofs.access.proof import Scale
from mainstay.testing import AsyncClient, Backend, Client, Factory, TestClock
from tests.proofs.proving import proven

ORDERS, USERS = "/api/v1/orders", "/api/v1/users"
PASSWORD = "SecurePass123!"
on_both = pytest.mark.databases("sqlite", "postgresql")


@pytest.fixture(scope="session")
def mainstay_app() -> Mainstay:
    """The example."""
    return app


@pytest.fixture
def test_user(make: Factory) -> User:
    """Somebody who orders."""
    return make(User, email="test@example.com", password=PASSWORD)


@pytest.fixture
def auth_headers(backend: Backend, test_user: User) -> dict[str, str]:
    """The headers with which a call is that user's."""
    return backend.headers(test_user)


@pytest.fixture
def product(make: Factory) -> Product:
    """What is ordered."""
    return make(Product, sku="123", price="29.99")


# Units, alone


@pytest.mark.requirement("A9.01")
def test_a_total_is_exact() -> None:
    assert total([(Decimal("0.10"), 3), (Decimal("29.99"), 2)]) == Decimal("60.28")
    assert total([]) == 0


@pytest.mark.requirement("A13.18", "A9.01", "A3.06")
@pytest.mark.parametrize(
    "password, wrong",
    [
        ("Short1aB", "take at least 12"),
        ("securepass123!", "lacks an upper-case letter"),
        ("SECUREPASS123!", "a lower-case letter"),
        ("SecurePassword", "or a digit"),
    ],
)
def test_a_password_has_twelve_characters_of_three_sorts(password: str, wrong: str) -> None:
    given = {"email": "test@example.com", "name": "Ada"}
    assert CreateUserRequest.model_validate({**given, "password": PASSWORD}).password == PASSWORD
    with pytest.raises(pydantic.ValidationError, match=wrong):
        CreateUserRequest.model_validate({**given, "password": password})


@pytest.mark.requirement("A5.18")
async def test_a_password_is_hashed_in_a_thread_and_not_in_the_loop() -> None:
    names = [await PASSWORDS.run(lambda: threading.current_thread().name) for _ in range(2)]
    assert all(name.startswith("passwords") for name in names)
    assert threading.current_thread().name not in names


# Orders


@on_both
@pytest.mark.requirement("A13.06", "A9.02", "A9.03", "A2.08")
async def test_create_order(
    async_client: AsyncClient, test_user: User, auth_headers: dict[str, str], product: Product
) -> None:
    response = await async_client.post(
        ORDERS, json={"items": [{"product_id": "123", "quantity": 2}]}, headers=auth_headers
    )
    assert response.status_code == 201
    data = response.json()["data"]
    assert data["user_id"] == str(test_user.id)
    assert data["status"] == "pending"
    assert data["total_amount"] == "59.98"
    assert data["items"] == [{"product_id": "123", "quantity": 2}]


@on_both
def test_a_bound_of_the_status_is_a_status(client: Client, make: Factory) -> None:
    staff = client.as_(make(User, roles=["staff"]))
    assert staff.get(f"{ORDERS}?status[lte]=paid").status_code == 200
    refused = staff.get(f"{ORDERS}?status[lte]=AAA")
    assert (refused.status_code, refused.json()["error"]["details"][0]["field"]) == (400, "status[lte]")


@on_both
def test_the_document_says_that_no_price_is_less_than_nothing(client: Client) -> None:
    shapes = client.get("/openapi.json").json()["components"]["schemas"]
    assert shapes["NewProduct"]["properties"]["price"]["pattern"].startswith(r"^\d")


@on_both
@pytest.mark.requirement("A8.17")
@pytest.mark.parametrize(
    "body, status, code",
    [
        ({"items": []}, 422, "ORDER_EMPTY"),
        ({}, 422, "ORDER_EMPTY"),
        ({"items": None}, 400, "VALIDATION_ERROR"),
        ({"items": [{"product_id": None, "quantity": 1}]}, 400, "VALIDATION_ERROR"),
        ({"items": [{"product_id": "123", "quantity": 0}]}, 400, "VALIDATION_ERROR"),
        ({"items": [{"product_id": "123", "quantity": 1}] * 2}, 400, "VALIDATION_ERROR"),
        ({"items": [{"product_id": "no such", "quantity": 1}]}, 422, "REFERENCE_NOT_FOUND"),
        ({"items": [{"product_id": "123", "quantity": 1}], "status": "paid"}, 409, "INVALID_TRANSITION"),
        ({"items": [{"product_id": "123", "quantity": 1}], "total_amount": "0"}, 400, "VALIDATION_ERROR"),
    ],
)
def test_what_is_no_order_is_refused_and_leaves_nothing(
    client: Client, test_user: User, product: Product, body: Any, status: int, code: str
) -> None:
    with client.changes() as changed:
        answer = client.as_(test_user).post(ORDERS, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert changed == {}


@on_both
def test_an_order_that_costs_more_than_can_be_kept_is_refused(client: Client, make: Factory, test_user: User) -> None:
    make(Product, sku="gold", price=Decimal("99999999.99"))

    def ordered(quantity: int) -> httpx2.Response:
        return client.as_(test_user).post(ORDERS, json={"items": [{"product_id": "gold", "quantity": quantity}]})

    assert ordered(1).json()["data"]["total_amount"] == "99999999.99"
    with client.changes() as changed:
        answer = ordered(2)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "ORDER_TOO_DEAR")
    assert changed == {}


@on_both
@pytest.mark.requirement("A4.17", "A1.14", "A1.12")
def test_an_order_goes_its_way_and_no_other(client: Client, make: Factory, test_user: User) -> None:
    order, staff = make(Order, user=test_user), client.as_(make(User, roles=["staff"]))

    def became(calling: Client, status: str) -> int:
        return calling.patch(f"{ORDERS}/{order.id}", json={"status": status}).status_code

    mine, other = client.as_(test_user), client.as_(make(User))
    assert (became(mine, "paid"), became(other, "cancelled"), became(client, "cancelled")) == (403, 404, 401)
    assert (became(staff, "shipped"), became(staff, "paid"), became(mine, "cancelled")) == (409, 200, 403)
    assert (became(staff, "shipped"), became(staff, "cancelled"), became(staff, "delivered")) == (200, 409, 200)
    second = make(Order, user=test_user)
    assert mine.patch(f"{ORDERS}/{second.id}", json={"status": "cancelled"}).status_code == 200


@on_both
@pytest.mark.requirement("A2.22", "A2.23")
def test_rows_are_the_orms_and_reports_are_sql(client: Client, make: Factory, test_user: User) -> None:
    staff = client.as_(make(User, roles=["staff"]))
    for place in range(5):
        order = make(Order, user=test_user, status="paid" if place else "pending")
        make.many(OrderItem, 3, order=order)
    with client.statements() as ran:
        listed = client.as_(test_user).get(ORDERS).json()["data"]
    assert ran.count == 2, ran
    assert [len(order["items"]) for order in listed] == [3] * 5
    with client.statements() as ran:
        counts = staff.get(f"{ORDERS}/counts").json()["data"]
    assert counts == [{"status": "paid", "orders": 4}, {"status": "pending", "orders": 1}]
    assert [text for text in ran.texts if "GROUP BY status" in text]
    assert client.as_(test_user).get(f"{ORDERS}/counts").status_code == 403


# Users


@on_both
@pytest.mark.requirement("A13.07", "A9.02")
def test_users_are_created_read_changed_and_deleted(client: Client, make: Factory, test_user: User) -> None:
    given = {"email": "Mary@Example.com", "password": PASSWORD, "name": "  Mary O'Brien "}
    made = client.post(USERS, json=given)
    assert made.status_code == 201
    mary = made.json()["data"]
    assert (mary["email"], mary["name"]) == ("mary@example.com", "Mary O'Brien")
    assert "password" not in made.text
    signed_in = client.post("/api/v1/auth/sign-in", json={"email": mary["email"], "password": PASSWORD})
    assert signed_in.status_code == 200
    path, own = f"{USERS}/{mary['id']}", client.as_(mary["email"])
    assert own.get(path).json()["data"].items() >= mary.items()
    assert client.as_(test_user).get(path).status_code == 404
    assert own.put(path, json={"name": "Mary"}).json()["data"]["name"] == "Mary"
    assert own.patch(path, json={"name": "Mary O'Brien"}).json()["data"]["name"] == "Mary O'Brien"
    assert [user["id"] for user in client.as_(make(User, roles=["staff"])).get(USERS).json()["data"]][1] == mary["id"]
    with client.changes() as changed:
        assert own.delete(path).status_code == 204
    assert changed == {"users": {"deleted": 1}, "account_sessions": {"deleted": 1}}


@on_both
@pytest.mark.requirement("A8.17", "A1.14")
def test_an_address_is_taken_once(client: Client, test_user: User) -> None:
    given = {"email": "TEST@example.com", "password": PASSWORD, "name": "Ada"}
    with client.changes() as changed:
        assert client.post(USERS, json=given).status_code == 409
    assert changed == {}


@pytest.mark.requirement("A13.18", "A3.06")
def test_what_is_no_user_is_told_field_by_field(client: Client) -> None:
    answer = client.post(USERS, json={"email": "nobody", "password": "hunter2", "name": "  "})
    assert answer.status_code == 400
    assert {detail["field"] for detail in answer.json()["error"]["details"]} == {"email", "password", "name"}
    assert "hunter2" not in answer.text


@pytest.mark.requirement("A13.13", "A3.26", "A3.27")
def test_lists_and_signing_in_are_limited(client: Client, clock: TestClock, test_user: User) -> None:
    clock.set("2027-01-01T00:00:00Z")

    def signed_in() -> int:
        given = {"email": "test@example.com", "password": "not the password"}
        return client.post("/api/v1/auth/sign-in", json=given).status_code

    assert [signed_in() for _ in range(6)] == [401] * 5 + [429]
    clock.move(minutes=1)
    mine = client.as_(test_user)
    answers: list[httpx2.Response] = [mine.get(USERS) for _ in range(101)]
    assert [answer.status_code for answer in answers] == [200] * 100 + [429]
    assert answers[-1].headers["retry-after"] == "1"
    clock.move(minutes=1)
    assert mine.get(USERS).status_code == 200


# The schema


INDEXES = {
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE 'idx_%'",
    "sqlite": "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND name LIKE 'idx_%'",
}


@on_both
@pytest.mark.requirement("A13.08", "A2.11", "A2.12", "A2.13", "A2.14")
def test_the_six_indexes_are_there(backend: Backend, mainstay_database: str) -> None:
    database = backend.app.database
    rows: list[Any] = list(backend.portal.run(database.read(INDEXES[mainstay_database], ())))
    found = dict(rows)
    assert sorted(found) == [
        "idx_orders_created_at",
        "idx_orders_pending",
        "idx_orders_status",
        "idx_orders_user_created",
        "idx_orders_user_id",
        "idx_users_email_name",
    ]
    assert "created_at DESC" in found["idx_orders_user_created"]
    assert all(
        "WHERE" in found[name] and "pending" in found[name] for name in ("idx_orders_status", "idx_orders_pending")
    )
    if mainstay_database == "postgresql":
        assert "INCLUDE (name, created_at)" in found["idx_users_email_name"]


@pytest.mark.requirement("A13.16")
def test_the_first_migration_creates_users() -> None:
    (first, *_) = sorted(Path(app.settings.migrations).glob("*.py"))
    assert first.name == "0001_create_users.py"
    assert 'op.create_table(\n        "users"' in first.read_text()
    assert 'op.drop_table("users")' in first.read_text()


# Who may do what


@pytest.mark.requirement("A3.18", "A3.20")
async def test_nobody_reads_or_changes_what_the_policies_forbid(database_url: str) -> None:
    scale = Scale(alike=1, sampled=2, mutants=3, interference=False)
    result = await proven("examples.orders.resources", database_url, scale)
    assert not result.disagreements, result.disagreements[0]
    unseen = [one.mutant for one in result.survivors if one.mutant.site.resource != "order_items"]
    assert not unseen  # an item is made with its order, and by no operation whose answer could differ
    assert not result.opaque
    assert sum(result.cells.values()) > 100
