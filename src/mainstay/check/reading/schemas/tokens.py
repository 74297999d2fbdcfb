"""SQL as statements, and a statement as tokens: enough to read DDL of every dialect, with the line of each word.

A statement is cut out by one expression, so that a dump's megabytes of rows cost little; only what declares something
is taken apart further.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from mainstay.check.languages.unreadable import Unreadable
from mainstay.check.reading.schemas.dialects import MYSQL, quotes_brackets

TEXT = r"'[^']*(?:''[^']*)*'(?!')"
TEXT_ESCAPED = r"'[^'\\]*(?:(?:''|\\.)[^'\\]*)*'(?!')"
QUOTED = r'"[^"]*(?:""[^"]*)*"(?!")|`[^`]*(?:``[^`]*)*`(?!`)'
"""None of them possessive: the module `re` of Python 3.11.2 matches less than it should with those."""
DOLLAR = r"\$(?P<tag>[A-Za-z_]\w*|)\$(?s:.*?)\$(?P=tag)\$"
BLOCK = r"/\*(?s:.*?)\*/"
BODY = re.compile(
    r"\s*create\s+(?:or\s+replace\s+)?(?:definer\s*=\s*\S+\s+)?(?:temp(?:orary)?\s+|constraint\s+)?"
    r"(?:trigger|function|procedure|event)\b",
    re.IGNORECASE,
)
STEP = re.compile(r"\b(begin|case|end)\b(?:\s+(if|loop|while|repeat|case)\b)?|;", re.IGNORECASE)
COPIED = re.compile(r"copy\b.*\bfrom\s+stdin\b", re.IGNORECASE | re.DOTALL)
COMMAND = re.compile(r"(?:\\|\.[a-z]|delimiter\b)[^\n]*\n?", re.IGNORECASE)
"""A line for the client of the database, and not for the database."""
DELIMITER = re.compile(r"delimiter\s+(\S+)", re.IGNORECASE)
TOGETHER = 1_000
"""Parts of a statement that are matched at once: `re` remembers each until the match ends."""
LARGEST = 200_000
"""Characters of a statement that are taken apart: no person writes a longer one."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement: its text, the position at which it begins, and its line."""

    text: str
    start: int
    line: int


class Token(NamedTuple):
    """A word, a quoted name, a text, a number or a sign; `word` is in capitals where it may be a keyword."""

    kind: str
    text: str
    word: str
    line: int


def statements(text: str, dialect: str) -> Iterator[Statement]:
    """The statements of a text, in order; raises Unreadable where one does not end."""
    lines = [each.start() for each in re.finditer("\n", text)]
    blank = _blank(dialect)
    at, delimiter = 0, ";"
    while at < len(text):
        found = blank.match(text, at)
        at = found.end() if found is not None else at
        if at >= len(text):
            return
        line = bisect_right(lines, at - 1) + 1
        command = COMMAND.match(text, at)
        if command is not None:
            changed = DELIMITER.match(command.group())
            delimiter = changed.group(1) if changed is not None else delimiter
            at = command.end()
            continue
        if delimiter != ";":
            end = text.find(delimiter, at)
            end = len(text) if end < 0 else end
            after = end + len(delimiter)
        elif BODY.match(text, at) and (body := _body(text, at, dialect)):
            end, after = body, body + 1
        else:
            end = _end(text, at, dialect)
            if end < len(text) and text[end] != ";":
                raise Unreadable("a text that is not closed", bisect_right(lines, end) + 1)
            after = end + 1
        statement = text[at:end]
        if statement.strip():
            yield Statement(statement, at, line)
        if COPIED.match(statement):
            rows = text.find("\n\\.", after)
            after = len(text) if rows < 0 else rows + 3
        at = after


_PATTERNS: dict[tuple[str, str], re.Pattern[str]] = {}


