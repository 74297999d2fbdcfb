"""Access tokens: JSON Web Tokens with just the claims and the algorithm that are ours (RFC 7519, 8725, 9068)."""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import OctKey, OKPKey
from joserfc.jws import JWSRegistry

from mainstay import clock
from mainstay.errors import Unauthenticated

Algorithm = Literal["EdDSA", "HS256"]

TYPE = "at+jwt"
"""The type in the header, so that no other token of the same key is taken for an access token (RFC 9068)."""
LONGEST = 4096
"""Characters of a token that is looked at."""
SKEW = 10
"""Seconds by which the clock of another machine that signs may be ahead of this one's."""
SHORTEST_SECRET = 32
"""Bytes of a key for HS256 (RFC 7518, 3.2)."""
PUBLISHED = ("{", "ssh-", "ecdsa-")
"""How keys begin that others are given: as JSON, and as SSH has them."""
REGISTRY = JWSRegistry(algorithms=["EdDSA", "HS256"])
warnings.filterwarnings("ignore", "EdDSA is deprecated via RFC 9864", SecurityWarning)
# RFC 9864 calls it Ed25519; most that verify tokens know it by its older name alone.
WRONG = "This token is not valid here; sign in again."
"""Told of every token that is refused: which check it failed helps only whoever forges one."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token that was verified says."""

    subject: str
    issued: int
    """Seconds since 1970."""
    expires: int
    identifier: str
    """The token's own (`jti`)."""
    session: str | None = None
    """The sign-in that it came of (`sid`)."""


class Keys:
    """The key that signs, and those that verify: each verifies the one algorithm it was made for."""

    def __init__(self, signing: OKPKey | OctKey, *retired: OKPKey | OctKey) -> None:
        self.signing = signing
        self.every: dict[str, OKPKey | OctKey] = {key.thumbprint(): key for key in (*retired, signing)}
        """By RFC 7638's thumbprint, which is the key's id."""

    @property
    def identifier(self) -> str:
        """The id of the key that signs."""
        return self.signing.thumbprint()

    def public(self) -> Mapping[str, Any]:
        """The public keys as a JSON Web Key Set (RFC 7517): none of a shared secret."""
        keys = [
            {**key.as_dict(private=False), "kid": name, "use": "sig", "alg": algorithm(key)}
            for name, key in self.every.items()
            if isinstance(key, OKPKey)
        ]
        return {"keys": keys}


def algorithm(key: OKPKey | OctKey) -> Algorithm:
    """The one algorithm that a key is for."""
    return "EdDSA" if isinstance(key, OKPKey) else "HS256"


def generated() -> OKPKey:
    """A new key for Ed25519."""
    return OKPKey.generate_key("Ed25519")


def imported(text: str) -> OKPKey | OctKey:
    """A key from its text: PEM of Ed25519, or else a secret for HS256; ValueError where it is neither."""
    if text.lstrip().startswith("-----BEGIN"):
        try:
            key = OKPKey.import_key(text)
        except (ValueError, JoseError) as error:
            raise ValueError(f"is no PEM of an Ed25519 key: {error}") from None
        if not key.is_private or key.curve_name != "Ed25519":
            raise ValueError("is not the private key of Ed25519; make one with `openssl genpkey -algorithm ed25519`")
        return key
    if text.lstrip().startswith(PUBLISHED):
        raise ValueError("is a key in another form, which may be a public one; give the PEM of a private key")
    if is_file(text):
        raise ValueError("names a file, which is no secret; give what is in it")
    if len(text.encode()) < SHORTEST_SECRET:
        raise ValueError(f"has fewer than {SHORTEST_SECRET} bytes; make one with `openssl rand -base64 48`")
    return OctKey.import_key(text)


def is_file(text: str) -> bool:
    """Whether a file has this name."""
    try:
        return Path(text.strip()).is_file()
    except (OSError, ValueError):
        return False


class Tokens:
    """Signs and verifies the access tokens of one application."""

    def __init__(
        self,
        keys: Callable[[], Keys],
        *,
        issuer: str,
        audience: str,
        seconds: int,
        clock: Callable[[], float] = clock.seconds,
    ) -> None:
        """`keys` are read when the first is needed."""
        self.read_keys = keys
        self.issuer = issuer
        self.audience = audience
        self.seconds = seconds
        """How long a token is good for."""
        self.clock = clock

    @cached_property
    def keys(self) -> Keys:
        """The keys that sign and verify."""
        return self.read_keys()

    def sign(self, subject: str, *, session: str | None = None, extra: Mapping[str, Any] | None = None) -> str:
        """A token for an account."""
        now = int(self.clock())
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": subject,
            "iat": now,
            "exp": now + self.seconds,
            "jti": secrets.token_urlsafe(12),
            **({} if session is None else {"sid": session}),
            **(extra or {}),
        }
        header = {"alg": algorithm(self.keys.signing), "kid": self.keys.identifier, "typ": TYPE}
        return jwt.encode(header, claims, self.keys.signing, registry=REGISTRY)

    def verify(self, token: str) -> Claims:
        """What the token says; Unauthenticated, with one sentence for whatever reason, where it is not good."""
        try:
            return self.verified(token)
        except (JoseError, ValueError, KeyError, TypeError, RecursionError):
            raise Unauthenticated(WRONG) from None

    def verified(self, token: str) -> Claims:
        """The same; raises what was wrong.

        The key is found by the header's `kid` among our own, and the algorithm is that key's: what a
        header says of either is never believed (RFC 8725, 3.1, 3.5), and keys that it carries or
        points at are not looked at.
        """
        if len(token) > LONGEST or not token.isascii():
            raise ValueError("no token of ours")
        known: list[OKPKey | OctKey] = []

        def named(guest: Any) -> OKPKey | OctKey:
            known.append(self.keys.every[guest.headers()["kid"]])
            return known[0]

        decoded = jwt.decode(token, named, registry=REGISTRY)
        header, claims = decoded.header, decoded.claims
        if header["alg"] != algorithm(known[0]) or header.get("typ") != TYPE or header.keys() - {"alg", "kid", "typ"}:
            raise ValueError("a header that we do not write")
        now = int(self.clock())
        jwt.JWTClaimsRegistry(
            now=now,
            leeway=SKEW,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            sub={"essential": True},
            iat={"essential": True},
            exp={"essential": True},
            jti={"essential": True},
        ).validate(claims)
        if claims["exp"] <= now or claims["exp"] - claims["iat"] > self.seconds:
            raise ValueError("a life that none of ours has, or one that is over")
        session = claims.get("sid")
        if session is not None and not isinstance(session, str):
            raise ValueError("a session that is no text")
        return Claims(claims["sub"], int(claims["iat"]), int(claims["exp"]), claims["jti"], session)
