"""The page of a rule: documentation, explanation and fixture at once.

A page begins with front matter in TOML between `+++` lines.  Its blocks are examples: the words after the language
say which (`python fastapi bad`), and in a bad block a comment `finding: likely` marks each line that is found.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from markdown_it import MarkdownIt

from mainstay.check.finding import SEVERITIES, Severity

FRONT = re.compile(r"\A\+\+\+\n(.*?)\n\+\+\+\n", re.DOTALL)
LIVE = ("sqlite", "postgresql")
"""Of these a block is run on a database, which is then asked."""
MARK = re.compile(r"(?:#|//|--|;)\s*finding:\s*(proven|likely|review)")
STACKS = (
    *("fastapi", "flask", "django", "express", "nestjs", "spring"),
    *("gin", "echo", "nethttp", "axum", "actix"),
    *("sqlite", "postgresql", "any"),
)


@dataclass(frozen=True, slots=True)
class Example:
    """A block of a page: what is expected of it is marked in its lines."""

    language: str
    stack: str
    good: bool
    text: str
    line: int

    @property
    def expected(self) -> dict[int, str]:
        """Lines of the block, counted from 1, and the confidence with which they are found."""
        return {n: found.group(1) for n, each in enumerate(self.text.splitlines(), 1) if (found := MARK.search(each))}


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says of its rule."""

    name: str
    area: str
    title: str
    severity: Severity
    since: str
    seed: str
    items: tuple[str, ...]
    cwe: tuple[str, ...]
    owasp: tuple[str, ...]
    asvs: tuple[str, ...]
    stacks: tuple[str, ...]
    fix: str
    why: str
    text: str
    above: int
    """Lines of the file above the text."""

    @property
    def examples(self) -> tuple[Example, ...]:
        """Its blocks; only what shows or proves a page reads them."""
        return tuple(_examples(self.text, self.above))

    @property
    def standards(self) -> tuple[str, ...]:
        """Where the rule stands in the standards."""
        return (*self.cwe, *self.owasp, *self.asvs)


class Paged(Protocol):
    """What has a page: a rule that reads facts, a probe that asks."""

    @property
    def page(self) -> Page:
        """The page."""
        ...

    @property
    def name(self) -> str:
        """The name that reports use."""
        ...


class WrongPage(Exception):
    """A page is not as pages are; says what is missing."""


def read(path: Path) -> Page:
    """A page; raises WrongPage."""
    text = path.read_text(encoding="utf-8")
    front = FRONT.match(text)
    if front is None:
        raise WrongPage(f"{path.name} does not begin with front matter between +++ lines")
    told = tomllib.loads(front.group(1))
    name = path.stem
    if told.get("name") != name.replace("_", "-"):
        raise WrongPage(
            f"{path.name} is the page of {name.replace('_', '-')!r}, and its front matter says {told.get('name')!r}"
        )
    if told["severity"] not in SEVERITIES:
        raise WrongPage(f"{path.name}: severity is one of {', '.join(SEVERITIES)}")
    body = text[front.end() :]
    title = re.search(r"^# (.+)$", body, re.MULTILINE)
    why = re.search(r"^## Why it matters\n+(.+?)(?=\n\n|\n#)", body, re.MULTILINE | re.DOTALL)
    if title is None or why is None:
        raise WrongPage(f"{path.name} has no title, or no section 'Why it matters'")
    return Page(
        name=told["name"],
        area=told["area"],
        title=title.group(1),
        severity=told["severity"],
        since=told["since"],
        seed=told["seed"],
        items=tuple(told["items"]),
        cwe=tuple(told["cwe"]),
        owasp=tuple(told["owasp"]),
        asvs=tuple(told["asvs"]),
        stacks=tuple(told["stacks"]),
        fix=told["fix"],
        why=" ".join(why.group(1).split()),
        text=body.strip(),
        above=text[: len(text) - len(body.lstrip())].count("\n"),
    )


def _examples(body: str, above: int) -> list[Example]:
    out = []
    for token in MarkdownIt("commonmark").parse(body):
        if token.type == "fence" and token.map is not None:
            words = token.info.split()
            if len(words) >= 2 and words[-1] in ("good", "bad"):
                stack = words[1] if len(words) == 3 else "any"
                out.append(Example(words[0], stack, words[-1] == "good", token.content, above + token.map[0] + 2))
    return out
