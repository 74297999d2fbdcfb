"""What accounts hand out besides access tokens: refresh tokens, session cookies, API keys; only hashes are stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass

from mainstay.errors import Unauthenticated

KEY_PREFIX = "msk_"
"""What every API key begins with, so that one that leaks into a repository is recognised."""
MAC = 16
"""Bytes of a refresh token's seal."""


def hashed(secret: str) -> str:
    """What is stored of a secret of 256 random bits, which needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


# Refresh tokens


@dataclass(frozen=True, slots=True)
class Refresh:
    """A refresh token: of which session, and the how manieth of it."""

    session: uuid.UUID
    generation: int


class Sealer:
    """Writes refresh tokens that nobody else can, so that an old one is told from an invented one."""

    def __init__(self, key: bytes) -> None:
        self.key = hashlib.blake2b(key, digest_size=32, person=b"refresh").digest()

    def write(self, refresh: Refresh) -> str:
        """The token."""
        payload = refresh.session.bytes + refresh.generation.to_bytes(4, "big")
        return base64.urlsafe_b64encode(payload + self.seal(payload)).rstrip(b"=").decode()

    def read(self, token: str) -> Refresh:
        """What a token says; Unauthenticated where it was not made here."""
        try:
            raw = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except ValueError:
            raise Unauthenticated from None
        payload, seal = raw[:20], raw[20:]
        if len(raw) != 20 + MAC or not hmac.compare_digest(seal, self.seal(payload)):
            raise Unauthenticated
        return Refresh(uuid.UUID(bytes=payload[:16]), int.from_bytes(payload[16:], "big"))

    def seal(self, payload: bytes) -> bytes:
        """The keyed hash of what a token says."""
        return hashlib.blake2b(payload, key=self.key, digest_size=MAC).digest()


def new_session() -> str:
    """The secret of a browser's session: 256 random bits."""
    return secrets.token_urlsafe(32)


# API keys


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key: the part by which it is found and shown, and the part that is secret."""

    prefix: str
    secret: str

    def __str__(self) -> str:
        return f"{KEY_PREFIX}{self.prefix}_{self.secret}"


def new_api_key() -> ApiKey:
    """A key of 256 random bits."""
    return ApiKey(secrets.token_hex(4), secrets.token_hex(32))


def read_api_key(text: str) -> ApiKey | None:
    """The parts of a key; None where it is none."""
    prefix, _, secret = text.removeprefix(KEY_PREFIX).partition("_")
    if not text.startswith(KEY_PREFIX) or len(prefix) != 8 or len(secret) != 64:
        return None
    return ApiKey(prefix, secret)
