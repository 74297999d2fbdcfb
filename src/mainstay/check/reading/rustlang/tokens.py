"""Tokens, passwords, random numbers and comparisons of Rust."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import PasswordUse, RandomUse, TokenUse
from mainstay.check.flow.program import Changed, Run, Seen
from mainstay.check.flow.value import Value
from mainstay.check.reading.reader import Located, known_text, label, last, own_nodes, shown, under
from mainstay.check.reading.rustlang.databases import statement_of
from mainstay.check.reading.tokens import PASSWORDS, UNGUESSABLE, compared
from mainstay.check.source import Place
from mainstay.check.words import words

DIGESTS = re.compile(
    r"(^|\.)(Md5|Sha1|Sha224|Sha256|Sha384|Sha512|md5|Sha3_\d+)\.(digest|compute|new|update|chain_update)"
)
UNVERIFIED = {
    "insecure_disable_signature_validation": "insecure_disable_signature_validation() lets every token in",
    "dangerous_insecure_decode": "dangerous_insecure_decode only reads",
    "dangerous_insecure_decode_with_validation": "dangerous_insecure_decode_with_validation only reads",
}
VERIFIES = words("verify_with_key verify_with_store")
WEAK = ("fastrand", "oorandom", "rand.rngs.SmallRng", "rand_pcg", "rand.rngs.mock", "rand_xorshift")


def read(run: Run) -> Iterator[Located]:
    """The uses of tokens, passwords and random numbers in a function."""
    verifies = any(each.method in VERIFIES for each in run.calls)
    for event in run.events:
        if isinstance(event, Seen):
            if event.method == "parse_unverified" and not verifies:
                yield event.position, _unverified(event.place, "parse_unverified only reads; verify_with_key verifies")
            found = _token(event) or _hashed(event) or _stored(event)
            if found is not None:
                yield event.position, found
        elif isinstance(event, Changed):
            named = event.target.rpartition(".")[2] == "validate_exp" and event.value.const is False
            if named and under(event.object.type, "jsonwebtoken"):
                yield event.position, _unverified(event.place, "validate_exp lets expired tokens in")
    yield from _random(run)
    yield from compared(run)


def _unverified(place: Place, why: str) -> TokenUse:
    return TokenUse(place=place, action="decode", library="jsonwebtoken", verified=False, why_unverified=why)


def _token(seen: Seen) -> TokenUse | None:
    why = UNVERIFIED.get(seen.method)
    if why is not None:
        return _unverified(seen.place, why)
    if seen.name == "jsonwebtoken.encode" and len(seen.arguments) > 1:
        return TokenUse(
            place=seen.place,
            function=label(seen),
            action="encode",
            library="jsonwebtoken",
            claims=_claims(seen.arguments[1]),
        )
    return None


def _claims(value: Value) -> frozenset[str] | None:
    """The claims of a struct of the program, or of `json!`; None where they cannot be seen."""
    if value.instance is not None:
        names = [each.targets[0].id for each in value.instance.node.body
                 if isinstance(each, s.Assign) and isinstance(each.targets[0], s.Name)]  # fmt: skip
        return frozenset(names) or None
    return frozenset(value.fields) if value.fields is not None and value.type == "mapping" else None


def _hashed(seen: Seen) -> PasswordUse | None:
    name = seen.name.removeprefix("?")
    found = DIGESTS.search(name)
    if found is None or not seen.arguments:
        return None
    for argument in seen.node.arguments:
        for node in s.walk(argument.value):
            word = node.id if isinstance(node, s.Name) else node.name if isinstance(node, s.Member) else ""
            if PASSWORDS.search(word) and not re.search(r"hash|reset|token|id$|salt", word, re.IGNORECASE):
                weak = f"{found.group(2)} is made to be fast"
                return PasswordUse(
                    place=seen.place, function=label(seen), action="hash", scheme=found.group(2), weak=weak
                )
    return None


def _stored(seen: Seen) -> PasswordUse | None:
    """`INSERT INTO users (.., password, ..)` with the text of the caller for it."""
    text = known_text(statement_of(seen))
    found = re.match(r"\s*insert\s+into\s+\S+\s*\(([^)]*)\)", text, re.IGNORECASE)
    if found is None:
        return None
    columns = [each.strip().strip('"`').lower() for each in found.group(1).split(",")]
    at = next((n for n, each in enumerate(columns) if each in ("password", "passwd", "pwd")), None)
    start = next((n for n, each in enumerate(seen.arguments) if each is statement_of(seen)), 0)
    given = seen.arguments[start + 1 :]
    if at is None or at >= len(given) or given[at].any_trace() is None or re.search(r"hash", given[at].type):
        return None
    return PasswordUse(place=seen.place, function=label(seen), action="store")


def _random(run: Run) -> Iterator[Located]:
    weak = {id(seen.node): seen for seen in run.calls if under(seen.name, *WEAK)}
    own = run.function.name if run.function is not None else ""
    for node in own_nodes(run) if weak else ():
        name = ""
        if isinstance(node, s.Assign):
            name = last(s.dotted(node.targets[0]))
        elif isinstance(node, s.Argument):
            name = node.name or ""
        elif isinstance(node, s.Return):
            name = own
        for inner in s.walk(node) if UNGUESSABLE.search(name) else ():
            seen = weak.get(id(inner))
            if seen is not None:
                yield seen.position, RandomUse(place=seen.place, function=label(seen), call=shown(seen), name=name)
