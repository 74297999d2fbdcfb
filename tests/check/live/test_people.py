"""How the probes sign people up and in by themselves, and what they do with the tokens that they get."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from mainstay.check.config import Config
from mainstay.check.live.settings import LiveSettings, SignIn, SignUp
from mainstay.check.probes import all_probes
from mainstay.check.review import Review
from tests.check.live.apps import tokens
from tests.check.live.conftest import probed, served

SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "token": {"type": "apiKey", "in": "header", "name": "Authorization"},
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
}
TEXT = {"type": "string"}
FIELDS = {"grant_type": TEXT, "username": TEXT, "password": TEXT}
FORM = {
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {"type": "object", "required": ["username", "password"], "properties": FIELDS}
        }
    }
}


class Person(BaseModel):
    """Who signs up and in."""

    email: str
    password: str


class Wrapped(BaseModel):
    """The same, one deeper."""

    user: Person


class Api:
    """An API in which people sign up and in, each in its way; it remembers who asked for /me."""

    def __init__(self, way: str) -> None:
        self.app = FastAPI()
        self.people: dict[str, str] = {}
        self.given: dict[str, str] = {}
        self.signed_in: set[str] = set()
        getattr(self, way)(self.app)
        self.app.get("/me", openapi_extra={"security": [{way: []}]})(self.me)
        self.app.openapi()["components"]["securitySchemes"] = {
            way: SCHEMES.get({"form": "bearer", "wrapped": "token", "custom": "key"}.get(way, "bearer"))
        }

    def me(self, request: Request) -> Any:
        """Who asks."""
        who = self.known(request)
        if who is None:
            return JSONResponse({"error": "who?"}, 401)
        self.signed_in.add(who)
        return {"email": who}

    def enter(self, person: Person) -> str:
        """A token, where name and password are right."""
        if self.people.get(person.email) != person.password:
            return ""
        token = secrets.token_hex(12)
        self.given[token] = person.email
        return token

    def form(self, app: FastAPI) -> None:
        """A form, as OAuth has it, and a bearer token."""
        app.post("/register")(self.signed_up)

        @app.post("/token", openapi_extra={"requestBody": FORM})
        async def token(request: Request) -> Any:
            told = {key: value[0] for key, value in parse_qs((await request.body()).decode()).items()}
            token = self.enter(Person(email=told["username"], password=told["password"]))
            return {"access_token": token, "refresh_token": "x" * 40} if token else JSONResponse({}, 400)

        self.known = lambda request: self.given.get(request.headers.get("authorization", "").removeprefix("Bearer "))

    def wrapped(self, app: FastAPI) -> None:
        """An object in an object, and a word of one's own before the token."""

        @app.post("/users")
        def register(body: Wrapped) -> dict[str, Any]:
            return {"user": self.signed_up(body.user)}

        @app.post("/users/login")
        def login(body: Wrapped) -> Any:
            token = self.enter(body.user)
            return {"user": {"email": body.user.email, "token": token}} if token else JSONResponse({}, 401)

        self.known = lambda request: self.given.get(request.headers.get("authorization", "").removeprefix("Token "))

    def cookie(self, app: FastAPI) -> None:
        """A cookie, and no token."""
        app.post("/signup")(self.signed_up)

        @app.post("/session")
        def session(body: Person, response: Response) -> Any:
            token = self.enter(body)
            if token:
                response.set_cookie("session", token, httponly=True)
            return {"ok": bool(token)}

        self.known = lambda request: self.given.get(request.cookies.get("session", ""))

    def custom(self, app: FastAPI) -> None:
        """Paths and names that nobody guesses."""

        @app.post("/a")
        def a(body: dict[str, str]) -> dict[str, bool]:
            self.people[body["mail"]] = body["word"]
            return {}

        @app.post("/b")
        def b(body: dict[str, str]) -> Any:
            token = self.enter(Person(email=body["mail"], password=body["word"]))
            return {"x": {"y": token}}

        self.known = lambda request: self.given.get(request.headers.get("x-key", ""))

    def signed_up(self, body: Person) -> dict[str, str]:
        """Keeps who signs up."""
        self.people[body.email] = body.password
        return {"email": body.email}

    known: Callable[[Request], str | None]


ONLY = Config(ignore=tuple(each.name for each in all_probes() if each.name != "secret-answered"))
TOLD = LiveSettings(
    sign_up=SignUp("POST /a", {"mail": "{email}", "word": "{password}"}),
    sign_in=SignIn("POST /b", {"mail": "{email}", "word": "{password}"}, token="x.y", header="X-Key: {token}"),
)


