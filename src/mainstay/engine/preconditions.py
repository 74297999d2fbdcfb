"""If-Match and If-None-Match: which versions of a row a write is meant for (RFC 9110, 13.1)."""

from __future__ import annotations

from mainstay.engine.call import Call
from mainstay.errors import PreconditionFailed


def check_version(call: Call, version: int | None) -> None:
    """Raises `PreconditionFailed` where the row's version is not one that the call is meant for."""
    if call.if_match is not None and call.if_match.strip() != "*" and version not in versions(call.if_match):
        raise PreconditionFailed
    if call.if_none_match is not None and (
        call.if_none_match.strip() == "*" or version in versions(call.if_none_match.replace("W/", ""))
    ):
        raise PreconditionFailed


def versions(tags: str) -> set[int]:
    """The versions in a list of strong entity tags, of which they are the first part; weak ones never match."""
    found: set[int] = set()
    for tag in tags.split(","):
        text = tag.strip()
        if len(text) >= 2 and text[0] == text[-1] == '"':
            number = text[1:-1].partition(".")[0]
            if number.isascii() and number.isdigit() and len(number) < 19:
                found.add(int(number))
    return found
