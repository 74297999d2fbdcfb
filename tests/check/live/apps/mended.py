"""The API of `vulnerable.py` without its flaws: no probe has anything to say of it."""

from __future__ import annotations

import ipaddress
import secrets
import socket
import sqlite3
from collections import Counter
from itertools import count
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Header, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from tests.check.live.apps import tokens
from tests.check.live.apps.vulnerable import BEARER, UPLOAD, part

GUESSES = 5
"""Wrong passwords in a row, after which an account is left alone for a while."""
PICTURE = b"\x89PNG\r\n\x1a\n"
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
}


class Strict(BaseModel):
    """A body in which nothing else may stand."""

    model_config = ConfigDict(extra="forbid")


class Account(Strict):
    """Who signs up."""

    username: str = Field(max_length=64, pattern=r"^[a-z0-9]+$")
    email: str = Field(max_length=254, pattern=r"^[^@\s]{1,64}@[^@\s]{1,189}$")
    password: str = Field(min_length=12, max_length=128)


class Credentials(Strict):
    """Who signs in."""

    username: str = Field(max_length=254)
    password: str = Field(max_length=128)


class NoteBody(Strict):
    """A note."""

    title: str = Field(max_length=200)
    text: str = Field(max_length=2_000)


class Address(Strict):
    """The address of a page."""

    url: str = Field(max_length=2_000)


class Email(Strict):
    """An address of somebody."""

    email: str = Field(max_length=254, pattern=r"^[^@\s]{1,64}@[^@\s]{1,189}$")


class Password(Strict):
    """A password."""

    password: str = Field(min_length=12, max_length=128)


class Order(Strict):
    """An order."""

    item: str = Field(max_length=200)
    quantity: int = Field(ge=1, le=1_000)


