"""Bearer tokens (JWT, HS256, RFC 7519) for the authors, and their verification as careful backends do it.

A token that has been verified is remembered until it expires.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

import msgspec

SECRET = b"a secret of the benchmark, and long enough"
HEADER = b'{"alg":"HS256","typ":"JWT"}'
MOST = 10_000
SECONDS = 24 * 3600


class Claims(msgspec.Struct):
    """What a token says."""

    sub: str
    exp: float
    roles: list[str] = []


class WrongToken(Exception):
    """A token that is malformed, forged or expired."""


def encoded(raw: bytes) -> bytes:
    """URL-safe Base64 without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def decoded(text: str) -> bytes:
    """What URL-safe Base64 without padding says."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def issue(subject: str) -> str:
    """A token for a day."""
    return signed(Claims(subject, int(time.time()) + SECONDS, ["author"]), SECRET)


def signed(claims: object, secret: bytes) -> str:
    """A token that says so."""
    content = encoded(HEADER) + b"." + encoded(msgspec.json.encode(claims))
    return (content + b"." + encoded(hmac.digest(secret, content, hashlib.sha256))).decode()


class Verifier:
    """Tells the claims of a token."""

    def __init__(self) -> None:
        self.known: dict[str, Claims] = {}

    def claims(self, token: str) -> Claims:
        """The claims; WrongToken where the token is no good."""
        found = self.known.get(token)
        if found is None:
            found = verified(token)
            if len(self.known) >= MOST:
                self.known.clear()
            self.known[token] = found
        if found.exp <= time.time():
            raise WrongToken
        return found


def verified(token: str) -> Claims:
    """The claims of a token whose signature is right."""
    try:
        content, _, signature = token.encode().rpartition(b".")
        header, _, claims = content.partition(b".")
        if header != encoded(HEADER) or not hmac.compare_digest(
            signature, encoded(hmac.digest(SECRET, content, hashlib.sha256))
        ):
            raise WrongToken
        return msgspec.json.decode(decoded(claims.decode()), type=Claims)
    except (ValueError, msgspec.MsgspecError) as error:
        raise WrongToken from error
