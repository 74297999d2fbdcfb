"""A token that nobody but the API should be able to make, made here, and accepted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mainstay.check.exchange import shortened
from mainstay.check.finding import Found
from mainstay.check.live import web_tokens
from mainstay.check.live.answer import Answer
from mainstay.check.live.operations import Operation
from mainstay.check.live.people import NOBODY, Person
from mainstay.check.live.probe import found
from mainstay.check.live.service import Service
from mainstay.check.live.web_tokens import WebToken

KEY_SETS = ("/.well-known/jwks.json", "/jwks.json", "/oauth/jwks", "/.well-known/openid-configuration/jwks")


def ask(service: Service) -> Iterator[Found]:
    """Asks with tokens of an own account that are not signed, signed with a known key, or with the wrong algorithm."""
    person = next((each for each in service.people if _token(each)), None)
    at = _asked_at(service, person) if person is not None else None
    if person is None or at is None:
        return
    operation, path = at
    text = _token(person)
    token = web_tokens.read(text)
    good = service.client.send("GET", path, person)

    def accepted(forged: str) -> Answer | None:
        headers = {name: value.replace(text, forged) for name, value in person.headers.items()}
        answer = service.client.send("GET", path, Person(f"who forged the token of {person.name}", headers))
        return answer if answer.went_well and _alike(answer, good) else None

    for what, forged in _attempts(service, token, text):
        answer = accepted(forged)
        if answer is not None:
            yield found(operation, what, "proven", good, answer)
            return


def _attempts(service: Service, token: WebToken | None, text: str) -> Iterator[tuple[str, str]]:
    """Each forged token, and what it says of the API where it is accepted."""
    yield "a token that means nothing is accepted", "x" * max(len(text) // 2, 16)
    if token is None:
        return
    for name in ("none", "None", "NONE", "nOnE"):
        yield (
            f"a token that says it is not signed (alg {name}) is accepted",
            web_tokens.forged(token, token.claims, name),
        )
    yield "the signature of tokens is not looked at", f"{token.signed}.{_turned(token.signature)}"
    yield "a token without its signature is accepted", f"{token.signed}."
    key = web_tokens.weak_key(token)
    if key is not None:
        what = f"tokens are signed with a key that is in every list: {shortened(key)!r}; anybody makes them for anybody"
        yield what, web_tokens.forged(token, _later(token.claims), token.algorithm, key.encode())
    if token.algorithm.startswith(("RS", "PS")):
        for path in KEY_SETS:
            for pem in web_tokens.public_keys(service.client.send("GET", service.client.address.base + path).json):
                for form in (pem, pem.rstrip(b"\n")):
                    what = (
                        f"tokens that are to be signed by {token.algorithm} are accepted with HS256 and the public key"
                    )
                    yield what, web_tokens.forged(token, token.claims, "HS256", form)


def _later(claims: dict[str, Any]) -> dict[str, Any]:
    """The same claims, with an end that the API did not give."""
    end = claims.get("exp")
    return {**claims, "exp": int(end) + 3_600} if isinstance(end, int | float) else claims


def _turned(signature: str) -> str:
    """Another signature of the same length."""
    return signature[::-1] if signature[::-1] != signature else "A" * len(signature)


def _token(person: Person) -> str:
    """The token in somebody's headers."""
    value = person.token or next(
        (value.rpartition(" ")[2] for name, value in person.headers.items() if name == "authorization"), ""
    )
    return value if value and any(value in each for each in person.headers.values()) else ""


def _asked_at(service: Service, person: Person) -> tuple[Operation, str] | None:
    """An operation that answers somebody who is signed in, and refuses nobody."""
    me = service.accounts.me
    first = [(me, me.path)] if me is not None else []
    for operation, path in [*first, *service.readable()]:
        if (
            service.client.send("GET", path, NOBODY).status in (401, 403)
            and service.client.send("GET", path, person).went_well
        ):
            return operation, path
    return None


def _alike(one: Answer, other: Answer) -> bool:
    """Whether two answers have the same fields."""
    if isinstance(one.json, dict) and isinstance(other.json, dict):
        return set(one.json) == set(other.json)
    return type(one.json) is type(other.json)
