"""Mainstay's engine behind the least that ASGI needs: what is left for the REST projection to add.

It is no interface: it has a request id, a limit and an access line, and no answer for what goes wrong.
"""

from __future__ import annotations

import os
import time
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from benchmarks.contenders.identity import Bearer
from benchmarks.contenders.models import GuardedRecipes, Recipes
from mainstay.backing.open import database
from mainstay.compiler import compile as compiled
from mainstay.engine import Call, Engine
from mainstay.errors import MainstayError
from mainstay.identity import Credentials
from mainstay.operation import Limit

URL = os.environ["DATABASE_URL"]
LIMITS = (Limit("address", 10_000_000, 60), Limit("user", 10_000_000, 60))

made = compiled([Recipes, GuardedRecipes], database=URL.partition(":")[0], limits=LIMITS)
behind = database(URL)
engine = Engine(made.application, made.storage, behind, identity=Bearer(), limits=LIMITS, cursor_key=b"k" * 32)
routes = {operation.path: operation for operation in made.application.operations if operation.action == "list"}
get = made.application.operation("recipes.get")
prefix = "/api/v1/recipes/"
encode = msgspec.json.Encoder().encode
log = open(os.environ["ACCESS_LOG"], "ab", buffering=64 * 1024)  # noqa: SIM115 - for as long as the process lives
SECURITY = [(b"x-content-type-options", b"nosniff"), (b"x-frame-options", b"DENY"), (b"cache-control", b"no-store")]


async def app(scope: Any, receive: Any, send: Any) -> None:
    """One call for each request."""
    if scope["type"] == "lifespan":
        await receive()
        await engine.open()
        await behind.create_missing(made.storage.metadata)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await engine.close()
        log.close()
        await send({"type": "lifespan.shutdown.complete"})
        return
    started = time.perf_counter()
    path = scope["path"]
    authorization = next((value for name, value in scope["headers"] if name == b"authorization"), None)
    operation = routes.get(path) or get
    call = Call(
        operation,
        key=(path[len(prefix) :],) if operation is get else (),
        parameters=parse_qsl(scope["query_string"].decode(), keep_blank_values=True),
        credentials=Credentials("bearer", authorization.decode()[7:]) if authorization else None,
        address=scope["client"][0],
        request_id=os.urandom(16).hex(),
    )
    try:
        answer = await engine.execute(call)
        status, given = answer.status, {"data": answer.data}
        if answer.meta is not None:
            given["meta"] = answer.meta
    except MainstayError as error:
        status, given = error.status, {"error": error.code}
    body = encode(given)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-request-id", call.request_id.encode()),
        *SECURITY,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    line = {
        "time": time.time(),
        "method": scope["method"],
        "path": path,
        "status": status,
        "operation": operation.name,
        "actor": None if call.actor.id is None else str(call.actor.id),
        "address": call.address,
        "request_id": call.request_id,
        "seconds": round(time.perf_counter() - started, 6),
    }
    log.write(encode(line) + b"\n")