@pytest.mark.parametrize("way", ["form", "wrapped", "cookie", "custom"])
def test_two_people_are_signed_up_and_in(way: str) -> None:
    api = Api(way)
    with served(api.app) as url:
        result = probed(url, TOLD if way == "custom" else None, ONLY)
    assert len(api.signed_in) == 2, result.notes
    assert all(name.startswith("probe") for name in api.signed_in)
    assert not any("signed in" in each for each in result.notes)


def test_a_way_that_nobody_guesses_is_told_as_missing() -> None:
    with served(Api("custom").app) as url:
        result = probed(url, None, ONLY)
    assert any("no operation to sign up was found" in each for each in result.notes)


def test_who_is_signed_up_and_cannot_sign_in_is_told_with_the_answer() -> None:
    api = Api("form")
    api.enter = lambda person: ""  # type: ignore[method-assign]
    with served(api.app) as url:
        result = probed(url, None, ONLY)
    assert any("cannot sign in: nobody: POST /token" in each and "-> 400" in each for each in result.notes)


class Signed:
    """An API whose tokens are read by a function that is given, and which has one account for everybody."""

    def __init__(self, make: Callable[[dict[str, Any]], str], read: Callable[[str], bool], keys: Any = None) -> None:
        self.app = FastAPI()

        @self.app.post("/sign-up")
        def sign_up(body: Person) -> dict[str, str]:
            return {"email": body.email}

        @self.app.post("/sign-in")
        def sign_in(body: Person) -> dict[str, str]:
            return {"token": make({"sub": body.email})}

        @self.app.get("/me", openapi_extra={"security": [{"bearer": []}]})
        def me(request: Request) -> Any:
            given = request.headers.get("authorization", "").removeprefix("Bearer ")
            return {"email": "a@b.example"} if read(given) else JSONResponse({}, 401)

        @self.app.get("/.well-known/jwks.json", include_in_schema=False)
        def jwks() -> Any:
            return keys

        self.app.openapi()["components"]["securitySchemes"] = {"bearer": SCHEMES["bearer"]}


ONLY_FORGED = Config(ignore=tuple(each.name for each in all_probes() if each.name != "forged-token-accepted"))


def forged(api: Signed) -> str:
    """What the probe says of forged tokens; empty where it says nothing."""
    with served(api.app) as url:
        result: Review = probed(url, None, ONLY_FORGED)
    assert not any("signed in" in each for each in result.notes), result.notes
    return next((each.what for each in result.findings), "")


def is_signed(text: str, key: str) -> bool:
    return tokens.checked(text, key) is not None


STRONG = secrets.token_hex(32)


@pytest.mark.parametrize(
    "make,read,words",
    [
        (lambda claims: tokens.made(claims, STRONG), lambda text: is_signed(text, STRONG), ""),
        (lambda claims: tokens.made(claims, "changeme"), lambda text: is_signed(text, "changeme"), "in every list"),
        (lambda claims: tokens.made(claims, STRONG), lambda text: text.count(".") == 2, "alg none"),
        (
            lambda claims: tokens.made(claims, STRONG),
            lambda text: text.count(".") == 2 and tokens.read(text.split(".")[0])["alg"] == "HS256",
            "the signature of tokens is not looked at",
        ),
        (lambda claims: tokens.made(claims, STRONG), bool, "a token that means nothing"),
        (
            lambda claims: tokens.made(claims, STRONG),
            lambda text: text.endswith(".") or is_signed(text, STRONG),
            "alg none",
        ),
    ],
)  # fmt: skip
def test_a_forged_token_is_found_by_what_is_not_looked_at(
    make: Callable[[dict[str, Any]], str], read: Callable[[str], bool], words: str
) -> None:
    told = forged(Signed(make, read))
    assert (words in told) if words else told == ""


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    """A key of RSA."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@pytest.mark.parametrize("careless", [True, False])
def test_the_public_key_is_tried_as_that_of_an_hmac(key: rsa.RSAPrivateKey, careless: bool) -> None:
    numbers = key.public_key().public_numbers()
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def make(claims: dict[str, Any]) -> str:
        text = f"{tokens.part({'alg': 'RS256', 'typ': 'JWT'})}.{tokens.part(claims)}"
        return f"{text}.{encoded(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def read(text: str) -> bool:
        try:
            head, claims, signature = text.split(".")
            if careless and tokens.read(head)["alg"] == "HS256":
                good = encoded(hmac.new(pem, f"{head}.{claims}".encode(), hashlib.sha256).digest())
                return hmac.compare_digest(good, signature)
            return make(json.loads(json.dumps(tokens.read(claims)))) == text
        except (ValueError, KeyError):
            return False

    set_of_keys = {"keys": [{
        "kty": "RSA", "alg": "RS256", "n": encoded(numbers.n.to_bytes(256)), "e": encoded(numbers.e.to_bytes(3))
    }]}  # fmt: skip
    told = forged(Signed(make, read, set_of_keys))
    assert ("accepted with HS256 and the public key" in told) is careless
