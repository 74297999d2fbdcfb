"""Tokens, passwords, random numbers and comparisons that must not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Comparison, PasswordUse, RandomUse, SessionStored, TokenUse
from mainstay.check.flow.marking import GUESSABLE
from mainstay.check.flow.program import Run, Seen
from mainstay.check.flow.value import UNKNOWN, Value
from mainstay.check.reading.reader import Located, known_text, label, last, own_nodes, shown, under

JWT = ("jwt", "jose.jwt", "jsonwebtoken", "flask_jwt_extended", "authlib.jose.jwt", "joserfc.jwt")
SPAN = re.compile(r"^\s*(\d+)\s*(s|m|h|d|w|y|second|minute|hour|day|week|year)?s?\s*$", re.IGNORECASE)
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
FAST = re.compile(r"(^|\.)(md5|sha1|sha224|sha256|sha384|sha512|sha3_\w+|blake2\w)$")
UNGUESSABLE = re.compile(
    r"token|secret|password|passwd|otp|session|reset|api_?key|nonce|salt|csrf|verification|invite|pin(_|$)",
    re.IGNORECASE,
)
SIGNATURES = re.compile(
    r"(^|_)(signature|sig|hmac|digest|mac|expected_?sig\w*|computed|expected_hash|api_?key|csrf_?token|webhook_?secret)$",
    re.IGNORECASE,
)
PASSWORDS = re.compile(r"pass(word|wd|phrase)?|pwd", re.IGNORECASE)
STORES = re.compile(
    r"^(create|insert_one|insertOne|insert|save|create_one|findOneAndUpdate|update_one|updateOne|update|findByIdAndUpdate|upsert|build)$"
)
SCHEMA = re.compile(r"(Schema|Request|Form|Input|Create|Update|DTO|Dto|In|Login|Credentials)$")
CHOICE = re.compile(r"(Type|Kind|Enum|Role|Event|Job|Action|Status|Mode|Method|Name|Key|Scope)s?$")
HASHES = re.compile(r"hash|bcrypt|argon|scrypt|pbkdf2|crypt|make_password|encode_password|digest", re.IGNORECASE)


def read(run: Run) -> Iterator[Located]:
    """The uses of tokens, passwords and random numbers in a function."""
    for seen in run.calls:
        found = _token(seen) or _hashed(seen) or _stored(seen) or _session(seen)
        if found is not None:
            yield seen.position, found
    if run.function is None:
        yield from _hashers(run)
    yield from guessed(run)
    yield from compared(run)


def _token(seen: Seen) -> TokenUse | None:
    if not under(seen.name, *JWT):
        return None
    if seen.method in ("encode", "sign", "create_access_token", "create_refresh_token"):
        return _encoded(seen)
    if seen.method in ("decode", "verify", "decode_complete"):
        return _decoded(seen)
    return None


def _encoded(seen: Seen) -> TokenUse:
    payload = seen.argument(0, "payload", "claims")
    options = seen.argument(2) if seen.is_javascript else None
    claims: frozenset[str] | None = None
    lifetime: float | None = None
    if payload is not None and payload.fields is not None:
        claims = frozenset(payload.fields)
        lifetime = _lifetime(payload.fields.get("exp"))
    if seen.method.startswith("create_"):
        claims = None
    names = {"expiresIn": "exp", "issuer": "iss", "audience": "aud", "jwtid": "jti", "subject": "sub"}
    if options is not None and options.fields is not None:
        claims = (claims or frozenset({"**"})) | {names[key] for key in options.fields if key in names}
        lifetime = _lifetime(options.fields.get("expiresIn")) or lifetime
    elif options is not None:
        claims = None
    if (
        claims is not None
        and payload is not None
        and payload.fields is None
        and options is None
        and payload.trace is None
    ):
        claims = None
    seen.argument(1, "key", "secret")
    algorithm = known_text(seen.argument(2, "algorithm"))
    return TokenUse(
        place=seen.place,
        function=label(seen),
        action="encode",
        library=seen.name.partition(".")[0],
        claims=None if claims is not None and "**" in claims and "exp" not in claims and not seen.arguments else claims,
        lifetime=lifetime,
        verified=algorithm.lower() != "none",
    )


def _lifetime(value: Value | None) -> float | None:
    if value is None:
        return None
    if value.type.startswith("lifetime:"):
        return float(value.type[9:].partition(".")[0] or 0) or None
    if isinstance(value.const, int | float) and not isinstance(value.const, bool):
        return float(value.const)
    found = SPAN.match(known_text(value))
    if found:
        return float(found.group(1)) * UNITS[(found.group(2) or "s")[0].lower()]
    return None


def _decoded(seen: Seen) -> TokenUse:
    options = seen.argument(2 if seen.is_javascript else 3, "options")
    told = (options.fields or {}) if options is not None else {}
    why = ""
    if seen.name.startswith("jsonwebtoken") and seen.method == "decode":
        why = "jwt.decode of jsonwebtoken only reads; jwt.verify verifies"
    for name in ("verify_signature", "verify"):
        flag = told.get(name) or (seen.keywords.get(name) if seen.language == "python" else None)
        if flag is not None and flag.const is False:
            why = f"{name} is switched off"
    for name, flag in told.items():
        if name in ("verify_exp", "ignoreExpiration") and flag.const is (name == "ignoreExpiration"):
            why = why or f"{name} lets expired tokens in"
    key = seen.argument(1, "key", "secret")
    if key is not None and key.const is not UNKNOWN and key.const in (None, "", False):
        why = why or "there is no key"
    algorithms = seen.argument(2, "algorithms")
    listed = [known_text(each).lower() for each in (algorithms.fields or {}).values()] if algorithms is not None else []
    if "none" in listed:
        why = why or "the algorithm none is allowed"
    required = told.get("require")
    names = {known_text(each) for each in (required.fields or {}).values()} if required is not None else set()
    for name, claim in (("audience", "aud"), ("issuer", "iss")):
        if name in seen.keywords or name in told:
            names.add(claim)
    return TokenUse(
        place=seen.place,
        function=label(seen),
        action="decode",
        library=seen.name.partition(".")[0],
        verified=not why,
        why_unverified=why,
        required=frozenset(names),
    )


def _hashed(seen: Seen) -> PasswordUse | None:
    name = seen.name
    weak = ""
    given = seen.arguments[0] if seen.arguments else None
    if under(name, "hashlib") and FAST.search(name) and (seen.arguments or seen.method == "new"):
        weak = f"{seen.method} is made to be fast"
        if given is not None and given.text is not None:
            return None
    elif seen.method == "update" and under(name, "crypto.createHash", "hashlib"):
        made = seen.receiver.source
        scheme = known_text(made.argument(0)) if isinstance(made, Seen) else ""
        weak = f"{scheme or 'the hash'} is made to be fast"
    elif under(name, "bcrypt.hash", "bcryptjs.hash", "bcrypt.hashSync", "bcryptjs.hashSync"):
        rounds = seen.argument(1)
        if rounds is not None and isinstance(rounds.const, int) and rounds.const < 10:
            return PasswordUse(
                place=seen.place,
                function=label(seen),
                action="hash",
                scheme="bcrypt",
                weak=f"{rounds.const} rounds are too few",
            )
        return None
    elif seen.method in ("pbkdf2", "pbkdf2Sync", "pbkdf2_hmac"):
        count = seen.argument(3 if seen.language == "python" else 2, "iterations")
        if count is not None and isinstance(count.const, int) and count.const < 100_000:
            return PasswordUse(
                place=seen.place,
                function=label(seen),
                action="hash",
                scheme="PBKDF2",
                weak=f"{count.const} rounds are too few",
            )
        return None
    if not weak:
        return None
    written = s.dotted(seen.node.arguments[0].value) if seen.node.arguments else ""
    if PASSWORDS.search(last(written.removesuffix("()").removesuffix(".encode"))) or _about_password(seen):
        return PasswordUse(place=seen.place, function=label(seen), action="hash", scheme=seen.method, weak=weak)
    return None


def _hashers(run: Run) -> Iterator[Located]:
    """The first of Django's hashers is what new passwords are hashed with."""
    names = run.unit.scope.names
    listed = names.get("PASSWORD_HASHERS") if "INSTALLED_APPS" in names else None
    fields = list((listed.fields or {}).values()) if listed is not None else []
    first = last(known_text(fields[0])) if fields else ""
    if re.search(r"MD5|SHA1|Unsalted|Crypt(?!o)", first):
        for node in run.unit.tree.body:
            target = node.targets[0] if isinstance(node, s.Assign) else None
            if isinstance(target, s.Name) and target.id == "PASSWORD_HASHERS":
                weak = "it is made to be fast"
                yield 0, PasswordUse(place=run.unit.place(node), action="hash", scheme=first, weak=weak)