def _statement(dialect: str) -> re.Pattern[str]:
    key = ("statement", dialect)
    if key not in _PATTERNS:
        text = TEXT_ESCAPED if dialect == MYSQL else rf"(?<=\b[eE]){TEXT_ESCAPED}|(?<!\b[eE]){TEXT}"
        extra = r"|\#[^\n]*" if dialect == MYSQL else ""
        extra += r"|\[[^\]\n]*\]" if quotes_brackets(dialect) else ""
        plain = r"[^;'\"`$/\-\#\[]"
        _PATTERNS[key] = re.compile(
            rf"(?:{plain}+|{text}|{QUOTED}|--[^\n]*|{BLOCK}|{DOLLAR}{extra}|[$/\-\#\[]){{1,{TOGETHER}}}", re.DOTALL
        )
    return _PATTERNS[key]


def _end(text: str, at: int, dialect: str) -> int:
    """Where a statement ends: at its semicolon, at the end of the text, or at what is not closed."""
    pattern = _statement(dialect)
    while (found := pattern.match(text, at)) is not None:
        at = found.end()
    return at


def _blank(dialect: str) -> re.Pattern[str]:
    key = ("blank", dialect)
    if key not in _PATTERNS:
        extra = r"|\#[^\n]*" if dialect == MYSQL else ""
        _PATTERNS[key] = re.compile(rf"(?:\s+|;|--[^\n]*|/\*(?!!)(?s:.*?)\*/{extra})*")
    return _PATTERNS[key]


def _body(text: str, at: int, dialect: str) -> int:
    """Where a routine with a body of statements ends; 0 where it has none before its first semicolon."""
    head = text[at : _end(text, at, dialect)]
    if not re.search(r"\bbegin\b", re.sub(rf"{DOLLAR}|{TEXT}", "", head), re.IGNORECASE):
        return 0
    depth = 0
    for found in STEP.finditer(text, at):
        if found.group() == ";":
            if depth <= 0:
                return found.start()
        elif found.group(1).lower() == "end":
            depth -= 0 if (found.group(2) or "").lower() in ("if", "loop", "while", "repeat") else 1
        else:
            depth += 1
    return len(text)


def tokens(statement: Statement, dialect: str) -> list[Token]:
    """The tokens of a statement, without its comments; raises Unreadable where it is too long."""
    if len(statement.text) > LARGEST:
        raise Unreadable(f"a statement of more than {LARGEST:,} characters", statement.line)
    out: list[Token] = []
    line = statement.line
    for found in _token(dialect).finditer(statement.text):
        kind, text = found.lastgroup or "sign", found.group()
        if kind == "tag":
            kind = "text"
        if kind not in ("space", "comment"):
            quoted = kind == "quoted"
            bare = text[1:-1].replace(text[-1] * 2, text[-1]) if quoted else text
            out.append(Token(kind, bare, "" if quoted or kind == "text" else text.upper(), line))
        line += text.count("\n")
    return out


def _token(dialect: str) -> re.Pattern[str]:
    key = ("token", dialect)
    if key not in _PATTERNS:
        text = TEXT_ESCAPED if dialect == MYSQL else rf"[eE]{TEXT_ESCAPED}|[nNbBxX]?{TEXT}"
        hash_comment = r"|\#[^\n]*" if dialect == MYSQL else ""
        brackets = r"|\[[^\]\n]*\]" if quotes_brackets(dialect) else ""
        _PATTERNS[key] = re.compile(
            rf"(?P<space>\s+)|(?P<comment>--[^\n]*|/\*!\d*|\*/|/\*(?s:.*?)\*/{hash_comment})"
            rf"|(?P<text>{DOLLAR}|{text})|(?P<quoted>{QUOTED}{brackets})"
            r"|(?P<number>\d+(?:\.\d+)?)|(?P<word>[^\W\d][\w$]*)|(?P<sign>::|<=|>=|<>|!=|.)",
            re.DOTALL,
        )
    return _PATTERNS[key]
