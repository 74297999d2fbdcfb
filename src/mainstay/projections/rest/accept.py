"""What a caller accepts as answer (RFC 9110, 12.5.1)."""

from __future__ import annotations

from functools import lru_cache

import msgspec

JSON = "application/json"
PROBLEM = "application/problem+json"
MOST = 256
"""Values of Accept that are remembered."""


class Accepted(msgspec.Struct, frozen=True):
    """Whether answers can be JSON, and whether errors are to be problem details (RFC 9457)."""

    json: bool
    problem: bool


ANYTHING = Accepted(True, False)


@lru_cache(MOST)
def accepted(value: bytes | None) -> Accepted:
    """What a header's value accepts; no header accepts anything."""
    return ANYTHING if value is None else read(value.decode("latin-1").lower())


def read(value: str) -> Accepted:
    """What a header's value accepts.  Whoever names problem details takes JSON where there is no problem."""
    weights: dict[str, float] = {}
    for part in value.split(","):
        media, *parameters = (word.strip() for word in part.split(";"))
        if media:
            weights[media] = max(weights.get(media, 0.0), weight(parameters))
    if not weights:
        return ANYTHING
    anything = weights.get("application/*", weights.get("*/*", 0.0))
    plain = weights.get(JSON, anything)
    problem = weights.get(PROBLEM, 0.0)
    return Accepted(plain > 0 or problem > 0, problem > 0 and problem >= weights.get(JSON, 0.0))


def weight(parameters: list[str]) -> float:
    """The weight among a media range's parameters; 1 where there is none, 0 where it cannot be read."""
    for parameter in parameters:
        name, _, text = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(text), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