def _about_password(seen: Seen) -> bool:
    return any(
        PASSWORDS.search(each.id if isinstance(each, s.Name) else each.name)
        and not re.search(r"hash|reset|token", each.id if isinstance(each, s.Name) else each.name, re.IGNORECASE)
        for argument in seen.node.arguments
        for each in s.walk(argument.value)
        if isinstance(each, s.Name | s.Member)
    )


def _stored(seen: Seen) -> PasswordUse | None:
    model = seen.receiver.made is None and seen.result is not None and seen.result.instance is not None
    mapped = (
        model
        and seen.result is not None
        and seen.result.instance is not None
        and any(
            last(each) in ("Base", "Model", "SQLModel", "DeclarativeBase", "Document", "db.Model")
            for each in seen.result.instance.ancestors()
        )
    )
    named = (
        seen.name.startswith("?")
        and "." not in seen.name
        and seen.method[:1].isupper()
        and re.match(r"(User|Account|Member|Customer|Admin)", seen.method)
    )
    if SCHEMA.search(seen.method) or (seen.name.startswith("!") and not seen.method[:1].isupper()):
        return None
    if not (mapped or named or (STORES.match(seen.method) and "objects.create_user" not in seen.name)):
        return None
    given = dict(seen.keywords)
    for each in seen.arguments:
        if each.instance is not None and any("hash" in name.lower() for name in each.instance.methods):
            continue
        given.update(each.fields or {})
        data = (each.fields or {}).get("data")
        if data is not None:
            given.update(data.fields or {})
    for name, value in given.items():
        if (
            name.lower() in ("password", "passwd", "pwd")
            and value.any_trace() is not None
            and not HASHES.search(value.type)
            and "hashed" not in value.marks
        ):
            return PasswordUse(place=seen.place, function=label(seen), action="store")
    return None


