"""The blocks of code on a page, and what each asks for: a file to write, commands to run, text to be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^( *)```(\w+)[^\n]*\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
NOT_RUN = re.compile(r"<!-- not run: (\S[^>]*) -->\s*\Z")
"""What may stand above a block: the reason why it is not run."""
PLACE = re.compile(
    r"^(?:#|//|--) (?P<file>[\w./-]+\.\w+|Containerfile)"
    r"(?:(?P<how>:|, after:|, before:|, at the end)(?: (?P<line>.+))?)?$"
)
"""The first line of a block that is, or belongs into, a file."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code."""

    language: str
    text: str
    line: int
    """On the page."""
    not_run: str = ""
    """Why it is not run."""


@dataclass(frozen=True, slots=True)
class Command:
    """One line after `$` and what the page says that it prints."""

    line: str
    expected: str


def blocks(page: Path) -> list[Block]:
    """The blocks of a page, in their order."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in FENCE.finditer(text):
        indent, language, inside = match.groups()
        inside = re.sub(rf"^{indent}", "", inside, flags=re.MULTILINE)
        reason = NOT_RUN.search(text[: match.start()])
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(language, inside, line, reason[1] if reason else ""))
    return found


def commands(block: Block) -> list[Command]:
    """The commands of a console, each with the lines below it; a line that ends in a backslash goes on."""
    found = []
    for one in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        match = re.match(r"((?:.*\\\n)*.*)\n?", one)
        assert match
        found.append(Command(match[1], one[match.end() :]))
    return found


def write(folder: Path, text: str) -> bool:
    """Does with a file what the first line of a block says; False where it names no file."""
    first, _, rest = text.partition("\n")
    place = PLACE.match(first)
    if place is None:
        return False
    path, how, old = folder / place["file"], place["how"], place["line"]
    if how is None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(rest, encoding="utf-8")
    elif how == ", at the end":
        path.write_text(path.read_text(encoding="utf-8") + "\n\n" + rest, encoding="utf-8")
    else:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        found = [number for number, line in enumerate(lines) if line.strip() == old]
        assert len(found) == 1, f"{place['file']} has {len(found)} lines {old!r}"
        at = found[0]
        kept = {":": [rest], ", after:": [lines[at], rest], ", before:": [rest, lines[at]]}[how]
        path.write_text("".join([*lines[:at], *kept, *lines[at + 1 :]]), encoding="utf-8")
    return True
