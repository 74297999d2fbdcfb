"""Markdown: its fenced blocks, each in its language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt

from mainstay.check.languages.nodes import LONGEST_DATA, refuse_lines
from mainstay.check.source import Source

ALIASES = {
    "py": "python",
    "python3": "python",
    "python": "python",
    "js": "javascript",
    "javascript": "javascript",
    "node": "javascript",
    "ts": "typescript",
    "typescript": "typescript",
    "tsx": "tsx",
    "jsx": "javascript",
    "java": "java",
    "go": "go",
    "golang": "go",
    "rust": "rust",
    "rs": "rust",
    "sql": "sql",
    "postgresql": "sql",
    "pgsql": "sql",
    "mysql": "sql",
    "sqlite": "sql",
    "graphql": "graphql",
    "gql": "graphql",
    "http": "http",
    "": "plain",
    "text": "plain",
    "bash": "plain",
}
"""Names of languages, as fences have them; others are passed over."""
SCRIPT = re.compile(r"^(const|let|var|import|export|function|async function|class)\s", re.MULTILINE)


def blocks(text: str, path: str) -> Iterator[Source]:
    """The blocks of a page, each with the line of the page at which it begins; raises Unreadable."""
    refuse_lines(text, LONGEST_DATA)
    for token in MarkdownIt("commonmark").parse(text):
        if token.type != "fence" or token.map is None:
            continue
        word = re.split(r"[\s{:,]", token.info.strip(), maxsplit=1)[0].lower()
        language = ALIASES.get(word)
        if language is None:
            continue
        first = token.map[0] + 2
        yield Source(path, language, token.content, first)
        if language == "graphql":
            found = SCRIPT.search(token.content)
            if found:
                before = token.content[: found.start()].count("\n")
                yield Source(path, "javascript", token.content[found.start() :], first + before)
