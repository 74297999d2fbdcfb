"""A small API with each flaw that the probes look for, once; `mended.py` is the same without them."""

from __future__ import annotations

import re
import sqlite3
import time
import traceback
import urllib.request
from email.parser import BytesParser
from itertools import count
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from tests.check.live.apps import tokens

KEY = "secret"
PER_ROW = 0.004
"""Seconds that the list of notes takes for each of them: a statement for each row, on a database in another house."""
BEARER: dict[str, Any] = {"security": [{"bearer": []}]}


class Account(BaseModel):
    """Who signs up; what else is sent is kept as well."""

    model_config = {"extra": "allow"}
    username: str
    email: str
    password: str


class Credentials(BaseModel):
    """Who signs in."""

    username: str
    password: str


class NoteBody(BaseModel):
    """A note."""

    title: str
    text: str


class Address(BaseModel):
    """An address of a page, or of somebody."""

    url: str


class Email(BaseModel):
    """An address of somebody."""

    email: str


class Password(BaseModel):
    """A password."""

    password: str


class Order(BaseModel):
    """An order."""

    item: str
    quantity: int


def application() -> FastAPI:
    """The API, with nothing in it yet."""
    app = FastAPI(title="Notes")
    users: dict[str, dict[str, Any]] = {
        "root": {"username": "root", "email": "root@example.com", "password": "toor", "is_admin": True}
    }
    notes: dict[int, dict[str, Any]] = {}
    orders: list[dict[str, Any]] = []
    files: dict[str, tuple[bytes, str]] = {}
    numbers = count(1)
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("create table books (title text, author text)")
    database.execute("insert into books values ('Middlemarch', 'George Eliot')")

    def caller(request: Request) -> dict[str, Any]:
        """Who is calling, as the token says."""
        claims = tokens.believed(request.headers.get("authorization", "").removeprefix("Bearer "), KEY)
        if claims is None or claims.get("sub") not in users:
            raise HTTPException(401, "Sign in first.")
        return users[claims["sub"]]

    @app.middleware("http")
    async def answered(request: Request, call_next: Any) -> Response:
        """Lets every page of the web read the answers."""
        try:
            response: Response = await call_next(request)
        except Exception:
            response = JSONResponse({"error": traceback.format_exc()}, 500)
        if origin := request.headers.get("origin"):
            response.headers["access-control-allow-origin"] = origin
            response.headers["access-control-allow-credentials"] = "true"
        return response

    @app.post("/sign-up", status_code=201)
    def sign_up(body: Account) -> dict[str, Any]:
        if body.username in users:
            raise sqlite3.IntegrityError("UNIQUE constraint failed: users.username")
        users[body.username] = {"is_admin": False, **body.model_dump()}
        return {"username": body.username}

    @app.post("/sign-in")
    def sign_in(body: Credentials, response: Response) -> dict[str, str]:
        if body.username not in users:
            raise HTTPException(401, "There is no such user.")
        if users[body.username]["password"] != body.password:
            raise HTTPException(401, "The password is wrong.")
        token = tokens.made({"sub": body.username}, KEY)
        response.set_cookie("session", token)
        return {"access_token": token}

    @app.get("/me", openapi_extra=BEARER)
    def me(request: Request) -> dict[str, Any]:
        return {name: value for name, value in caller(request).items() if name != "password"}

    @app.put("/me/email", openapi_extra=BEARER)
    def change_email(request: Request, body: Email) -> dict[str, str]:
        if not re.search(r"^([0-9a-zA-Z]([-.\w]*[0-9a-zA-Z])*@([0-9a-zA-Z][-\w]*\.)+[a-zA-Z]{2,9})$", body.email):
            raise HTTPException(400, "This is no address.")
        caller(request)["email"] = body.email
        return {"email": body.email}

    @app.get("/users/{username}")
    def user(username: str) -> dict[str, Any]:
        if username not in users:
            raise HTTPException(404, "There is no such user.")
        return {"username": username}

    @app.put("/users/{username}/password", openapi_extra=BEARER, status_code=204)
    def change_password(request: Request, username: str, body: Password) -> None:
        caller(request)
        users[username]["password"] = body.password

    @app.get("/admin/users", openapi_extra=BEARER, summary="Everybody, for administrators")
    def everybody(request: Request) -> list[str]:
        caller(request)
        return sorted(users)

    @app.get("/debug/users")
    def debug() -> list[dict[str, Any]]:
        return list(users.values())

    @app.get("/notes", openapi_extra=BEARER)
    def list_notes(request: Request) -> list[dict[str, Any]]:
        name = caller(request)["username"]
        mine = [each for each in notes.values() if each["owner"] == name]
        time.sleep(PER_ROW * len(mine))
        return mine

    @app.post("/notes", openapi_extra=BEARER, status_code=201)
    def create_note(request: Request, body: NoteBody) -> dict[str, Any]:
        number = next(numbers)
        notes[number] = {"id": number, "owner": caller(request)["username"], **body.model_dump()}
        return notes[number]

    @app.get("/notes/{note_id}", openapi_extra=BEARER)
    def note(request: Request, note_id: int) -> dict[str, Any]:
        caller(request)
        if note_id not in notes:
            raise HTTPException(404, "There is no such note.")
        return notes[note_id]

    @app.put("/notes/{note_id}", openapi_extra=BEARER)
    def change_note(request: Request, note_id: int, body: NoteBody) -> dict[str, Any]:
        caller(request)
        notes[note_id].update(body.model_dump())
        return notes[note_id]

    @app.delete("/notes/{note_id}", openapi_extra=BEARER, status_code=204)
    def delete_note(note_id: int) -> None:
        notes.pop(note_id, None)

    @app.get("/books")
    def books(author: str) -> list[str]:
        found = database.execute(f"select title from books where author = '{author}'")
        return [title for (title,) in found]

    @app.post("/previews", openapi_extra=BEARER)
    def preview(request: Request, body: Address) -> dict[str, Any]:
        caller(request)
        with urllib.request.urlopen(body.url, timeout=2) as page:
            return {"length": len(page.read())}

    @app.post("/orders", openapi_extra={**BEARER, "parameters": [IDEMPOTENCY]}, status_code=201)
    def create_order(request: Request, body: Order) -> dict[str, Any]:
        orders.append({"id": len(orders) + 1, "owner": caller(request)["username"], **body.model_dump()})
        return orders[-1]

    @app.get("/orders", openapi_extra=BEARER)
    def list_orders(request: Request, limit: int = 20) -> list[dict[str, Any]]:
        name = caller(request)["username"]
        return [each for each in orders if each["owner"] == name][:limit]

    @app.post("/files", openapi_extra={**BEARER, "requestBody": UPLOAD}, status_code=201)
    async def upload(request: Request) -> dict[str, str]:
        caller(request)
        name, kind, content = part(request.headers["content-type"], await request.body())
        files[name] = (content, kind)
        return {"name": name, "url": f"/files/{name}"}

    @app.get("/files/{name}")
    def download(name: str) -> Response:
        if name not in files:
            raise HTTPException(404, "There is no such file.")
        content, kind = files[name]
        return HTMLResponse(content) if b"<script" in content else Response(content, media_type=kind)

    @app.post("/webhooks/payments")
    def paid(body: dict[str, Any]) -> dict[str, bool]:
        return {"received": True}

    @app.get("/debug/vars", include_in_schema=False)
    def variables() -> dict[str, int]:
        return {"users": len(users), "notes": len(notes)}

    promised = app.openapi()
    promised["paths"]["/reports"] = {"get": {"responses": {"200": {"description": "All reports."}}}}
    promised["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    return app


IDEMPOTENCY = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}
UPLOAD: dict[str, Any] = {
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
                "required": ["file"],
            }
        }
    }
}


def part(kind: str, body: bytes) -> tuple[str, str, bytes]:
    """The name, the media type and the content of the file in a form."""
    message = BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    for each in message.walk():
        if name := each.get_filename():
            return name, each.get_content_type(), bytes(each.get_payload(decode=True) or b"")
    raise HTTPException(422, "There is no file.")
