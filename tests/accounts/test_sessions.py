"""Sessions of browsers: a cookie that no script reads, no other site can use, and that ends when it should."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter

from mainstay import CurrentActor, mount, signed_in
from mainstay.identity import Credentials
from mainstay.testing.clock import TestClock
from tests.accounts.desk import PASSWORD, Desk, opened

HERE = "https://kitchen.example"
"""What the host of the tests is reached at."""
SAME = {"Host": "kitchen.example", "Sec-Fetch-Site": "same-origin"}
ACCOUNT = {"email": "ada@example.com", "password": PASSWORD}


async def begun(desk: Desk, headers: dict[str, str] = SAME, cookie: str = "") -> httpx2.Response:
    """The answer to who begins a session."""
    sent = headers | ({"Cookie": cookie} if cookie else {})
    desk.calling.cookies.clear()
    answer = await desk.calling.post("/api/v1/auth/session", json=ACCOUNT, headers=sent)
    desk.calling.cookies.clear()
    return answer


def kept(answer: httpx2.Response) -> str:
    """The cookie that a browser keeps of an answer."""
    return answer.headers["set-cookie"].partition(";")[0]


async def asked(desk: Desk, cookie: str, path: str = "auth/me", **headers: str) -> httpx2.Response:
    """The answer to a GET with a cookie."""
    return await desk.calling.get(f"/api/v1/{path}", headers={"Host": "kitchen.example", "Cookie": cookie, **headers})


async def sent(desk: Desk, cookie: str, headers: dict[str, str], body: Any = None, path: str = "notes") -> int:
    """The status of a POST with a cookie."""
    headers = {"Host": "kitchen.example", "Cookie": cookie, **headers}
    answer = await desk.calling.post(f"/api/v1/{path}", json=body or {"text": "x"}, headers=headers)
    return answer.status_code


@pytest.mark.requirement("A3.12", "A3.30")
async def test_a_session_is_kept_in_a_cookie_and_its_secret_is_stored_as_a_hash(desk: Desk) -> None:
    made = await desk.sign_up("ada")
    answer = await begun(desk)
    assert (answer.status_code, answer.json()["data"]["id"]) == (200, made["id"])
    cookie, *attributes = answer.headers["set-cookie"].split("; ")
    assert sorted(attributes) == sorted(["Path=/", "Max-Age=604800", "HttpOnly", "SameSite=Lax", "Secure"])
    name, _, secret = cookie.partition("=")
    assert (name, len(secret)) == ("__Host-session", 43)
    assert secret not in answer.text
    assert (await asked(desk, cookie)).json()["data"]["email"] == "ada@example.com"
    rows = await desk.app.database.read("SELECT secret_hash FROM account_sessions", ())
    assert [row[0] for row in rows] == [hashlib.sha256(secret.encode()).hexdigest()]
    assert (await sent(desk, cookie, SAME)) == 201


async def test_on_this_machine_the_cookie_needs_no_tls_and_elsewhere_that_name_is_not_taken(desk: Desk) -> None:
    await desk.sign_up("ada")
    answer = await begun(desk, {"Host": "localhost:8000"})
    cookie = kept(answer)
    assert cookie.startswith("session=")
    assert "Secure" not in answer.headers["set-cookie"]
    assert (await asked(desk, cookie, Host="localhost:8000")).status_code == 200
    for origin, status in (("http://localhost:8000", 201), ("http://localhost:9000", 403)):
        assert await sent(desk, cookie, {"Host": "localhost:8000", "Origin": origin}) == status
    assert (await asked(desk, cookie)).status_code == 401


# Pages of other sites


@pytest.mark.parametrize(
    "headers,status",
    [
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"Sec-Fetch-Site": "none"}, 201),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": HERE}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": HERE}, 201),
        ({"Origin": HERE}, 201),
        ({"Origin": "http://kitchen.example"}, 403),
        ({"Origin": "http://kitchen.example", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "ftp://kitchen.example"}, 403),
        ({"Sec-Fetch-Site": "SAME-ORIGIN"}, 403),
        ({"Sec-Fetch-Site": ""}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://kitchen.example.evil.example"}, 403),
        ({"Origin": "https://kitchen.example:8443"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://["}, 403),
        ({"Origin": "kitchen.example"}, 403),
        ({}, 403),
    ],
)
async def test_a_page_of_another_site_changes_nothing_with_the_cookie(
    sqlite_url: str, headers: dict[str, str], status: int
) -> None:
    async with opened(sqlite_url) as desk:
        await desk.sign_up("ada")
        cookie = kept(await begun(desk))
        assert await sent(desk, cookie, headers) == status
        ((count,),) = await desk.app.database.read("SELECT count(*) FROM memos", ())
        assert count == (1 if status == 201 else 0)
        assert (await asked(desk, cookie, **headers)).status_code == 200


async def test_a_route_of_fastapi_takes_the_cookie_as_an_operation_does(sqlite_url: str) -> None:
    router, done = APIRouter(), []

    @router.post("/done")
    async def do(actor: CurrentActor) -> str:
        done.append(actor.id)
        return str(actor.id)

    @router.get("/seen")
    async def see(actor: CurrentActor) -> str:
        return str(actor.id)

    async with opened(sqlite_url, routers=[mount(router, allow=signed_in)]) as desk:
        ada = await desk.sign_up("ada")
        cookie = {"Host": "kitchen.example", "Cookie": kept(await begun(desk))}
        for foreign in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
            assert (await desk.calling.post("/done", headers={**cookie, **foreign})).status_code == 403
            assert (await desk.calling.get("/seen", headers={**cookie, **foreign})).json() == ada["id"]
        assert done == []
        assert (await desk.calling.post("/done", headers={**cookie, **SAME})).json() == ada["id"]
        assert (await desk.calling.post("/done", headers=SAME)).status_code == 401


async def test_a_token_is_taken_from_anywhere_as_no_browser_sends_it_by_itself(desk: Desk) -> None:
    token = await desk.token("ada")
    cookie = kept(await begun(desk))
    headers = {"Authorization": f"Bearer {token}", "Sec-Fetch-Site": "cross-site", "Cookie": cookie}
    assert (await desk.calling.post("/api/v1/notes", json={"text": "x"}, headers=headers)).status_code == 201


async def test_a_page_of_another_site_signs_nobody_in(desk: Desk) -> None:
    await desk.sign_up("ada")
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = await begun(desk, {"Host": "kitchen.example", **headers})
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert await desk.app.database.read("SELECT id FROM account_sessions", ()) == []


async def test_named_origins_with_credentials_may(sqlite_url: str) -> None:
    shop = {"Origin": "https://shop.kitchen.example", "Sec-Fetch-Site": "same-site"}
    named = {"cors_origins": ("https://shop.kitchen.example",), "address_limit": None}
    async with opened(sqlite_url, **named, cors_credentials=True) as desk:
        await desk.sign_up("ada")
        answer = await begun(desk, {"Host": "kitchen.example", **shop})
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert answer.headers["access-control-allow-origin"] == "https://shop.kitchen.example"
        assert await sent(desk, kept(answer), shop) == 201
    async with opened(sqlite_url, **named) as desk:
        assert await sent(desk, kept(answer), shop) == 403


# What ends


async def test_a_new_session_ends_the_one_before_and_takes_no_secret_that_it_was_given(desk: Desk) -> None:
    await desk.sign_up("ada")
    first = kept(await begun(desk))
    second = kept(await begun(desk, cookie=first))
    assert first != second
    assert ((await asked(desk, first)).status_code, (await asked(desk, second)).status_code) == (401, 200)
    planted = "__Host-session=" + "p" * 43
    assert kept(await begun(desk, cookie=planted)) != planted
    assert (await asked(desk, planted)).status_code == 401


async def test_signing_out_ends_it_and_lets_the_browser_drop_the_cookie(desk: Desk) -> None:
    await desk.sign_up("ada")
    cookie, other = kept(await begun(desk)), kept(await begun(desk))
    headers = {**SAME, "Cookie": cookie}
    answer = await desk.calling.post("/api/v1/auth/sign-out", json={}, headers=headers)
    assert (answer.status_code, answer.headers["set-cookie"].split("; ")[:3]) == (
        204,
        ["__Host-session=", "Path=/", "Max-Age=0"],
    )
    refused = await asked(desk, cookie)
    assert (refused.status_code, "Max-Age=0" in refused.headers["set-cookie"]) == (401, True)
    assert (await asked(desk, other)).status_code == 200


async def test_another_password_ends_the_others_and_gives_this_one_another_secret(desk: Desk) -> None:
    await desk.sign_up("ada")
    here, there = kept(await begun(desk)), kept(await begun(desk))
    body = {"current_password": PASSWORD, "new_password": "five quite other words"}
    answer = await desk.calling.post("/api/v1/auth/change-password", json=body, headers={**SAME, "Cookie": here})
    assert answer.status_code == 204
    assert [(await asked(desk, cookie)).status_code for cookie in (here, there, kept(answer))] == [401, 401, 200]


async def test_a_session_of_an_account_that_is_disabled_is_nobodys_at_once(desk: Desk) -> None:
    ada = await desk.sign_up("ada")
    cookie = kept(await begun(desk))
    root = await desk.token("root")
    await desk.give("root", ["admin"])
    await desk.believed(Credentials("cookie", cookie.partition("=")[2]), lambda: asked(desk, cookie))
    changed = await desk.calling.patch(
        f"/api/v1/keepers/{ada['id']}",
        json={"disabled_at": "2026-01-01T00:00:00Z"},
        headers={"Authorization": f"Bearer {root}"},
    )
    assert changed.status_code == 200
    assert (await asked(desk, cookie)).status_code == 401


async def test_an_ended_session_keeps_nobody_from_signing_in_again(desk: Desk) -> None:
    await desk.sign_up("ada")
    cookie = kept(await begun(desk))
    await desk.run("UPDATE account_sessions SET revoked_at = '2026-01-01T00:00:00.000000Z'")
    again = await begun(desk, cookie=cookie)
    assert again.status_code == 200
    assert (await asked(desk, kept(again))).status_code == 200


@pytest.mark.requirement("A3.12")
async def test_a_session_ends_when_it_is_idle_and_after_seven_days_at_the_latest(
    sqlite_url: str, hands: TestClock
) -> None:
    async with opened(sqlite_url) as desk:
        await desk.sign_up("ada")
        used, idle = kept(await begun(desk)), kept(await begun(desk))
        for _ in range(7):
            hands.move(hours=23)
            assert (await asked(desk, used)).status_code == 200
        assert (await asked(desk, idle)).status_code == 401
        hands.move(hours=8)
        assert (await asked(desk, used)).status_code == 401


async def test_a_cookie_is_no_token_and_a_token_no_cookie(desk: Desk) -> None:
    token = await desk.token("ada")
    secret = kept(await begun(desk)).partition("=")[2]
    assert (await desk.get("auth/me", by=secret)).status_code == 401
    assert (await asked(desk, f"__Host-session={token}")).status_code == 401
    assert (await asked(desk, f"__Host-session={secret}")).status_code == 200
    assert (await desk.get("auth/me", by=secret)).status_code == 401
    shown = {"Authorization": f"Cookie {secret}", "Sec-Fetch-Site": "cross-site"}
    assert (await desk.calling.get("/api/v1/auth/me", headers=shown)).status_code == 401
    assert (await desk.calling.post("/api/v1/notes", json={"text": "x"}, headers=shown)).status_code == 401


async def test_the_document_says_how_a_browser_signs_in(desk: Desk) -> None:
    document = (await desk.calling.get("/openapi.json")).json()
    scheme = document["components"]["securitySchemes"]["cookie"]
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "cookie", "__Host-session")
    assert document["paths"]["/api/v1/auth/me"]["get"]["security"] == [{"actor": []}, {"cookie": []}]
