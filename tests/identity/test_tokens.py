"""Access tokens: what is signed here is taken, and nothing else is (RFC 8725)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from mainstay.errors import Unauthenticated
from mainstay.identity.tokens import REGISTRY, TYPE, Keys, Tokens, generated, imported

NOW = 1_795_000_000.0
KEY = generated()
SHARED = "a secret of at least thirty-two bytes, shared"

pytestmark = pytest.mark.requirement("A3.10")


def tokens(*keys: OKPKey | OctKey, **more: Any) -> Tokens:
    """An application's tokens at a fixed moment."""
    options = {"issuer": "https://here", "audience": "api", "seconds": 900, "clock": lambda: NOW, **more}
    return Tokens(lambda: Keys(*(keys or (KEY,))), **options)


def part(value: Any) -> str:
    """A part of a token."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


PUBLISHED: dict[str, Any] = dict(KEY.as_dict(private=False))
CLAIMS = {"iss": "https://here", "aud": "api", "sub": "ann", "iat": int(NOW), "exp": int(NOW) + 900, "jti": "1"}
HEADER = {"alg": "EdDSA", "kid": KEY.thumbprint(), "typ": TYPE}


def forged(header: dict[str, Any] | None = None, key: Any = KEY, **claims: Any) -> str:
    """A token with other headers or claims, those that are None left out, well signed."""
    heads = {name: value for name, value in {**HEADER, **(header or {})}.items() if value is not None}
    said = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode(heads, said, key, registry=REGISTRY, default_type=None)


def unsigned(algorithm: str) -> str:
    """A token that says that it needs no signature."""
    return f"{part({**HEADER, 'alg': algorithm})}.{part(CLAIMS)}."


def confused_with(secret: bytes) -> str:
    """A token whose signature is an HMAC under something that everybody can fetch."""
    signed = f"{part({**HEADER, 'alg': 'HS256'})}.{part(CLAIMS)}"
    return f"{signed}.{part(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


def own_key(member: str) -> str:
    """A token that brings, or points at, the key of whoever forged it."""
    key = generated()
    value: Any = key.as_dict(private=False) if member == "jwk" else "https://elsewhere/keys"
    return jwt.encode({**HEADER, member: value}, CLAIMS, key, registry=REGISTRY, default_type=None)


def changed() -> str:
    """A token of ours with another subject put in."""
    head, _, signature = forged().split(".")
    return f"{head}.{part({**CLAIMS, 'sub': 'admin'})}.{signature}"


def twice() -> str:
    """A token of ours with another subject put before the one that was signed."""
    head, body, signature = forged().split(".")
    claims = b'{"sub":"admin",' + base64.urlsafe_b64decode(body + "==")[1:]
    return f"{head}.{part(claims)}.{signature}"


def malleable() -> str:
    """A token of ours whose signature is written in another way, by bits that stand for nothing."""
    token, letters = forged(), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + letters[letters.index(token[-1]) + 1]


FORGED: dict[str, Callable[[], str]] = {
    "no signature": lambda: unsigned("none"),
    "no signature, spelt otherwise": lambda: unsigned("nOnE"),
    "an HMAC under the public key": lambda: confused_with(KEY.as_pem(private=False)),
    "an HMAC under its published bytes": lambda: confused_with(base64.urlsafe_b64decode(PUBLISHED["x"] + "=")),
    "an HMAC under their text": lambda: confused_with(PUBLISHED["x"].encode()),
    "an HMAC under the key as it is published": lambda: confused_with(json.dumps(PUBLISHED).encode()),
    "an HMAC under nothing": lambda: confused_with(b""),
    "another claim under the same signature": changed,
    "somebody else's key": lambda: forged(key=generated()),
    "a key that it brings": lambda: own_key("jwk"),
    "a key that it points at": lambda: own_key("jku"),
    "a certificate that it points at": lambda: own_key("x5u"),
    "a key id that is a path": lambda: forged({"kid": "../../dev/null"}),
    "a key id that is a query": lambda: forged({"kid": "x' OR '1'='1"}),
    "no key id": lambda: forged({"kid": None}),
    "another type": lambda: forged({"typ": "JWT"}),
    "no type": lambda: forged({"typ": None}),
    "something critical": lambda: forged({"crit": ["kid"]}),
    "another issuer": lambda: forged(iss="https://there"),
    "no issuer": lambda: forged(iss=None),
    "another audience": lambda: forged(aud="billing"),
    "no audience": lambda: forged(aud=None),
    "no subject": lambda: forged(sub=None),
    "a subject that is a number": lambda: forged(sub=7),
    "no end": lambda: forged(exp=None),
    "an end that is text": lambda: forged(exp="9999999999"),
    "an end that has come": lambda: forged(exp=int(NOW)),
    "an end that is no number": lambda: forged(exp=float("nan")),
    "an end in milliseconds": lambda: forged(exp=(int(NOW) + 900) * 1000),
    "a longer life than ours": lambda: forged(exp=int(NOW) + 901),
    "made before there was time": lambda: forged(iat=-1),
    "several issuers": lambda: forged(iss=["https://here", "https://there"]),
    "an end that is a yes": lambda: forged(exp=True),
    "an identifier that is a number": lambda: forged(jti=1),
    "a token in a token": lambda: forged({"cty": "JWT"}),
    "made in the future": lambda: forged(iat=int(NOW) + 60),
    "not yet good": lambda: forged(nbf=int(NOW) + 60),
    "an end that came just now": lambda: forged(iat=int(NOW) - 900, exp=int(NOW)),
    "no identifier": lambda: forged(jti=None),
    "a session that is no text": lambda: forged(sid=["x"]),
    "a key id that is a list": lambda: f"{part({**HEADER, 'kid': [HEADER['kid']]})}.{part(CLAIMS)}.{part(b'x' * 64)}",
    "an encrypted token": lambda: ".".join([part({"alg": "dir", "enc": "A128GCM", "kid": HEADER["kid"]}), *"abcd"]),
    "a body that is not encoded": lambda: forged({"b64": False, "crit": ["b64"]}),
    "claims that are a list": lambda: f"{part(HEADER)}.{part([1])}.{part(b'x')}",
    "nothing": lambda: "",
    "dots": lambda: "..",
    "a claim twice, of which one is signed": twice,
    "a break in the middle": lambda: forged().replace(".", ".\n", 1),
    "padding": lambda: forged() + "=",
    "bits behind the signature": malleable,
    "too long": lambda: forged(padding="x" * 5000),
    "letters of no alphabet": lambda: forged() + "é",
}


@pytest.mark.parametrize("name", FORGED)
def test_a_token_that_is_not_ours_is_refused_and_not_told_why(name: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        tokens().verify(FORGED[name]())
    assert refused.value.message == "This token is not valid here; sign in again."


def test_the_forged_ones_differ_from_a_good_one_in_that_alone() -> None:
    assert tokens().verify(forged()).subject == "ann"


def test_a_token_says_who_until_when_and_of_which_session() -> None:
    token = tokens().sign("ann", session="s1")
    claims = tokens().verify(token)
    assert (claims.subject, claims.issued, claims.expires, claims.session) == ("ann", NOW, NOW + 900, "s1")
    assert tokens().verify(tokens().sign("ann")).identifier != claims.identifier
    tokens(clock=lambda: NOW + 899).verify(token)
    with pytest.raises(Unauthenticated):
        tokens(clock=lambda: NOW + 900).verify(token)


def test_a_token_of_a_machine_whose_clock_is_a_little_ahead_is_good() -> None:
    ahead = tokens(clock=lambda: NOW + 5).sign("ann")
    assert tokens().verify(ahead).subject == "ann"
    with pytest.raises(Unauthenticated):
        tokens().verify(tokens(clock=lambda: NOW + 30).sign("ann"))


def test_a_retired_key_verifies_and_no_longer_signs() -> None:
    before, after = generated(), generated()
    old = tokens(before).sign("ann")
    both = tokens(after, before)
    assert both.verify(old).subject == "ann"
    with pytest.raises(Unauthenticated):
        tokens(before).verify(both.sign("ann"))


def test_a_shared_secret_signs_and_is_not_published() -> None:
    shared = tokens(imported(SHARED))
    assert shared.verify(shared.sign("ann")).subject == "ann"
    assert shared.keys.public() == {"keys": []}
    with pytest.raises(Unauthenticated):
        shared.verify(tokens().sign("ann"))


def test_the_public_keys_verify_elsewhere_and_hold_nothing_private() -> None:
    public = tokens().keys.public()
    (key,) = public["keys"]
    assert (key["alg"], key["use"], key["kty"], key["kid"]) == ("EdDSA", "sig", "OKP", KEY.thumbprint())
    assert "d" not in key
    elsewhere = OKPKey.import_key(key)
    assert jwt.decode(tokens().sign("ann"), elsewhere, registry=REGISTRY).claims["sub"] == "ann"


@pytest.mark.parametrize(
    "text,words",
    [
        ("short", "fewer than 32 bytes"),
        ("-----BEGIN PRIVATE KEY-----\nxxxx\n-----END PRIVATE KEY-----", "is no PEM"),
        (KEY.as_pem(private=False).decode(), "is not the private key of Ed25519"),
        (json.dumps(PUBLISHED), "is a key in another form"),
        (json.dumps({"keys": [PUBLISHED]}), "is a key in another form"),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJxHqB2fG1s7u0s0s0s0s0s0s0s0s0s0s0s0s0s0s0s0 ada", "in another form"),
        (__file__, "names a file, which is no secret"),
        (OKPKey.generate_key("X25519").as_pem(private=True).decode(), "is not the private key of Ed25519"),
        (ECKey.generate_key("P-256").as_pem(private=True).decode(), "is no PEM|is not the private key"),
        (RSAKey.generate_key(2048).as_pem(private=True).decode(), "is no PEM|is not the private key"),
    ],
    ids=["short", "broken", "public", "jwk", "jwks", "ssh", "path", "x25519", "p256", "rsa"],
)
def test_a_key_that_cannot_sign_is_told_with_how_to_make_one(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        imported(text)


def test_a_key_is_read_from_its_text() -> None:
    again = imported(KEY.as_pem(private=True).decode())
    assert tokens(again).verify(tokens().sign("ann")).subject == "ann"
