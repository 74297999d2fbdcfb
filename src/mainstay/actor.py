"""Who is calling: an identifier, roles, scopes and claims, or nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec

NO_CLAIMS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is calling.  `id` is None for nobody; the identifier has the type of the account's key."""

    id: Any = None
    """Who it is, as a row of the accounts has it."""
    roles: frozenset[str] = frozenset()
    """What `role(..)` asks for."""
    scopes: frozenset[str] = frozenset()
    """What the credentials are good for, as `scope(..)` asks."""
    claims: Mapping[str, Any] = field(default_factory=lambda: NO_CLAIMS, hash=False)
    """What else is known of the caller, as `actor.claim(..)` means it."""

    @property
    def is_known(self) -> bool:
        """True when somebody is calling."""
        return self.id is not None

    def value(self, claim: str) -> Any:
        """The value that a policy means by `actor.id` or `actor.claim(name)`; None where there is none."""
        return self.id if claim == "id" else self.claims.get(claim)

    def values(self, claim: str) -> tuple[Any, ...] | None:
        """The values of a claim that is a list; None where there is none, or it is no list."""
        listed = self.value(claim)
        return tuple(listed) if isinstance(listed, list | tuple | set | frozenset) else None


def name_of(actor: Actor) -> str:
    """The identifier of somebody who is known, as limits count and the log says it."""
    identifier = actor.id
    return msgspec.to_builtins(identifier) if isinstance(identifier, UUID) else str(identifier)  # `str`, in C


NOBODY = Actor()
