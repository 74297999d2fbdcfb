"""Manifests: whether they keep a library at a version from before another."""

from __future__ import annotations

import re

QUOTE = r"[\"']?"
BOUND = re.compile(r"(==|~=|\^|~|<=|<|>=|)\s*(\d+(?:\.\d+)*)")
AT_MOST = ("==", "~=", "^", "~", "<=")
"""Signs after which no version is admitted that begins with a higher number."""


def kept_before(since: str, manifests: str) -> bool:
    """Whether a library (`pydantic 2.0`) is kept at versions from before that one, in any manifest."""
    library, _, version = since.rpartition(" ")
    if not library or library in ("Python", "Node"):
        return False
    gone = [int(each) for each in version.split(".")]
    for line in _lines(library, manifests):
        for sign, told in BOUND.findall(line):
            bound = [int(each) for each in told.split(".")]
            if sign in AT_MOST and bound[: len(gone)] < gone:
                return True
            if sign == "<" and bound <= [*gone, 0][: len(bound)]:
                return True
    return False


def _lines(library: str, manifests: str) -> list[str]:
    """What follows the name of a library in `requirements.txt`, `pyproject.toml` and their like."""
    name = re.escape(library.lower()).replace("\\ ", "[-_ ]")
    extras = r"(?:\[[\w, -]*\])?"
    table = r"(?:=\s*(?=[\"'{]))?(?:\{.*?version\s*=\s*)?"
    pattern = rf"^\s*{QUOTE}{name}(?![\w.-]){extras}{QUOTE}\s*{table}{QUOTE}([^\"'\n#;]*)"
    found: list[str] = re.findall(pattern, manifests, re.MULTILINE | re.IGNORECASE)
    return found
