"""A password kept, or compared, as it is."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, PasswordUse
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Passwords that are stored without a hash, and such that are compared with `==`."""
    for handler in facts.handlers:
        if handler.test:
            continue
        for use in handler.of(PasswordUse):
            if use.action == "store":
                yield Found(use.place, "the password is stored as the caller sent it", "likely")
            elif use.action == "compare":
                yield Found(use.place, "two passwords are compared, so that the stored one is in clear", "likely")
