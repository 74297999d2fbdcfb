"""Who asks: nobody, people whom the probes signed up, or those whose headers were given."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

STALE = 25.0
"""Seconds after which somebody who can sign in signs in anew, since a token may not live longer."""


@dataclass(slots=True, eq=False)
class Person:
    """Somebody who asks: the headers that say who, and what is known of the account."""

    name: str
    headers: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    """What is known of the account, by the names that the API uses: what it was signed up with, what it answered."""
    password: str = ""
    token: str = ""
    login: str = ""
    """The name with which he signs in."""
    renew: Callable[[Person], None] | None = None
    """Signs in anew; None where the headers were given."""
    since: float = field(default_factory=time.monotonic)

    @property
    def made(self) -> bool:
        """Whether the probes made the account, and may do with it what they like."""
        return bool(self.password)

    def refresh(self) -> None:
        """Signs in anew where the last time is a while ago."""
        if self.renew is not None and time.monotonic() - self.since > STALE:
            self.renew(self)
            self.since = time.monotonic()

    def words(self) -> set[str]:
        """Texts that name the account."""
        return {str(each) for each in self.facts.values() if isinstance(each, str | int) and len(str(each)) > 3}


NOBODY = Person("nobody")
"""Who says nothing of who he is."""
