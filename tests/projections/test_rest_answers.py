"""What is written: statuses, headers, conditional answers, errors in one shape."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter, HTTPException

from mainstay import Mainstay, Settings, anyone, mount
from mainstay.engine import Call
from mainstay.engine.limiter import Meter
from mainstay.events import Broke, CallFinished, RequestFinished
from mainstay.operation import Limit, Operation
from mainstay.policy.tree import ANYONE
from mainstay.projections.rest.answer import limit_headers
from tests.app.kitchen import SIGNED_IN, cook, kitchen, names, open_kitchen

SECURITY = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
}


@pytest.mark.requirement("A1.02", "A1.03", "A1.04", "A1.05", "A1.06", "A1.07", "A1.09", "A1.18")
async def test_each_operation_answers_with_its_status_and_envelope(calling: httpx2.AsyncClient) -> None:
    made = await cook(calling, "soup")
    assert made.status_code == 201
    assert made.headers["location"] == "/api/v1/dishes/soup"
    assert made.json()["data"]["title"] == "A soup"
    got = await calling.get("/api/v1/dishes/soup")
    assert (got.status_code, set(got.json())) == (200, {"data"})
    listed = await calling.get("/api/v1/dishes?limit=1")
    assert listed.json()["meta"] == {"limit": 1, "next": None, "previous": None}
    assert (await calling.get("/api/v1/dishes?page=1")).json()["meta"]["total"] == 1
    put = await calling.put("/api/v1/dishes/soup", json={"title": "New", "served": True}, headers=SIGNED_IN)
    assert (put.status_code, put.json()["data"]["title"]) == (200, "New")
    patch = await calling.patch("/api/v1/dishes/soup", json={"title": "Newer"}, headers=SIGNED_IN)
    assert (patch.status_code, patch.json()["data"]["title"]) == (200, "Newer")
    gone = await calling.delete("/api/v1/dishes/soup", headers=SIGNED_IN)
    assert (gone.status_code, gone.content) == (204, b"")
    assert "content-type" not in gone.headers


async def test_a_location_is_percent_encoded_and_leads_there(calling: httpx2.AsyncClient) -> None:
    made = await cook(calling, "crème/brûlée?")
    assert made.headers["location"] == "/api/v1/dishes/cr%C3%A8me%2Fbr%C3%BBl%C3%A9e%3F"
    assert (await calling.get(made.headers["location"])).json() == made.json()


@pytest.mark.parametrize(
    "given,status",
    [
        ('"{}"', 304),
        ('W/"{}"', 304),
        ('"0", "{}"', 304),
        ("*", 304),
        ('"0"', 200),
        ("{}", 200),
        ("", 200),
    ],
)
async def test_if_none_match_is_304_with_the_same_headers_and_no_body(
    calling: httpx2.AsyncClient, given: str, status: int
) -> None:
    await cook(calling, "soup")
    plain = await calling.get("/api/v1/dishes/soup")
    version = plain.headers["etag"].strip('"')
    answer = await calling.get("/api/v1/dishes/soup", headers={"If-None-Match": given.format(version)})
    assert answer.status_code == status
    if status == 304:
        assert answer.content == b""
        for name in ("etag", "cache-control", "vary"):
            assert answer.headers[name] == plain.headers[name]


async def test_if_match_reaches_the_row(calling: httpx2.AsyncClient) -> None:
    await cook(calling, "soup")
    stale = await calling.patch("/api/v1/dishes/soup", json={"title": "x"}, headers={**SIGNED_IN, "If-Match": '"77"'})
    assert (stale.status_code, stale.json()["error"]["code"]) == (412, "PRECONDITION_FAILED")


@pytest.mark.parametrize(
    "given,status", [('"{}"', 200), ('"0", "{}"', 200), ("*", 200), ('"0"', 412), ('W/"{}"', 412), ("", 412)]
)
async def test_if_match_on_a_read_is_412_where_it_is_another_version(
    calling: httpx2.AsyncClient, given: str, status: int
) -> None:
    await cook(calling, "soup")
    version = (await calling.get("/api/v1/dishes/soup")).headers["etag"].strip('"')
    headers = {"If-Match": given.format(version), "If-None-Match": f'"{version}"'}
    for method in ("GET", "HEAD"):
        answer = await calling.request(method, "/api/v1/dishes/soup", headers={"If-Match": headers["If-Match"]})
        assert answer.status_code == status
    assert (await calling.get("/api/v1/dishes/soup", headers=headers)).status_code == (304 if status == 200 else 412)
    assert (await calling.get("/api/v1/dishes/none", headers=headers)).status_code == 404
    if "{" not in given:
        listed = await calling.get("/api/v1/dishes", headers={"If-Match": given})
        assert listed.status_code == status, "a list has no version that a tag could be"


async def test_415_of_a_patch_says_which_patches_are_taken(calling: httpx2.AsyncClient) -> None:
    for method, path, told in [
        ("PATCH", "/api/v1/dishes/soup", "application/merge-patch+json, application/json"),
        ("PUT", "/api/v1/dishes/soup", None),
    ]:
        answer = await calling.request(method, path, content=b"{}", headers={**SIGNED_IN, "Content-Type": "text/plain"})
        assert (answer.status_code, answer.headers.get("accept-patch")) == (415, told)


async def test_head_is_get_without_a_body(calling: httpx2.AsyncClient) -> None:
    await cook(calling, "soup")
    for path in ("/api/v1/dishes/soup", "/api/v1/dishes", "/health/live", "/api/v1/dishes/today", "/openapi.json"):
        get, head = await calling.get(path), await calling.head(path)
        assert (head.status_code, head.content) == (200, b""), path
        assert set(head.headers) == set(get.headers)
        if "ealth" not in path and "today" not in path:
            assert head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.requirement("A1.09")
async def test_405_and_options_name_the_methods_of_the_merged_table(calling: httpx2.AsyncClient) -> None:
    for path, allow in [
        ("/api/v1/dishes", "GET, HEAD, OPTIONS, POST"),
        ("/api/v1/dishes/soup", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"),
        ("/api/v1/dishes/today", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"),
        ("/custom/me", "GET, HEAD, OPTIONS"),
        ("/stove", "DELETE, OPTIONS"),
        ("/health", "GET, HEAD, OPTIONS"),
        ("/openapi.json", "GET, HEAD, OPTIONS"),
    ]:
        options = await calling.options(path)
        assert (options.status_code, options.headers["allow"]) == (204, allow), path
        for method in ("TRACE", "PURGE"):
            wrong = await calling.request(method, path)
            assert (wrong.status_code, wrong.headers["allow"]) == (405, allow), path
            assert wrong.json()["error"]["code"] == "METHOD_NOT_ALLOWED"


async def test_a_literal_path_of_a_router_goes_before_a_key(calling: httpx2.AsyncClient) -> None:
    await cook(calling, "today")
    assert set((await calling.get("/api/v1/dishes/today")).json()) == {"request_id"}
    changed = await calling.patch("/api/v1/dishes/today", json={"title": "x"}, headers=SIGNED_IN)
    assert changed.status_code == 200


@pytest.mark.requirement("A1.13")
@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/api/v1/dishes/", "/api/v1//dishes", "/api/v1/dishes/x/y", "/redoc"]
)
async def test_an_unknown_path_is_404_and_never_a_redirect(calling: httpx2.AsyncClient, path: str) -> None:
    answer = await calling.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert answer.json()["error"]["message"] == "Nothing has this path; GET /openapi.json lists those that there are."
    missing = await calling.get("/api/v1/dishes/none")
    assert missing.json()["error"]["message"] == "There is nothing here."


@pytest.mark.parametrize(
    "accept,status",
    [
        (None, 200),
        ("*/*", 200),
        ("application/*", 200),
        ("application/json;q=0.1", 200),
        ("text/html, */*;q=0.1", 200),
        ("application/problem+json", 200),
        ("text/html", 406),
        ("application/json;q=0", 406),
        ("application/json;q=0, */*", 406),
        ("application/json;q=nonsense", 406),
    ],
)
async def test_an_answer_that_nobody_accepts_is_406(
    calling: httpx2.AsyncClient, accept: str | None, status: int
) -> None:
    if accept is None:
        del calling.headers["accept"]
    answer = await calling.get("/api/v1/dishes", headers={"Accept": accept} if accept else {})
    assert answer.status_code == status
    if status == 406:
        assert answer.json()["error"]["code"] == "NOT_ACCEPTABLE"


@pytest.mark.requirement("A1.19", "A1.20", "A1.21")
async def test_every_error_has_one_shape(calling: httpx2.AsyncClient) -> None:
    await cook(calling, "soup")
    await cook(calling, "draft", served=False)
    ben = {"Authorization": "Bearer ben"}
    answers = {
        400: await calling.get("/api/v1/dishes?nonsense=1"),
        401: await calling.post("/api/v1/dishes", json={"slug": "x", "title": "x"}),
        403: await calling.patch("/api/v1/dishes/soup", json={"title": "x"}, headers=ben),
        404: await calling.get("/api/v1/dishes/draft", headers=ben),
        405: await calling.put("/api/v1/dishes"),
        409: await cook(calling, "soup"),
        410: await calling.get("/custom/gone", headers=SIGNED_IN),
        415: await calling.post("/api/v1/dishes", headers=SIGNED_IN),
        422: await calling.post("/custom/orders", json={"table": 13, "dishes": []}, headers=SIGNED_IN),
        500: await calling.get("/custom/broken", headers=SIGNED_IN),
    }
    for status, answer in answers.items():
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/json"
        assert set(answer.json()) == {"error"}
        error = answer.json()["error"]
        assert set(error) == {"code", "message", "details", "request_id"}
        assert re.fullmatch("[A-Z_]+", error["code"])
        assert error["message"]
        assert error["request_id"] == answer.headers["x-request-id"]
        assert all(set(detail) == {"field", "code", "message"} for detail in error["details"])
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.requirement("A1.19")
async def test_problem_details_where_they_are_preferred(calling: httpx2.AsyncClient) -> None:
    for accept, kind in [
        ("application/problem+json", "application/problem+json"),
        ("application/json, application/problem+json", "application/problem+json"),
        ("application/json, application/problem+json;q=0.5", "application/json"),
        ("*/*", "application/json"),
    ]:
        for path in ("/api/v1/dishes?limit=x", "/nothing"):
            answer = await calling.get(path, headers={"Accept": accept})
            assert answer.headers["content-type"] == kind
    answer = await calling.get("/api/v1/dishes?limit=x", headers={"Accept": "application/problem+json"})
    body = answer.json()
    assert (body["status"], body["title"], body["type"]) == (400, "Bad Request", "about:blank")
    assert body["code"] == "VALIDATION_ERROR"
    assert body["details"][0]["field"] == "limit"
    assert body["request_id"] == answer.headers["x-request-id"]


async def test_a_status_that_no_standard_names_is_told_in_both_shapes(sqlite_url: str) -> None:
    router = APIRouter()

    @router.get("/left")
    async def left() -> None:
        raise HTTPException(499, "You left.")

    app = Mainstay(routers=[mount(router, allow=anyone)], database=sqlite_url, settings=Settings(log="off"))
    async with open_kitchen(app) as calling:
        plain = await calling.get("/left")
        problem = await calling.get("/left", headers={"Accept": "application/problem+json"})
    assert (plain.status_code, plain.json()["error"]["message"]) == (499, "You left.")
    assert (problem.status_code, problem.json()["title"], problem.json()["detail"]) == (499, "Error", "You left.")


@pytest.mark.requirement("A1.11", "A1.12")
async def test_401_says_how_to_sign_in_and_403_does_not(calling: httpx2.AsyncClient) -> None:
    unknown = await calling.post("/api/v1/dishes", json={"slug": "x", "title": "x"})
    assert unknown.headers["www-authenticate"] == "Bearer"
    wrong = await calling.get("/api/v1/dishes", headers={"Authorization": "Bearer nobody"})
    assert (wrong.status_code, wrong.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')
    refused = await calling.delete("/stove", headers=SIGNED_IN)
    assert refused.status_code == 403
    assert "www-authenticate" not in refused.headers


@pytest.mark.requirement("A8.05")
@pytest.mark.parametrize("given,kept", [("abc-1.2_Z", True), ("a" * 64, True), ("a" * 65, False), ("a b", False)])
async def test_a_request_id_is_taken_where_it_is_well_formed(
    calling: httpx2.AsyncClient, given: str, kept: bool
) -> None:
    for path in ("/api/v1/dishes", "/nothing", "/custom/me", "/health", "/openapi.json", "/api/v1/dishes?limit=x"):
        answer = await calling.get(path, headers={"X-Request-ID": given, **SIGNED_IN})
        assert (answer.headers["x-request-id"] == given) is kept
        assert re.fullmatch("[A-Za-z0-9._-]{1,64}", answer.headers["x-request-id"])


async def test_every_answer_has_each_header_once_and_the_security_headers(calling: httpx2.AsyncClient) -> None:
    await cook(calling, "soup")
    for method, path in [
        ("GET", "/api/v1/dishes"),
        ("GET", "/api/v1/dishes/soup"),
        ("GET", "/nothing"),
        ("GET", "/openapi.json"),
        ("GET", "/custom/me"),
        ("GET", "/custom/broken"),
        ("GET", "/health"),
        ("OPTIONS", "/api/v1/dishes"),
        ("POST", "/health"),
    ]:
        for headers in ({}, SIGNED_IN):
            answer = await calling.request(method, path, headers=headers)
            there = names(answer.headers.multi_items())
            assert len(there) == len(set(there)), (path, there)
            assert {name: answer.headers[name] for name in SECURITY} == SECURITY


@pytest.mark.requirement("A1.16", "A3.25", "A3.26")
async def test_limits_are_told_and_a_used_up_one_is_429(sqlite_url: str) -> None:
    async with open_kitchen(kitchen(sqlite_url, address_limit="3/hour", user_limit="1000/hour")) as calling:
        first = await calling.get("/api/v1/dishes", headers=SIGNED_IN)
        assert first.headers["ratelimit-policy"] == '"address";q=3;w=3600, "user";q=1000;w=3600'
        assert re.fullmatch('"address";r=2;t=\\d+, "user";r=999;t=\\d+', first.headers["ratelimit"])
        assert (await calling.get("/api/v1/dishes/today")).headers["ratelimit"].startswith('"address";r=1')
        await calling.get("/api/v1/dishes")
        for path in ("/api/v1/dishes", "/api/v1/dishes/today"):
            over = await calling.get(path)
            assert (over.status_code, over.json()["error"]["code"]) == (429, "TOO_MANY_REQUESTS")
            assert int(over.headers["retry-after"]) > 0
            assert over.headers["ratelimit"].startswith('"address";r=0')
        assert (await calling.get("/health")).status_code == 200


async def test_each_limit_is_told_under_a_name_of_its_own() -> None:
    limits = [Limit("address", 3, 60), Limit("address", 5, 60), Limit("user", 7, 60), Limit("user", 9, 60)]
    call = Call(Operation("dishes.list", "list", "GET", "/dishes", 200, ANYONE))
    call.meters = tuple(Meter("", limit) for limit in limits)
    call.left = tuple(number for limit in limits for number in (limit.calls - 1, 60))
    policy, left = (value.decode() for _, value in limit_headers(call))
    assert policy == '"address";q=3;w=60, "address-2";q=5;w=60, "user";q=7;w=60, "user-2";q=9;w=60'
    assert left == '"address";r=2;t=60, "address-2";r=4;t=60, "user";r=6;t=60, "user-2";r=8;t=60'


@pytest.mark.requirement("A1.17", "A3.28", "A8.03", "A8.04")
async def test_what_nobody_foresaw_is_a_500_that_says_nothing(sqlite_url: str, monkeypatch: Any) -> None:
    events: list[Any] = []
    app = kitchen(sqlite_url, events=events)

    async def broken(*arguments: Any) -> Any:
        raise RuntimeError("SELECT secret FROM safe at /srv/app on db.internal")

    async with open_kitchen(app) as calling:
        await cook(calling, "soup")
        monkeypatch.setattr(app.database, "read", broken)  # no request can make a sound engine break
        events.clear()
        compiled = await calling.get("/api/v1/dishes")
        custom = await calling.get("/custom/broken", headers=SIGNED_IN)
    for answer in (compiled, custom):
        assert answer.status_code == 500
        assert answer.json()["error"]["code"] == "INTERNAL_ERROR"
        assert not re.search("SELECT|secret|srv|internal|Traceback|Runtime", answer.text)
    broke = [event for event in events if isinstance(event, Broke)]
    assert [event.request_id for event in broke] == [
        compiled.headers["x-request-id"],
        custom.headers["x-request-id"],
    ]
    assert all(isinstance(event.error, RuntimeError) for event in broke)


async def test_one_event_a_request_whoever_answers_it(sqlite_url: str) -> None:
    events: list[Any] = []
    async with open_kitchen(kitchen(sqlite_url, events=events)) as calling:
        for method, path, status, operation in [
            ("GET", "/api/v1/dishes", 200, "dishes.list"),
            ("HEAD", "/custom/me", 200, "me"),
            ("GET", "/custom/broken", 500, "broken"),
            ("PUT", "/api/v1/dishes", 405, None),
            ("GET", "/nothing", 404, None),
            ("GET", "/health", 200, None),
            ("OPTIONS", "/custom/me", 204, None),
        ]:
            events.clear()
            answer = await calling.request(method, path, headers=SIGNED_IN)
            (event,) = [event for event in events if isinstance(event, RequestFinished)]
            assert (event.method, event.path, event.status, event.operation) == (method, path, status, operation)
            assert (event.request_id, event.address) == (answer.headers["x-request-id"], "192.0.2.1")
            calls = [event for event in events if isinstance(event, CallFinished)]
            assert len(calls) == (operation is not None)
            if operation:
                assert event.actor == "00000000-0000-0000-0000-000000000001"


async def test_a_host_that_is_not_served_is_refused_whatever_is_asked(sqlite_url: str) -> None:
    app = kitchen(sqlite_url, allowed_hosts=("api.example.com", "*.example.org"))
    async with open_kitchen(app) as calling:
        for host, served in [
            ("api.example.com", True),
            ("API.example.com:8000", True),
            ("a.b.example.org", True),
            ("example.org", False),
            ("evil.com", False),
            ("api.example.com.evil.com", False),
            ("", False),
        ]:
            for path in ("/api/v1/dishes", "/nothing", "/openapi.json", "/health"):
                answer = await calling.get(path, headers={"Host": host})
                assert (answer.status_code != 400) is served, (host, path)
