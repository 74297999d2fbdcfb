"""Tokens, passwords, random numbers and comparisons of Go."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import PasswordUse, RandomUse, TokenUse
from mainstay.check.flow.narrowing import ends
from mainstay.check.flow.program import Changed, Run, Seen
from mainstay.check.flow.value import UNKNOWN, Value
from mainstay.check.reading.golang.databases import is_database
from mainstay.check.reading.reader import Located, label, last, own_nodes, shown, under
from mainstay.check.reading.tokens import PASSWORDS, UNGUESSABLE, compared

JWT = ("github.com/golang-jwt/jwt", "github.com/dgrijalva/jwt-go", "github.com/form3tech-oss/jwt-go")
CLAIMS = {
    "ExpiresAt": "exp",
    "Issuer": "iss",
    "Audience": "aud",
    "Id": "jti",
    "ID": "jti",
    "Subject": "sub",
    "IssuedAt": "iat",
    "NotBefore": "nbf",
}
REGISTERED = ("StandardClaims", "RegisteredClaims")
FAST = re.compile(r"^(crypto/(?:md5|sha1|sha256|sha512)|golang\.org/x/crypto/(?:md4|sha3))\.(\w+)")
KEPT = ("password", "passwd", "pwd")
STORED = re.compile(r"^(hashed|encrypted|crypted)?_?(password|passwd|pwd)_?(hash|digest)?$", re.IGNORECASE)
"""Fields of rows that a password is kept in, hashed or not."""
MAKES = ("Seed", "NewSource", "New")
HASHER = re.compile(
    r"(hash|encrypt|encode|digest|set|make)_?pass(word|wd|phrase)?$|^(pass(word|wd)?|pwd)_?(hash|digest|encode)",
    re.IGNORECASE,
)
HOOKS = ("BeforeSave", "BeforeCreate")
"""Methods of gorm's models that run before a row is written, where many hash the password."""


def read(run: Run) -> Iterator[Located]:
    """The uses of tokens, passwords and random numbers in a function."""
    for seen in run.calls:
        found = _token(seen, run) or _hashed(seen) or _stored(seen)
        if found is not None:
            yield seen.position, found
    yield from _random(run)
    yield from compared(run)
    yield from _passwords_compared(run)


def _token(seen: Seen, run: Run) -> TokenUse | None:
    if not under(seen.name, *JWT):
        return None
    if seen.method == "ParseUnverified":
        why = "ParseUnverified only reads; ParseWithClaims verifies"
        return _use(seen, "decode", verified=False, why=why)
    if seen.method in ("Parse", "ParseWithClaims") and any(_allows_none(each) for each in s.walk(seen.node)):
        return _use(seen, "decode", verified=False, why="the algorithm none is allowed")
    if seen.method in ("NewWithClaims", "New"):
        unsigned = bool(seen.arguments) and seen.arguments[0].path.endswith("SigningMethodNone")
        claims = _claims(seen.arguments[1]) if len(seen.arguments) > 1 else None
        if seen.method == "New":
            claims = _put_in(seen, run)
        return _use(seen, "encode", verified=not unsigned, claims=claims)
    return None


def _put_in(token: Seen, run: Run) -> frozenset[str] | None:
    """The claims that are put into a token after it was made, all at once or one by one."""
    names: set[str] = set()
    for event in run.events:
        if not isinstance(event, Changed) or not _is_of(event.object, token):
            continue
        target = event.node.targets[0]
        if isinstance(target, s.Member) and target.name == "Claims":
            told = _claims(event.value)
            if told is None:
                return None
            names |= told
        elif isinstance(target, s.Index):
            key = target.key.value if isinstance(target.key, s.Literal) else None
            if not isinstance(key, str):
                return None
            names.add(key)
    return frozenset(names) or None


def _is_of(value: Value, token: Seen) -> bool:
    """Whether a value is a token, or the claims that were taken out of it."""
    source = value.source
    while isinstance(source, Seen) and source.name == "?as_type" and source.arguments:
        source = source.arguments[0].source
    return source is token


def _allows_none(node: s.Node) -> bool:
    return isinstance(node, s.Member) and node.name == "UnsafeAllowNoneSignatureType"


def _use(seen: Seen, action: str, *, verified: bool, why: str = "", claims: frozenset[str] | None = None) -> TokenUse:
    return TokenUse(
        place=seen.place,
        function=label(seen),
        action=action,
        library="golang-jwt",
        verified=verified,
        why_unverified=why,
        claims=claims,
    )


def _claims(value: Value | None) -> frozenset[str] | None:
    """The claims of a map, or of a struct with registered ones in it; None where they cannot be seen."""
    if value is None or value.fields is None:
        return None
    names: set[str] = set()
    for name, inner in value.fields.items():
        if name in REGISTERED:
            if inner.fields is None:
                return None
            names |= {CLAIMS[each] for each in inner.fields if each in CLAIMS}
        else:
            names.add(CLAIMS.get(name, name))
    registered = last(value.type) in REGISTERED or any(each in value.fields for each in REGISTERED)
    return frozenset(names) if registered or value.type == "mapping" else None


