"""A secret that everybody with the code has."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, SecretLiteral
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Texts in the form of a key, and texts given to what is named like a secret."""
    for secret in facts.of(SecretLiteral):
        what = f"{secret.kind} stands in the code" + (f" as {secret.name}" if secret.name else "")
        yield Found(secret.place, what, "proven" if secret.sure and not secret.name else "likely")
