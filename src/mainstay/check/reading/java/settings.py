"""Settings of Spring, in files of properties and of YAML: what is open, what errors tell, secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import SecretLiteral, Setting
from mainstay.check.reading.configured import LOCAL
from mainstay.check.reading.secrets import told
from mainstay.check.source import Source

LINE = re.compile(r"^(\s*)(?:- )?([\w.\[\]\"'/*-]+)\s*:(?:\s+(.*))?$")
IN_MEMORY = re.compile(r"-(h2|hsqldb|derby)\b")
"""Profiles whose database is gone when the program ends."""
EVERYTHING = "management.endpoints.web.exposure.include"
OPEN: dict[str, re.Pattern[str]] = {
    EVERYTHING: re.compile(r"^\*$"),
    "spring.h2.console.enabled": re.compile(r"^true$"),
    "server.error.include-stacktrace": re.compile(r"^always$", re.IGNORECASE),
    "management.endpoint.env.show-values": re.compile(r"^always$", re.IGNORECASE),
    "management.security.enabled": re.compile(r"^false$"),
}
"""Settings, and the values with which they show what is inside."""


def read(source: Source) -> Iterator[Setting | SecretLiteral]:
    """What a file of settings says; those of a profile for trying things out are passed over."""
    name = source.path.rpartition("/")[2]
    if LOCAL.search(name) or IN_MEMORY.search(name):
        return
    for key, value, line in properties(source) if source.language == "properties" else nested(source):
        shape = OPEN.get(key.replace("_", "-"))
        if shape is not None and shape.match(value):
            yield Setting(place=source.place(line), name=key, value=value, stack="spring")
        found = told(key.rpartition(".")[2], value, source.place(line))
        if found is not None:
            yield found


def properties(source: Source) -> Iterator[tuple[str, str, int]]:
    """The keys and values of a file of properties, with their lines."""
    for number, text in enumerate(source.lines, 1):
        if text.lstrip()[:1] in ("#", "!", "") or "=" not in text:
            continue
        key, _, value = text.partition("=")
        yield key.strip(), value.strip(), number


def nested(source: Source) -> Iterator[tuple[str, str, int]]:
    """The same of YAML, as far as settings use it: mappings in mappings, one to a line."""
    around: list[tuple[int, str]] = []
    for number, text in enumerate(source.lines, 1):
        found = LINE.match(text)
        if text.startswith("---"):
            around.clear()
        if found is None or text.lstrip().startswith("#"):
            continue
        depth = len(found.group(1))
        while around and around[-1][0] >= depth:
            around.pop()
        key = ".".join([*(each for _, each in around), found.group(2).strip("\"'")])
        value = _plain(found.group(3) or "")
        if value:
            yield key, value, number
        else:
            around.append((depth, found.group(2).strip("\"'")))


def _plain(text: str) -> str:
    text = text.strip()
    if text[:1] in ('"', "'"):
        return text[1:].partition(text[0])[0]
    return re.sub(r"\s+#.*$", "", text) if not text.startswith("#") else ""