def _hashed(seen: Seen) -> PasswordUse | None:
    scheme = _fast(seen)
    weak = f"{scheme} is made to be fast" if scheme else ""
    if seen.name == "golang.org/x/crypto/bcrypt.GenerateFromPassword" and len(seen.arguments) > 1:
        cost, scheme = seen.arguments[1], "bcrypt"
        if cost.path.endswith("MinCost") or (isinstance(cost.const, int) and 0 < cost.const < 10):
            weak = f"{cost.const if cost.const is not UNKNOWN else 4} rounds are too few"
    if not weak:
        return None
    return PasswordUse(place=seen.place, function=label(seen), action="hash", scheme=scheme, weak=weak)


def _fast(seen: Seen) -> str:
    """The digest that a password is given to, where it is made to be fast; empty for any other call."""
    found = FAST.match(seen.name)
    if found is not None:
        digests = found.group(2).startswith("Sum") or seen.name.endswith((".New.Write", ".New.Sum"))
    else:
        found = FAST.match(seen.arguments[0].type) if seen.name == "io.WriteString" and seen.arguments else None
        digests = found is not None
    if found is None or not digests:
        return ""
    about = any(PASSWORDS.search(name) and not _only_about(name) for name in _names(seen)) or _in_hasher(seen)
    return found.group(1).rpartition("/")[2].upper() if about else ""


def _in_hasher(seen: Seen) -> bool:
    """Whether what is digested was given to a function whose name says that it hashes passwords."""
    function = seen.function
    if function is None or HASHER.search(function.name) is None:
        return False
    given = {each.name for each in function.parameters}
    return any(name in given for name in _names(seen))


def _names(seen: Seen) -> Iterator[str]:
    for argument in seen.node.arguments:
        for node in s.walk(argument.value):
            if isinstance(node, s.Name | s.Member):
                yield node.id if isinstance(node, s.Name) else node.name


def _only_about(name: str) -> bool:
    return re.search(r"hash|reset|token|id$", name, re.IGNORECASE) is not None


def _stored(seen: Seen) -> PasswordUse | None:
    if seen.method not in ("Create", "Save", "InsertOne", "FirstOrCreate") or not is_database(seen):
        return None
    for value in seen.arguments[:2]:
        if value.instance is None or any(name in value.instance.methods for name in HOOKS):
            continue
        for name, field in (value.fields or {}).items():
            if STORED.match(name) and field.any_trace() is not None:
                return PasswordUse(place=seen.place, function=label(seen), action="store")
        whole = "whole" in value.marks and value.trace is not None and "Password" in value.instance.attributes
        if whole and "Password" not in (value.fields or {}):
            return PasswordUse(place=seen.place, function=label(seen), action="store")
    return None


def _random(run: Run) -> Iterator[Located]:
    """Numbers of math/rand under the name of a secret, or in a function that makes one."""
    used = [seen for seen in run.calls if under(seen.name, "math/rand") and seen.method not in MAKES]
    weak = {id(seen.node): seen for seen in used}
    if not weak:
        return
    own = run.function.name if run.function is not None else ""
    if UNGUESSABLE.search(own):
        seen = next(iter(weak.values()))
        if seen.function is run.function:
            yield seen.position, RandomUse(place=seen.place, function=label(seen), call=shown(seen), name=own)
            return
    for node in own_nodes(run):
        name = ""
        if isinstance(node, s.Assign):
            name = last(s.dotted(node.targets[0]))
        elif isinstance(node, s.Argument):
            name = node.name or ""
        if name and UNGUESSABLE.search(name):
            for inner in s.walk(node):
                found = weak.get(id(inner))
                if found is not None:
                    told = RandomUse(place=found.place, function=label(found), call=shown(found), name=name)
                    yield found.position, told


def _passwords_compared(run: Run) -> Iterator[Located]:
    """`if user.Password != input.Password` and a refusal: the one that is kept is in clear."""
    for choice in own_nodes(run):
        if not isinstance(choice, s.If):
            continue
        for node in s.walk(choice.test):
            if not isinstance(node, s.Binary) or node.operator not in ("==", "!="):
                continue
            left, right = node.left, node.right
            kept = all(isinstance(each, s.Member) and each.name.lower() in KEPT for each in (left, right))
            written = f"{s.dotted(left)} {s.dotted(right)}".lower()
            if not kept or left == right or re.search(r"confirm|repeat|again|\bold|\bnew", written):
                continue
            if node.operator == "==" or ends(choice.then):
                function = run.function.label if run.function else ""
                yield 0, PasswordUse(place=run.unit.place(node), function=function, action="compare")
