"""Tokens, passwords, random numbers, comparisons and foreign origins in programs of Java."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Comparison, Cors, Fact, PasswordUse, TokenUse
from mainstay.check.flow.beans import property_of, short
from mainstay.check.flow.program import Run, Seen
from mainstay.check.flow.value import Value
from mainstay.check.reading.reader import Located, known_text, label, last, own_nodes
from mainstay.check.reading.tokens import PASSWORDS, SIGNATURES

FAST = re.compile(r"^(md[245]|sha-?(1|224|256|384|512)?)$", re.IGNORECASE)
DIGESTS = re.compile(r"^(md5|sha1|sha256|sha384|sha512|sha)(Hex|DigestAsHex)?$", re.IGNORECASE)
WEAK_ENCODERS = {
    "NoOpPasswordEncoder": "it keeps the password as it is",
    "StandardPasswordEncoder": "SHA-256 is made to be fast",
    "MessageDigestPasswordEncoder": "the digest is made to be fast",
    "Md4PasswordEncoder": "MD4 is broken",
    "LdapShaPasswordEncoder": "SHA-1 is made to be fast",
}
OTHER = re.compile(r"hash|reset|token|encoder", re.IGNORECASE)
EXPIRES = frozenset({"setExpiration", "expiration", "withExpiresAt", "expirationTime"})
OWN_CLAIMS = frozenset({"setClaims", "addClaims", "claims", "withPayload"})
ORIGINS = frozenset(
    {
        "allowedOrigins",
        "allowedOriginPatterns",
        "setAllowedOrigins",
        "setAllowedOriginPatterns",
        "addAllowedOrigin",
        "addAllowedOriginPattern",
    }
)
CREDENTIALS = frozenset({"allowCredentials", "setAllowCredentials"})


def read(run: Run) -> Iterator[Located]:
    """The uses of tokens and passwords in a function, comparisons that tell, and who may call from a browser."""
    calls = run.calls
    for seen in calls:
        for fact in _facts(seen, calls):
            yield seen.position, fact
    yield from _origins(calls)
    for value in [*run.decorators, *_of_classes(run)]:
        if isinstance(value.source, Seen) and last(value.source.name) == "CrossOrigin":
            yield from _annotated(value.source)
    yield from _compared(run)


def _of_classes(run: Run) -> Iterator[Value]:
    """The annotations of the classes of a file, where the file is followed and not one of its methods."""
    for node in run.unit.tree.body if run.function is None else ():
        found = run.unit.scope.find(node.name) if isinstance(node, s.Class) else None
        if found is not None and found.made is not None:
            yield from found.made.decorators


def _facts(seen: Seen, calls: list[Seen]) -> Iterator[Fact]:
    parts = short(seen.name).split(".")
    owner, method, place, function = parts[0], seen.method, seen.place, label(seen)
    if owner in WEAK_ENCODERS and method in (owner, "getInstance"):
        yield PasswordUse(place=place, function=function, action="hash", scheme=owner, weak=WEAK_ENCODERS[owner])
    elif owner == "BCryptPasswordEncoder" and method == owner and seen.arguments:
        rounds = seen.arguments[0].const
        if isinstance(rounds, int) and 0 < rounds < 10:
            weak = f"{rounds} rounds are too few"
            yield PasswordUse(place=place, function=function, action="hash", scheme="bcrypt", weak=weak)
    elif _about_password(seen) and (scheme := _digest(seen, owner, method)):
        weak = f"{scheme} is made to be fast"
        yield PasswordUse(place=place, function=function, action="hash", scheme=scheme, weak=weak)
    elif owner == "JWT" and method == "decode" and not _verifies(seen):
        yield _unverified(seen, "JWT.decode only reads; a verifier verifies")
    elif method in ("parseClaimsJwt", "parseUnsecuredClaims", "parsePlaintextJwt"):
        yield _unverified(seen, f"{method} reads tokens that nobody signed")
    elif method == "unsecured" and owner == "Jwts":
        yield _unverified(seen, "tokens that nobody signed are let in")
    elif method == "parse" and owner in ("SignedJWT", "JWTParser", "JWSObject"):
        if not _verifies(seen):
            yield _unverified(seen, f"{owner}.parse only reads; verify verifies")
    elif method in ("compact", "sign") and owner in ("Jwts", "JWT"):
        yield from _made(seen, calls)


def _verifies(seen: Seen) -> bool:
    """Whether something in the same file verifies: there a token may be read that was verified before."""
    return re.search(r"\.(verify|process|parseClaimsJws|parseSignedClaims)\(", seen.unit.source.text) is not None


def _digest(seen: Seen, owner: str, method: str) -> str:
    """The fast digest that a call makes; empty where it makes none."""
    if owner == "DigestUtils" and DIGESTS.match(method):
        return method
    if owner == "MessageDigest" and method in ("digest", "update"):
        made = seen.receiver.source
        while isinstance(made, Seen) and made.method != "getInstance":
            made = made.receiver.source
        scheme = known_text(made.argument(0)) if isinstance(made, Seen) else ""
        return scheme if FAST.match(scheme) else ""
    if owner == "Hashing" and method in ("hashString", "hashBytes"):
        return "a hash of Guava"
    return ""


def _about_password(seen: Seen) -> bool:
    names = [
        each.id if isinstance(each, s.Name) else each.name
        for argument in seen.node.arguments
        for each in s.walk(argument.value)
        if isinstance(each, s.Name | s.Member)
    ]
    return any(
        PASSWORDS.search(each) and not re.search(r"hash|reset|token|encoder", each, re.IGNORECASE) for each in names
    )


def _unverified(seen: Seen, why: str) -> TokenUse:
    return TokenUse(
        place=seen.place, function=label(seen), action="decode", library="java", verified=False, why_unverified=why
    )


def _made(seen: Seen, calls: list[Seen]) -> Iterator[TokenUse]:
    """A token that a builder makes: whether it ends."""
    chain: set[str] = set()
    before = seen.receiver.source
    while isinstance(before, Seen):
        chain.add(before.method)
        before = before.receiver.source
    if not chain & {"builder", "create"} or chain & OWN_CLAIMS:
        return
    same = {each.method for each in calls if each.function is seen.function}
    claims = frozenset({"exp"}) if EXPIRES & (chain | same) else frozenset({"sub"})
    yield TokenUse(place=seen.place, function=label(seen), action="encode", library="java", claims=claims)


def _texts(seen: Seen) -> Iterator[str]:
    for each in seen.arguments:
        for value in (each.fields or {"0": each}).values():
            yield known_text(value)


def _origins(calls: list[Seen]) -> Iterator[Located]:
    """CORS of a registry or of a configuration: origins and credentials are said one after the other."""
    for seen in calls:
        if seen.method not in ORIGINS or "*" not in set(_texts(seen)):
            continue
        told = [
            each
            for each in calls
            if each.method in CREDENTIALS
            and each.function is seen.function
            and (_first(each) is _first(seen) or _variable(each) == _variable(seen))
        ]
        credentials = any(each.arguments and each.arguments[0].const is True for each in told)
        yield seen.position, Cors(place=seen.place, function=label(seen), origins="*", credentials=credentials)


def _first(seen: Seen) -> object:
    """The call that a chain begins with."""
    source = seen.receiver.source
    while isinstance(source, Seen) and isinstance(source.receiver.source, Seen):
        source = source.receiver.source
    return source if source is not None else seen


def _variable(seen: Seen) -> str:
    return s.dotted(seen.node.function).rpartition(".")[0]


def _annotated(seen: Seen) -> Iterator[Located]:
    given = seen.argument(0, "value", "origins", "originPatterns")
    texts = [known_text(each) for each in (given.fields or {"0": given}).values()] if given is not None else ["*"]
    flag = seen.keywords.get("allowCredentials")
    credentials = flag is not None and known_text(flag) == "true"
    origins = "*" if "*" in texts else ",".join(texts)
    yield -1, Cors(place=seen.place, function=label(seen), origins=origins, credentials=credentials)


def _compared(run: Run) -> Iterator[Located]:
    """`signature.equals(expected)`, and passwords compared as they are."""
    for node in own_nodes(run):
        if not isinstance(node, s.Call) or not isinstance(node.function, s.Member) or len(node.arguments) != 1:
            continue
        if node.function.name not in ("equals", "equalsIgnoreCase", "contentEquals"):
            continue
        sides = [_name(node.function.object), _name(node.arguments[0].value)]
        function = run.function.label if run.function else ""
        if isinstance(node.function.object, s.Literal) or isinstance(node.arguments[0].value, s.Literal):
            continue
        what = next((each for each in sides if SIGNATURES.search(_snake(each))), "")
        if what:
            yield 0, Comparison(place=run.unit.place(node), function=function, what=what)
        elif all(PASSWORDS.fullmatch(each) for each in sides) and _stored(node):
            yield 0, PasswordUse(place=run.unit.place(node), function=function, action="compare")


def _stored(node: s.Call) -> bool:
    """Whether one side is read from a row, and the other is not."""
    one = node.function.object if isinstance(node.function, s.Member) else node
    return isinstance(one, s.Call | s.Member) != isinstance(node.arguments[0].value, s.Call | s.Member)


def _name(node: s.Node) -> str:
    if isinstance(node, s.Call):
        method = last(s.dotted(node.function))
        return property_of(method, len(node.arguments)) or method
    return last(s.dotted(node))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
