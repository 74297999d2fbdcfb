"""JSON web tokens: what one says, whether a key that everybody knows signs it, and forged ones."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
WEAK_KEYS = ("", *(Path(__file__).parent / "weak_keys.txt").read_text(encoding="utf-8").splitlines())
"""Keys from tutorials, templates and lists of what was found."""


@dataclass(frozen=True, slots=True)
class WebToken:
    """A token in its parts."""

    head: dict[str, Any]
    claims: dict[str, Any]
    signed: str
    """The text that is signed."""
    signature: str

    @property
    def algorithm(self) -> str:
        """How it says that it is signed."""
        return str(self.head.get("alg", ""))


def read(text: str) -> WebToken | None:
    """The token that a text is; None where it is none."""
    parts = text.split(".")
    if len(parts) != 3:
        return None
    try:
        head, claims = json.loads(_decoded(parts[0])), json.loads(_decoded(parts[1]))
    except ValueError:
        return None
    if not isinstance(head, dict) or not isinstance(claims, dict):
        return None
    return WebToken(head, claims, f"{parts[0]}.{parts[1]}", parts[2])


def weak_key(token: WebToken) -> str | None:
    """The known key that signs a token; None where none of them does."""
    if token.algorithm not in HASHES:
        return None
    for key in WEAK_KEYS:
        if hmac.compare_digest(_signature(token.signed, key.encode(), token.algorithm), token.signature):
            return key
    return None


def forged(token: WebToken, claims: dict[str, Any], algorithm: str, key: bytes = b"") -> str:
    """A token with these claims, signed by a key, or not at all where the algorithm is none of HMAC."""
    head = {**token.head, "alg": algorithm}
    text = f"{_encoded(json.dumps(head).encode())}.{_encoded(json.dumps(claims).encode())}"
    return f"{text}.{_signature(text, key, algorithm) if algorithm in HASHES else ''}"


def public_keys(told: Any) -> list[bytes]:
    """The RSA keys of a JSON web key set, each as the PEM that a careless check takes for the key of an HMAC."""
    keys = told.get("keys") if isinstance(told, dict) else None
    out = []
    for each in keys if isinstance(keys, list) else []:
        if isinstance(each, dict) and each.get("kty") == "RSA" and isinstance(each.get("n"), str):
            try:
                out.append(
                    _pem(int.from_bytes(_decoded(each["n"])), int.from_bytes(_decoded(str(each.get("e", "AQAB")))))
                )
            except ValueError:
                continue
    return out


def _pem(modulus: int, exponent: int) -> bytes:
    """A public key as SubjectPublicKeyInfo (RFC 5280), written by hand."""
    numbers = _der(0x30, _integer(modulus) + _integer(exponent))
    kind = _der(0x30, bytes.fromhex("06092a864886f70d0101010500"))
    whole = base64.b64encode(_der(0x30, kind + _der(0x03, b"\0" + numbers))).decode()
    lines = "\n".join(whole[at : at + 64] for at in range(0, len(whole), 64))
    return f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n".encode()


def _integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1))


def _der(tag: int, content: bytes) -> bytes:
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8)
    return bytes([tag, 128 + len(size)]) + size + content


def _signature(text: str, key: bytes, algorithm: str) -> str:
    return _encoded(hmac.new(key, text.encode(), HASHES[algorithm]).digest())


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