def _session(seen: Seen) -> SessionStored | None:
    if seen.method not in ("set", "setex", "hset", "hmset", "setEx") or not seen.node.arguments:
        return None
    key = seen.node.arguments[0].value
    for node in s.walk(key):
        if isinstance(node, s.Name) and re.fullmatch(r"session_?(id|token|key)|sid", node.id, re.IGNORECASE):
            return SessionStored(place=seen.place, function=label(seen), name=node.id)
    return None


def guessed(run: Run) -> Iterator[Located]:
    """Numbers that can be guessed, under names of what must not be."""
    weak = {id(seen.node): seen for seen in run.calls if GUESSABLE.search(seen.name.removeprefix("?"))}
    if not weak:
        return
    own = run.function.name if run.function is not None else ""
    for node in own_nodes(run):
        names: list[tuple[str, s.Node | None]] = []
        if isinstance(node, s.Assign):
            target = node.targets[0]
            names.append(
                (
                    target.id if isinstance(target, s.Name) else target.name if isinstance(target, s.Member) else "",
                    node.value,
                )
            )
        elif isinstance(node, s.Pair) and isinstance(node.key, s.Literal):
            names.append((str(node.key.value), node.value))
        elif isinstance(node, s.Argument) and node.name:
            names.append((node.name, node.value))
        elif isinstance(node, s.Return):
            names.append((own, node.value))
        for name, value in names:
            if value is None or not UNGUESSABLE.search(name):
                continue
            for inner in s.walk(value):
                seen = weak.get(id(inner))
                if seen is not None:
                    yield seen.position, RandomUse(place=seen.place, function=label(seen), call=shown(seen), name=name)


def compared(run: Run) -> Iterator[Located]:
    """Signatures, keys and passwords that are compared with `==`."""
    for node in own_nodes(run):
        if not isinstance(node, s.Binary) or node.operator not in ("==", "!="):
            continue
        sides = [_last_name(node.left), _last_name(node.right)]
        if isinstance(node.left, s.Literal) or isinstance(node.right, s.Literal):
            continue
        place, function = run.unit.place(node), run.function.label if run.function else ""
        if any(SIGNATURES.search(each) for each in sides) and not any(map(_is_choice, (node.left, node.right))):
            what = next(each for each in sides if SIGNATURES.search(each))
            yield 0, Comparison(place=place, function=function, what=what)
        elif (
            all(PASSWORDS.fullmatch(each.rpartition("_")[2]) for each in sides)
            and not any("confirm" in each or "2" in each for each in sides)
            and isinstance(node.left, s.Member | s.Index) != isinstance(node.right, s.Member | s.Index)
        ):
            yield 0, PasswordUse(place=place, function=function, action="compare")


def _is_choice(node: s.Node) -> bool:
    """Whether it is one of the values of an enumeration: `TokenType.API_KEY`."""
    return isinstance(node, s.Member) and node.name.isupper() and CHOICE.search(s.dotted(node.object)) is not None


def _last_name(node: s.Node) -> str:
    if isinstance(node, s.Index) and isinstance(node.key, s.Literal):
        return str(node.key.value)
    if isinstance(node, s.Call):
        method = last(s.dotted(node.function))
        if method in ("hexdigest", "digest"):
            return "digest"
        if method in ("hex", "encode", "decode") and isinstance(node.function, s.Member):
            return _last_name(node.function.object)
        if method == "get" and node.arguments and isinstance(node.arguments[0].value, s.Literal):
            return re.sub(r"[^a-z]+", "_", str(node.arguments[0].value.value).lower())
        return ""
    return last(s.dotted(node))
