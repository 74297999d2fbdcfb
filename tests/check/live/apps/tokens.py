"""JSON web tokens by hand, so that they can be made and read as badly as is wanted."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any


def made(claims: dict[str, Any], key: str) -> str:
    """A token signed with HS256."""
    head = part({"alg": "HS256", "typ": "JWT"}) + "." + part({**claims, "exp": int(time.time()) + 900})
    return f"{head}.{signature(head, key)}"


def checked(token: str, key: str) -> dict[str, Any] | None:
    """The claims of a token that is signed with the key, by HS256, and has not ended; None for any other."""
    try:
        head, claims, given = token.split(".")
        if read(head)["alg"] != "HS256" or not hmac.compare_digest(signature(f"{head}.{claims}", key), given):
            return None
        told = read(claims)
        return told if told["exp"] > time.time() else None
    except (ValueError, KeyError, TypeError):
        return None


def believed(token: str, key: str) -> dict[str, Any] | None:
    """The claims of a token that is signed with the key, or says that it is not signed at all."""
    try:
        head, claims, _ = token.split(".")
        return read(claims) if read(head)["alg"] == "none" else checked(token, key)
    except (ValueError, KeyError, TypeError):
        return None


def part(value: dict[str, Any]) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def read(text: str) -> dict[str, Any]:
    """What a part of a token says."""
    told: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return told


def signature(text: str, key: str) -> str:
    """The signature of a text."""
    return base64.urlsafe_b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode().rstrip("=")