def application() -> FastAPI:
    """The API, with nothing in it yet."""
    app = FastAPI(title="Notes")
    key = secrets.token_hex(32)
    users: dict[str, dict[str, Any]] = {
        "root": {"username": "root", "email": "root@example.com", "password": secrets.token_hex(8), "is_admin": True}
    }
    notes: dict[int, dict[str, Any]] = {}
    orders: list[dict[str, Any]] = []
    answered: dict[tuple[str, str], dict[str, Any]] = {}
    files: dict[str, bytes] = {}
    wrong: Counter[str] = Counter()
    numbers = count(1)
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("create table books (title text, author text)")
    database.execute("insert into books values ('Middlemarch', 'George Eliot')")

    def caller(request: Request) -> dict[str, Any]:
        """Who is calling, as the token says."""
        claims = tokens.checked(request.headers.get("authorization", "").removeprefix("Bearer "), key)
        if claims is None or claims.get("sub") not in users:
            raise HTTPException(401, "Sign in first.", {"www-authenticate": "Bearer"})
        return users[claims["sub"]]

    def own_note(request: Request, note_id: int) -> dict[str, Any]:
        """A note of the caller's."""
        name = caller(request)["username"]
        if note_id not in notes or notes[note_id]["owner"] != name:
            raise HTTPException(404, "There is no such note.")
        return notes[note_id]

    @app.middleware("http")
    async def with_headers(request: Request, call_next: Any) -> Response:
        """Says which request it was, and what a browser may do with the answer."""
        number = secrets.token_hex(8)
        try:
            response: Response = await call_next(request)
        except Exception:
            response = JSONResponse({"detail": "Something broke.", "request_id": number}, 500)
        response.headers.update({**HEADERS, "x-request-id": number})
        return response

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "healthy"}

    @app.post("/sign-up", status_code=201)
    def sign_up(body: Account) -> dict[str, Any]:
        if body.username in users:
            raise HTTPException(409, "This name is taken.")
        users[body.username] = {"is_admin": False, **body.model_dump()}
        return {"username": body.username}

    @app.post("/sign-in")
    def sign_in(body: Credentials) -> dict[str, str]:
        known = users.get(body.username, {"password": secrets.token_hex(8)})
        if wrong[body.username] >= GUESSES:
            raise HTTPException(429, "Too many wrong passwords.", {"retry-after": "900"})
        if not secrets.compare_digest(known["password"], body.password):
            wrong[body.username] += 1
            raise HTTPException(401, "Name or password are wrong.")
        wrong.pop(body.username, None)
        return {"access_token": tokens.made({"sub": body.username}, key)}

    @app.get("/me", openapi_extra=BEARER)
    def me(request: Request) -> dict[str, Any]:
        return {name: value for name, value in caller(request).items() if name != "password"}

    @app.put("/me/email", openapi_extra=BEARER)
    def change_email(request: Request, body: Email) -> dict[str, str]:
        caller(request)["email"] = body.email
        return {"email": body.email}

    @app.get("/users/{username}")
    def user(username: str) -> dict[str, Any]:
        if username not in users:
            raise HTTPException(404, "There is no such user.")
        return {"username": username}

    @app.put("/users/{username}/password", openapi_extra=BEARER, status_code=204)
    def change_password(request: Request, username: str, body: Password) -> None:
        if caller(request)["username"] != username:
            raise HTTPException(403, "This is not your account.")
        users[username]["password"] = body.password

    @app.get("/admin/users", openapi_extra=BEARER, summary="Everybody, for administrators")
    def everybody(request: Request) -> list[str]:
        if not caller(request)["is_admin"]:
            raise HTTPException(403, "For administrators.")
        return sorted(users)

    @app.get("/notes", openapi_extra=BEARER)
    def list_notes(
        request: Request, limit: Annotated[int, Query(ge=1, le=100)] = 20, after: int = 0
    ) -> list[dict[str, Any]]:
        name = caller(request)["username"]
        return [each for each in notes.values() if each["owner"] == name and each["id"] > after][:limit]

    @app.post("/notes", openapi_extra=BEARER, status_code=201)
    def create_note(request: Request, body: NoteBody) -> dict[str, Any]:
        name, number = caller(request)["username"], next(numbers)
        notes[number] = {"id": number, "owner": name, **body.model_dump()}
        return notes[number]

    @app.get("/notes/{note_id}", openapi_extra=BEARER)
    def note(request: Request, note_id: int) -> dict[str, Any]:
        return own_note(request, note_id)

    @app.put("/notes/{note_id}", openapi_extra=BEARER)
    def change_note(request: Request, note_id: int, body: NoteBody) -> dict[str, Any]:
        own_note(request, note_id).update(body.model_dump())
        return notes[note_id]

    @app.delete("/notes/{note_id}", openapi_extra=BEARER, status_code=204)
    def delete_note(request: Request, note_id: int) -> None:
        del notes[own_note(request, note_id)["id"]]

    @app.get("/books")
    def books(author: Annotated[str, Query(max_length=200)]) -> list[str]:
        found = database.execute("select title from books where author = ? limit 100", (author,))
        return [title for (title,) in found]

    @app.post("/previews", openapi_extra=BEARER)
    def preview(request: Request, body: Address) -> dict[str, Any]:
        caller(request)
        parts = urlsplit(body.url)
        if parts.scheme != "https" or not parts.hostname or not is_public(parts.hostname):
            raise HTTPException(422, "Only pages of the web.")
        return {"length": 0}

    @app.post("/orders", openapi_extra=BEARER, status_code=201)
    def create_order(
        request: Request, body: Order, idempotency_key: Annotated[str | None, Header(max_length=64)] = None
    ) -> dict[str, Any]:
        name = caller(request)["username"]
        before = answered.get((name, idempotency_key or ""))
        if before is not None:
            return before
        orders.append({"id": len(orders) + 1, "owner": name, **body.model_dump()})
        if idempotency_key is not None:
            answered[name, idempotency_key] = orders[-1]
        return orders[-1]

    @app.get("/orders", openapi_extra=BEARER)
    def list_orders(request: Request, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> list[dict[str, Any]]:
        name = caller(request)["username"]
        return [each for each in orders if each["owner"] == name][:limit]

    @app.post("/files", openapi_extra={**BEARER, "requestBody": UPLOAD}, status_code=201)
    async def upload(request: Request) -> dict[str, str]:
        caller(request)
        _, _, content = part(request.headers["content-type"], await request.body())
        if not content.startswith(PICTURE):
            raise HTTPException(415, "Only pictures.")
        name = f"{secrets.token_hex(8)}.png"
        files[name] = content
        return {"name": name, "url": f"/files/{name}"}

    @app.get("/files/{name}")
    def download(name: str) -> Response:
        if name not in files:
            raise HTTPException(404, "There is no such file.")
        return Response(files[name], media_type="image/png", headers={"content-disposition": "attachment"})

    @app.post("/webhooks/payments")
    def paid(body: dict[str, Any], x_signature: Annotated[str, Header(max_length=128)] = "") -> dict[str, bool]:
        if not secrets.compare_digest(x_signature, tokens.signature(str(body), key)):
            raise HTTPException(401, "The signature is wrong.")
        return {"received": True}

    app.openapi()["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    return app


def is_public(host: str) -> bool:
    """Whether every address of a host is one of the web."""
    try:
        found = {each[4][0] for each in socket.getaddrinfo(host, 443)}
    except OSError:
        return False
    return all(ipaddress.ip_address(each).is_global for each in found)
