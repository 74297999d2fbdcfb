"""Clients of an application under test: who they are, what they are told, what breaks."""

from __future__ import annotations

import httpx2
import pytest

from mainstay import Actor
from mainstay.testing import AsyncClient, Backend, Client, Databases, Factory
from tests.testing.library import Book, Loan, Reader, app

pytestmark = pytest.mark.databases("sqlite", "postgresql")
BOOKS = "/api/v1/books"


def test_somebody_is_an_account_without_a_password(client: Client, make: Factory) -> None:
    ada = make(Reader, name="Ada", roles=["librarian"])
    book = make(Book)
    assert client.patch(f"{BOOKS}/{book.id}", json={"pages": 11}).status_code == 401
    assert client.as_(ada).patch(f"{BOOKS}/{book.id}", json={"pages": 11}).status_code == 200
    assert client.as_(make(Reader)).patch(f"{BOOKS}/{book.id}", json={"pages": 12}).status_code == 403
    assert client.as_(None).get("/api/v1/auth/me").status_code == 401
    me = client.as_(ada).get("/api/v1/auth/me").json()["data"]
    assert me == {"id": str(ada.id), "email": ada.email, "roles": ["librarian"]}


def test_an_account_that_is_disabled_is_nobody_at_once(client: Client, make: Factory) -> None:
    ada, boss = make(Reader), make(Reader, roles=["librarian"])
    as_ada = client.as_(ada)
    assert as_ada.get("/api/v1/auth/me").status_code == 200
    done = client.as_(boss).patch(f"/api/v1/readers/{ada.id}", json={"disabled_at": "2026-01-01T00:00:00Z"})
    assert done.status_code == 200
    assert as_ada.get("/api/v1/auth/me").status_code == 401


def test_roles_scopes_and_claims_come_on_top(client: Client, make: Factory) -> None:
    ada, loan = make(Reader, region="north"), make(Loan)
    body = {"pages": 11}
    path = f"{BOOKS}/{loan.book_id}"
    assert client.as_(ada, roles=["librarian"]).patch(path, json=body).status_code == 200
    assert client.as_(ada, scopes=["books:write"]).patch(path, json=body).status_code == 200
    assert client.as_(Actor(ada.id, frozenset({"librarian"}))).patch(path, json=body).status_code == 200
    assert client.as_(ada.email).patch(path, json=body).status_code == 403
    assert client.as_(ada).get(f"/api/v1/loans/{loan.id}").status_code == 404
    assert client.as_(ada, claims={"region": "all"}).get(f"/api/v1/loans/{loan.id}").status_code == 200


def test_real_tokens_are_taken_beside(client: Client, make: Factory) -> None:
    make(Reader, email="ada@example.com", password="four plain words here")
    given = {"email": "ada@example.com", "password": "four plain words here"}
    token = client.post("/api/v1/auth/sign-in", json=given).json()["data"]["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/auth/me", headers=headers).json()["data"]["email"] == "ada@example.com"
    assert client.get("/api/v1/auth/me", headers={"Authorization": "Bearer test-0"}).status_code == 401


@pytest.mark.requirement("A9.06")
async def test_a_client_is_awaited_in_the_loop_of_the_test(async_client: AsyncClient, make: Factory) -> None:
    book = make(Book, title="Middlemarch")
    with async_client.statements() as ran, async_client.changes() as changed:
        answer = await async_client.get(f"{BOOKS}/{book.id}")
    assert answer.json()["data"]["title"] == "Middlemarch"
    assert ran.count == 1
    assert changed == {}
    ada = make(Reader)
    assert (await async_client.as_(ada).get("/api/v1/auth/me")).status_code == 200


def test_what_breaks_is_raised_in_the_test(backend: Backend, client: Client, make: Factory) -> None:
    book = make(Book)
    with pytest.raises(ZeroDivisionError, match="torn"):
        client.post(f"{BOOKS}/{book.id}/tear")
    answered = Client(backend, raises=False).post(f"{BOOKS}/{book.id}/tear")
    assert answered.status_code == 500
    assert "torn" not in answered.text


def test_bodies_and_heads_arrive_whole(client: Client, make: Factory) -> None:
    book = make(Book, title="Ulysses")
    assert client.get("/openapi.json").json()["info"]["title"] == "Library"
    head = client.head(f"{BOOKS}/{book.id}")
    assert (head.status_code, head.content) == (200, b"")
    assert client.as_(Actor(book.id, frozenset({"librarian"}))).delete(f"{BOOKS}/{book.id}").status_code == 204


def test_a_browser_signs_in_with_a_cookie_and_pages_of_other_sites_do_nothing(client: Client, make: Factory) -> None:
    make(Reader, email="ada@example.com", password="four plain words here", roles=["librarian"])
    given = {"email": "ada@example.com", "password": "four plain words here"}
    answer = client.post("/api/v1/auth/session", json=given)
    assert "__Host-session=" in answer.headers["set-cookie"]
    assert "Secure" in answer.headers["set-cookie"]
    assert client.get("/api/v1/auth/me").json()["data"]["email"] == "ada@example.com"
    path, body = f"{BOOKS}/{make(Book).id}", {"pages": 11}
    origins = {
        f"https://{client.base_url.host}": 200,
        f"http://{client.base_url.host}": 403,
        "https://evil.example": 403,
    }
    for origin, status in origins.items():
        assert client.patch(path, json=body, headers={"Origin": origin}).status_code == status, origin
    assert client.as_(None).get("/api/v1/auth/me").status_code == 401, "somebody else has another browser"


@pytest.mark.parametrize(
    "hosts,host",
    [
        (["*"], "testserver"),
        (["*.example.com", "other.example"], "testserver.example.com"),
        (["api.example.com", "*.example.com"], "api.example.com"),
    ],
)
def test_clients_call_a_host_that_is_answered(hosts: list[str], host: str) -> None:
    databases = Databases("sqlite")
    try:
        there = databases.backend(app.on("sqlite://", settings={"allowed_hosts": hosts}))
        called = Client(there)
        assert called.base_url.host == host
        assert called.get(BOOKS).status_code == 200
    finally:
        databases.close()


def test_what_a_client_is_made_with_stays_whoever_it_is(backend: Backend, make: Factory) -> None:
    ada = make(Reader)
    swift = Client(backend, headers={"X-Request-ID": "chosen-by-the-test"}, follow_redirects=True)
    answer = swift.as_(ada).get("/api/v1/auth/me")
    assert (answer.status_code, answer.headers["x-request-id"]) == (200, "chosen-by-the-test")
    assert swift.as_(ada).follow_redirects
    assert swift.as_(ada).as_(None).get("/api/v1/auth/me").status_code == 401


def test_who_cannot_be_somebody_is_told_why(client: Client) -> None:
    with pytest.raises(TypeError, match="as_ takes a row with one key, an Actor, a name or None, and was given 7"):
        client.as_(7)


@pytest.mark.databases("sqlite")
def test_the_application_is_served_on_a_port(live_server: str, backend: Backend, make: Factory) -> None:
    ada = make(Reader)
    answer = httpx2.get(f"{live_server}/api/v1/auth/me", headers=backend.headers(ada))
    assert answer.json()["data"]["id"] == str(ada.id)
    assert httpx2.get(f"{live_server}/api/v1/auth/me").status_code == 401
