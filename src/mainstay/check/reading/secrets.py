"""Secrets that stand in the text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import SecretLiteral
from mainstay.check.flow.meaning import is_secret_name
from mainstay.check.flow.value import Unit
from mainstay.check.source import Place

FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("an AWS access key", re.compile(r"^(AKIA|ASIA)[0-9A-Z]{16}$")),
    ("a GitHub token", re.compile(r"^(ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{36,}$|^github_pat_\w{50,}$")),
    ("a GitLab token", re.compile(r"^glpat-[\w-]{20,}$")),
    ("a Slack token", re.compile(r"^xox[abprs]-[\w-]{10,}$")),
    ("a Stripe key", re.compile(r"^(sk|rk)_live_[A-Za-z0-9]{16,}$")),
    ("a Google API key", re.compile(r"^AIza[\w-]{35}$")),
    ("a SendGrid key", re.compile(r"^SG\.[\w-]{16,}\.[\w-]{16,}$")),
    ("a Twilio key", re.compile(r"^SK[0-9a-f]{32}$")),
    ("an npm token", re.compile(r"^npm_[A-Za-z0-9]{36}$")),
    ("a PyPI token", re.compile(r"^pypi-[\w-]{50,}$")),
    ("an OpenAI key", re.compile(r"^sk-(proj-)?[A-Za-z0-9_-]{32,}$")),
    ("a private key", re.compile(r"-----BEGIN ([A-Z]+ )?PRIVATE KEY-----")),
    (
        "a database password",
        re.compile(
            r"^(postgres(ql)?|mysql|mongodb|redis|amqp)(\+\w+)?(\+srv)?://[^:/@\s{}$<]+:([^@/\s{}$<*]+)@[^\s{}]+$"
        ),
    ),
)
HARMLESS = re.compile(
    r"^(|none|null|true|false|test(ing)?|example|changeme|change[-_ ]?me|placeholder|xxx+|\*+|\.+"
    r"|[A-Z][a-z]+\.|your[-_ ].*|<.*>"
    r"|\$\{.*\}|\{\w*\}|\{\{.*\}\}|%\(.*\)s|password|secret|token|bearer|basic|string|str|pass|foo|bar|dummy|fake|mock|todo|"
    r"[a-z]+(_[a-z]+)+|(api|v\d+|[a-z-]+)(/[a-z-]+|/v\d+)+|.*\s.*\s.*|https?://.*|/.*|\w+@\w+\.\w+|[A-Z_]+)$",
    re.IGNORECASE,
)
DEFAULTS = ("SecretStr", "Field")
"""What a setting of pydantic is given its default in."""
SHORTEST_KEY = 100
"""Letters of a private key with its first and last line; what is shorter is such a line alone."""
DEVELOPMENT = re.compile(
    r"localhost|127\.0\.0\.1|@db[:/]|@postgres[:/]|@mongo[:/]|@redis[:/]|example\.|@host|user:pass", re.IGNORECASE
)
TESTS = re.compile(
    r"(^|/)(tests?|testutils?|testdata|__tests__|spec|fixtures?|examples?|mocks?|seeds?|e2e)(/|$)|(^|/)(test_|conftest)|[._](test|spec|fixture)\.",
    re.IGNORECASE,
)


def read(unit: Unit) -> Iterator[SecretLiteral]:
    """The secrets of a text, by their forms, and by the names that they are given to."""
    in_test = TESTS.search(unit.source.path) is not None or _is_test(unit)
    for node in unit.nodes:
        if isinstance(node, s.Literal) and isinstance(node.value, str) and len(node.value) >= 16:
            kind = form(node.value)
            if kind and not (in_test and kind == "a database password"):
                yield SecretLiteral(place=unit.place(node), name="", kind=kind, sure=True)
        elif isinstance(node, s.Assign):
            name = (
                node.targets[0].id
                if isinstance(node.targets[0], s.Name)
                else node.targets[0].name
                if isinstance(node.targets[0], s.Member)
                else ""
            )
            if isinstance(node.targets[0], s.Index) and isinstance(node.targets[0].key, s.Literal):
                name = str(node.targets[0].key.value)
            yield from _named(name, node.value, unit, in_test)
        elif isinstance(node, s.Pair) and isinstance(node.key, s.Literal):
            yield from _named(str(node.key.value), node.value, unit, in_test)
        elif isinstance(node, s.Argument) and node.name:
            yield from _named(node.name, node.value, unit, in_test)
        elif isinstance(node, s.Call):
            yield from _default(node, unit, in_test)


def _is_test(unit: Unit) -> bool:
    """Whether it is an example of tests."""
    return (
        unit.source.first > 1
        and re.search(r"^\s*(import pytest|import unittest|def test_)|describe\(", unit.source.text, re.MULTILINE)
        is not None
    )


def _named(name: str, value: s.Node | None, unit: Unit, in_test: bool) -> Iterator[SecretLiteral]:
    if in_test or not isinstance(value, s.Literal) or not isinstance(value.value, str):
        if isinstance(value, s.Binary) and value.operator == "or":
            yield from _named(name, value.right, unit, in_test)
        elif isinstance(value, s.Call) and s.dotted(value.function).endswith(DEFAULTS) and value.arguments:
            first = value.arguments[0]
            yield from _named(name, first.value if not first.name else None, unit, in_test)
        return
    found = told(name, value.value, unit.place(value))
    if found is not None:
        yield found


def told(name: str, text: str, place: Place) -> SecretLiteral | None:
    """The secret that a text is, by the name that it is given to; None where it is none."""
    known = is_secret_name(name) or name.lower() in ("secret_key", "jwt_secret", "token_secret", "app_secret")
    if not known or len(text) < 6 or _letters(name) == _letters(text) or HARMLESS.match(text) or form(text):
        return None
    return SecretLiteral(place=place, name=name, kind="a secret", sure=surprising(text))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


def _default(node: s.Call, unit: Unit, in_test: bool) -> Iterator[SecretLiteral]:
    """`os.getenv("SECRET", "the secret")`, and a secret handed to a maker of sessions or tokens."""
    name = s.dotted(node.function)
    given = node.arguments
    if name.endswith(("getenv", "environ.get", "config")) and len(given) > 1 and isinstance(given[0].value, s.Literal):
        yield from _named(str(given[0].value.value), given[1].value, unit, in_test)
    elif name in ("jwt.sign", "jwt.encode", "jwt.verify", "jwt.decode") and len(given) > 1:
        yield from _named("signing_key", given[1].value, unit, in_test)


def form(text: str) -> str:
    """What kind of key a text has the form of."""
    if len(text) > 4_000:
        return ""
    for kind, pattern in FORMS:
        if (
            pattern.search(text)
            and not (kind == "a private key" and len(text) < SHORTEST_KEY)
            and "EXAMPLE" not in text
            and not (kind == "a database password" and DEVELOPMENT.search(text))
        ):
            return kind
    return ""


def surprising(text: str) -> bool:
    """Whether a text looks drawn at random: 3 bits a character over at least 16."""
    if len(text) < 16:
        return False
    counts = [text.count(each) / len(text) for each in set(text)]
    return -sum(each * math.log2(each) for each in counts) > 3.2 and not re.fullmatch(r"[a-z\- _]+", text)
