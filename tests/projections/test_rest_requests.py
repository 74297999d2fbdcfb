"""What is read of a request, and what is refused before anything runs."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from mainstay import strict_json
from mainstay.errors import MalformedBody
from tests.app.kitchen import SIGNED_IN, client, cook, kitchen, open_kitchen

JSON = {**SIGNED_IN, "Content-Type": "application/json"}


@pytest.mark.requirement("A1.10", "A3.01", "A3.03")
@pytest.mark.parametrize(
    "body,words",
    [
        (b"", "The body is empty"),
        (b" \n ", "The body is empty"),
        (b'{"a":1,"a":2}', 'the key "a" stands twice in one object, at line 1, column 8'),
        (b'{"a":{"x":1},\n "b":[{"x":1,"\\u0078":2}]}', 'the key "x" stands twice in one object, at line 2, column 14'),
        (b'{"a":NaN}', "NaN is not a JSON number, at line 1, column 6"),
        (b"[-Infinity]", "-Infinity is not a JSON number, at line 1, column 2"),
        (b'{"a":1e999}', "a number is too large, at line 1, column 6"),
        (b"[" + b"1" * 5000 + b"]", "a number has more than 100 characters, at line 1, column 2"),
        (b'{"a":1} x', "something follows after the value, at line 1, column 9"),
        (b'{"a":1,}', "at line 1, column"),
        (b"{'a':1}", "at line 1, column 2"),
        (b'["\xff"]', "byte 3 does not belong there"),
        (b'["\\ud800"]', "half of a surrogate pair is not a character, at line 1, column 2"),
        (b'{"\\udc00":1}', "half of a surrogate pair is not a character, at line 1, column 2"),
        (b'["a\nb"]', "at line 1, column 4"),
        (b"[" * 33 + b"]" * 33, "more than 32 arrays and objects inside one another, at line 1, column 33"),
        (b"[" * 100_000, "more than 32 arrays and objects inside one another, at line 1, column 33"),
        (b'{"a":' * 100_000, "more than 32 arrays and objects inside one another"),
        (b"\xef\xbb\xbf{}", "at line 1, column 1"),
    ],
)
async def test_a_body_that_is_not_strict_json_is_refused_with_the_place(
    calling: httpx2.AsyncClient, body: bytes, words: str
) -> None:
    answer = await calling.post("/api/v1/dishes", content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "MALFORMED_BODY"
    assert words in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "body,value",
    [
        (b'{"a":{"a":[{"a":1},{"a":"}{"}]}}', {"a": {"a": [{"a": 1}, {"a": "}{"}]}}),
        (b'"\\ud83c\\udf72"', "\N{POT OF FOOD}"),
        (b'"\\\\ud800"', "\\ud800"),
        (b"[" * 32 + b"]" * 32, None),
        (b"[" + b"[]," * 100 + b"[]]", [[]] * 101),
        (b' {"e":1e3} ', {"e": 1000.0}),
    ],
)
def test_a_strict_body_is_read_as_it_is(body: bytes, value: Any) -> None:
    read = strict_json.decode(body)
    assert value is None or read == value


def test_what_is_refused_is_refused_before_any_later_mistake_of_syntax() -> None:
    with pytest.raises(MalformedBody, match="NaN"):
        strict_json.decode(b'{"a":NaN,"b":1-2]')


@pytest.mark.requirement("A1.09")
@pytest.mark.parametrize(
    "method,kind,status",
    [
        ("POST", "application/json", 201),
        ("POST", "application/json; charset=UTF-8", 201),
        ("POST", "application/vnd.kitchen+json", 201),
        ("POST", "application/json; charset=latin-1", 415),
        ("POST", "application/merge-patch+json", 415),
        ("POST", "text/plain", 415),
        ("POST", "application/x-www-form-urlencoded", 415),
        ("POST", "", 415),
        ("PATCH", "application/merge-patch+json", 200),
        ("PATCH", "application/json", 200),
        ("PATCH", "application/json-patch+json", 415),
    ],
)
async def test_a_body_of_another_type_is_415(calling: httpx2.AsyncClient, method: str, kind: str, status: int) -> None:
    await cook(calling, "soup")
    path = "/api/v1/dishes" + ("/soup" if method == "PATCH" else "")
    body = b'{"title":"T"}' if method == "PATCH" else b'{"title":"T","slug":"s"}'
    answer = await calling.request(method, path, content=body, headers={**SIGNED_IN, "Content-Type": kind})
    assert answer.status_code == status
    if status == 415:
        assert answer.json()["error"]["code"] == "UNSUPPORTED_MEDIA_TYPE"


async def test_a_compressed_body_is_415(calling: httpx2.AsyncClient) -> None:
    answer = await calling.post("/api/v1/dishes", content=b"{}", headers={**JSON, "Content-Encoding": "gzip"})
    assert answer.status_code == 415


@pytest.mark.requirement("A3.25")
async def test_a_body_over_the_limit_is_413_by_its_length_and_while_it_streams(sqlite_url: str) -> None:
    async def parts() -> Any:
        for _ in range(20):
            yield b" " * 10

    async with open_kitchen(kitchen(sqlite_url, body_limit=100)) as calling:
        for content in (b" " * 101, parts()):
            answer = await calling.post("/api/v1/dishes", content=content, headers=JSON)
            assert answer.status_code == 413
            assert "100 bytes" in answer.json()["error"]["message"]
        exact = b'{"slug":"a","title":"b"}'.ljust(100)
        assert (await calling.post("/api/v1/dishes", content=exact, headers=JSON)).status_code == 201


@pytest.mark.requirement("A3.25")
async def test_a_body_of_more_values_than_anybody_needs_is_413(calling: httpx2.AsyncClient) -> None:
    headers = {"Content-Type": "application/json", **SIGNED_IN}
    many, prose = b'{"name":[' + b"1," * 10_000 + b"1]}", b'{"name":"' + b"a, " * 10_000 + b'"}'
    assert (await calling.post("/api/v1/dishes", content=many, headers=headers)).status_code == 413
    assert (await calling.post("/api/v1/dishes", content=prose, headers=headers)).status_code == 400


async def test_a_body_that_does_not_arrive_is_408_and_the_connection_is_closed(sqlite_url: str) -> None:
    async def parts() -> Any:
        yield b"{"
        await asyncio.sleep(5)

    async with open_kitchen(kitchen(sqlite_url, body_timeout=0.05)) as calling:
        answer = await calling.post("/api/v1/dishes", content=parts(), headers=JSON)
        assert answer.status_code == 408
        assert answer.json()["error"]["code"] == "REQUEST_TIMEOUT"
        assert answer.headers["connection"] == "close"


@pytest.mark.requirement("A1.10")
@pytest.mark.parametrize("query", ["served=%zz", "served=%f", "title=%ff", "%c3%28=1", "a=\xff"])
async def test_a_query_that_cannot_be_decoded_is_400(calling: httpx2.AsyncClient, query: str) -> None:
    answer = await raw(calling, query=query.encode("latin-1"))
    assert answer["status"] == 400
    assert b"wrong_encoding" in answer["body"]


async def test_a_query_is_bounded(calling: httpx2.AsyncClient) -> None:
    assert (await raw(calling, query=b"a" * 8193))["status"] == 400
    assert b"more than 100 parameters" in (await raw(calling, query=b"&".join([b"served=true"] * 101)))["body"]


async def test_a_query_may_be_encoded_where_it_need_not_be(calling: httpx2.AsyncClient) -> None:
    await cook(calling, "soup")
    for query in (b"served=true", b"%73erved=tru%65", b"&served=true&"):
        assert b"soup" in (await raw(calling, query=query))["body"]


async def test_a_path_that_cannot_be_decoded_is_400_and_an_encoded_slash_stays_in_its_segment(
    calling: httpx2.AsyncClient,
) -> None:
    await cook(calling, "a/b")
    found = await raw(calling, path="/api/v1/dishes/a/b", raw_path=b"/api/v1/dishes/a%2Fb")
    assert found["status"] == 200
    assert (await raw(calling, path="/api/v1/dishes/a/b", raw_path=b"/api/v1/dishes/a/b"))["status"] == 404
    assert (await raw(calling, path="/api/v1/dishes/\ufffd", raw_path=b"/api/v1/dishes/%ff"))["status"] == 400


async def test_a_header_that_may_come_once_comes_once(calling: httpx2.AsyncClient) -> None:
    twice = [(b"authorization", b"Bearer anna"), (b"authorization", b"Bearer ben")]
    answer = await raw(calling, headers=twice)
    assert answer["status"] == 400
    assert b"Authorization is given twice" in answer["body"]
    both = [(b"content-length", b"3"), (b"transfer-encoding", b"chunked")]
    assert (await raw(calling, headers=both))["status"] == 400
    tags = [(b"accept", b"text/html"), (b"accept", b"application/json")]
    assert (await raw(calling, headers=tags))["status"] == 200


async def raw(
    calling: httpx2.AsyncClient,
    *,
    path: str = "/api/v1/dishes",
    raw_path: bytes | None = None,
    query: bytes = b"",
    headers: list[tuple[bytes, bytes]] | None = None,
) -> dict[str, Any]:
    """The answer to a request that no client would send."""
    sent: list[Any] = []
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": raw_path if raw_path is not None else path.encode(),
        "query_string": query,
        "headers": headers or [],
        "client": ("192.0.2.1", 1),
        "http_version": "1.1",
        "scheme": "http",
        "root_path": "",
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    app: Any = calling._transport.app  # type: ignore[attr-defined]
    await app(scope, receive, send)
    return {"status": sent[0]["status"], "body": sent[1]["body"], "headers": dict(sent[0]["headers"])}


async def test_the_address_is_the_peer_unless_a_trusted_proxy_says_otherwise(sqlite_url: str) -> None:
    four, six = "10.0.0.1", "2001:db8:9:9::7"
    for peer, trusted, forwarded, expected in [
        (four, (), "203.0.113.9", "10.0.0.1"),
        (four, ("10.0.0.0/8",), "203.0.113.9", "203.0.113.9"),
        (four, ("10.0.0.0/8",), "1.1.1.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        (four, ("10.0.0.0/8",), "203.0.113.9:4711", "203.0.113.9"),
        (four, ("10.0.0.0/8",), "[2001:db8:1:2:3::1]:4711", "2001:db8:1:2::"),
        (four, ("10.0.0.0/8",), "::ffff:203.0.113.9, ::ffff:10.0.0.7", "203.0.113.9"),
        (four, ("10.0.0.0/8",), "nonsense", "10.0.0.1"),
        (four, ("192.0.2.0/24",), "203.0.113.9", "10.0.0.1"),
        (six, ("192.0.2.0/24",), "203.0.113.9", "2001:db8:9:9::"),
        (six, (six,), "203.0.113.9", "203.0.113.9"),
        (six, ("2001:db8:9:9::",), "203.0.113.9", "2001:db8:9:9::"),
        ("::1", ("::1",), "2001:db8:1:2:3::1, 2001:db8:9:9::7", "2001:db8:9:9::"),
        ("::1", ("::1", six), "2001:db8:1:2:3::1, 2001:db8:9:9::7", "2001:db8:1:2::"),
        ("::ffff:10.0.0.1", ("10.0.0.1",), "203.0.113.9", "203.0.113.9"),
    ]:
        events: list[Any] = []
        app = kitchen(sqlite_url, events=events, trusted_proxies=trusted)
        async with open_kitchen(app), client(app, address=peer) as calling:
            await calling.get("/health/live", headers={"X-Forwarded-For": forwarded})
        (address,) = [event.address for event in events if type(event).__name__ == "RequestFinished"]
        assert address == expected


@pytest.mark.requirement("A3.25")
@pytest.mark.parametrize(
    "method,path,body,headers,status",
    [
        ("POST", "/api/v1/dishes", b"{", {"Content-Type": "application/json"}, 400),
        ("POST", "/api/v1/dishes", b"{}", {"Content-Type": "text/plain"}, 415),
        ("GET", "/api/v1/dishes?served=%zz", None, {}, 400),
        ("GET", "/api/v1/dishes", None, {"Accept": "text/html"}, 406),
    ],
)
async def test_what_cannot_be_read_uses_up_the_limit_and_comes_after_who_is_calling(
    sqlite_url: str, method: str, path: str, body: bytes | None, headers: dict[str, str], status: int
) -> None:
    async with open_kitchen(kitchen(sqlite_url, address_limit="100/hour")) as calling:
        for left in range(99, -1, -1):
            answer = await calling.request(method, path, content=body, headers=headers)
            assert answer.status_code == status
            assert answer.headers["ratelimit"].startswith(f'"address";r={left};')
        over = await calling.request(method, path, content=body, headers=headers)
        assert (over.status_code, over.json()["error"]["code"]) == (429, "TOO_MANY_REQUESTS")
        assert int(over.headers["retry-after"]) > 0
        assert over.headers["ratelimit-policy"] == '"address";q=100;w=3600'
        assert over.headers["ratelimit"].startswith('"address";r=0')
    async with open_kitchen(kitchen(sqlite_url)) as calling:
        unknown = {**headers, "Authorization": "Bearer nobody"}
        answer = await calling.request(method, path, content=body, headers=unknown)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHENTICATED")


async def test_a_caller_who_leaves_before_the_body_is_there_is_no_fault_of_ours(sqlite_url: str) -> None:
    events: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        raise AssertionError(message)

    app = kitchen(sqlite_url, events=events)
    async with open_kitchen(app):
        events.clear()
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/api/v1/dishes",
            "query_string": b"",
            "headers": [(b"content-type", b"application/json")],
            "client": ("192.0.2.1", 1),
        }
        await app(scope, receive, send)
        told = [(type(event).__name__, event.status) for event in events]
    assert told == [("CallFinished", 499), ("RequestFinished", 499)]
