"""A handler written by hand: an ASGI function that knows its routes, in front of `queries.py`."""

from __future__ import annotations

import os
import re
import time
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from benchmarks.contenders import queries
from benchmarks.contenders.queries import NewRecipe, encode, identifier
from benchmarks.tokens import Verifier, WrongToken

CALLS, SECONDS = 10_000_000, 60
"""A rate limit that is counted and never reached."""

decode = msgspec.json.Decoder(NewRecipe).decode
verifier = Verifier()
full_at: dict[str, float] = {}
log = open(os.environ["ACCESS_LOG"], "ab", buffering=64 * 1024)  # noqa: SIM115 - for as long as the process lives


async def page(query: bytes, actor: Any) -> bytes:
    """A page of the recipes of an author, those that the actor may read."""
    given = dict(parse_qsl(query.decode(), strict_parsing=True))
    include = given.pop("include", "")
    if given.pop("sort", "-created_at") != "-created_at" or given.keys() - {"author_id", "published", "limit"}:
        raise ValueError(query)
    limit = int(given.get("limit", "20"))
    published = {"true": True, "false": False}[given["published"]]
    if not 1 <= limit <= 100 or include not in ("", "author", "comments,tags"):
        raise ValueError(query)
    return await queries.page(identifier(given["author_id"]), published, include, limit, actor)


async def body_of(receive: Any) -> bytes:
    """The body of a request."""
    parts = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def allowed(caller: str) -> bool:
    """Whether the caller has a call left (the generic cell rate algorithm)."""
    now = time.monotonic()
    full = max(full_at.get(caller, now), now) + SECONDS / CALLS
    if full - now > SECONDS:
        return False
    full_at[caller] = full
    return True


JSON = (b"content-type", b"application/json")


async def answer(send: Any, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    """Sends an answer."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [JSON, length, *headers]})
    await send({"type": "http.response.body", "body": body})


async def guarded(scope: Any, send: Any) -> None:
    """The list under a policy: token, limit, request id, access line."""
    started = time.perf_counter()
    headers = dict(scope["headers"])
    request_id = headers.get(b"x-request-id", b"").decode()
    if not re.fullmatch(r"[\w.-]{8,64}", request_id):
        request_id = os.urandom(16).hex()
    actor, status, body = None, 200, b""
    try:
        actor = verifier.claims(headers[b"authorization"].decode().removeprefix("Bearer ")).sub
        if allowed(actor):
            body = await page(scope["query_string"], actor)
        else:
            status, body = 429, b'{"error":{"code":"TOO_MANY_REQUESTS"}}'
    except (WrongToken, KeyError):
        status, body = 401, b'{"error":{"code":"UNAUTHENTICATED"}}'
    except ValueError:
        status, body = 400, b'{"error":{"code":"VALIDATION_ERROR"}}'
    await answer(send, status, body, (b"x-request-id", request_id.encode()))
    line = {
        "time": time.time(),
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "actor": actor,
        "address": scope["client"][0],
        "request_id": request_id,
        "seconds": round(time.perf_counter() - started, 6),
    }
    log.write(encode(line) + b"\n")


PREFIX = "/api/v1/recipes/"


async def app(scope: Any, receive: Any, send: Any) -> None:
    """The routes."""
    if scope["type"] == "lifespan":
        await receive()
        await queries.connect()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        log.close()
        await send({"type": "lifespan.shutdown.complete"})
        return
    path = scope["path"]
    try:
        if path.startswith(PREFIX):
            body = await queries.one(path[len(PREFIX) :])
            await answer(send, 200 if body else 404, body or b'{"error":{"code":"NOT_FOUND"}}')
        elif path == "/api/v1/recipes" and scope["method"] == "POST":
            await answer(send, 201, await queries.create(decode(await body_of(receive))))
        elif path == "/api/v1/recipes":
            await answer(send, 200, await page(scope["query_string"], None))
        elif path == "/api/v1/hello":
            await answer(send, 200, encode({"data": "Hello, world"}))
        elif path == "/api/v1/guarded-recipes":
            await guarded(scope, send)
        else:
            await answer(send, 404, b'{"error":{"code":"NOT_FOUND"}}')
    except (ValueError, KeyError, msgspec.MsgspecError):
        await answer(send, 400, b'{"error":{"code":"VALIDATION_ERROR"}}')
