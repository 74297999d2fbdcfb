"""What newer versions of Python allow, written as older ones have it, so that an older Python reads it.

A text of Python 3.12 with expressions in it (`f"{", ".join(names)}"`) becomes a call of `FORMATTED` with its parts;
errors without brackets of Python 3.14 get them. Line by line nothing moves.
"""

from __future__ import annotations

import ast
import re

FORMATTED = "__formatted__"
"""The name of the call: the tree has a `Template` for it."""
BARE = re.compile(r"^(\s*except\s+)([\w.]+(?:\s*,\s*[\w.]+)+)\s*:", re.MULTILINE)
STRING = re.compile(r"""#[^\n]*|(?<!\w)([a-zA-Z]{0,2})('''|\"\"\"|'|\")""")
BETWEEN = re.compile(r"(?:\s|\\\n|#[^\n]*)*")
COMPARISONS = ("==", "!=", "<=", ">=")


class Unended(ValueError):
    """A text that does not end, or an expression in it."""


def older(text: str) -> str:
    """The same program for an older Python; where a text does not end, as far as it is one."""
    text = BARE.sub(r"\1(\2):", text)
    try:
        return _rewritten(text)
    except Unended:
        return text


def _rewritten(text: str) -> str:
    """Code, with every formatted text as a call."""
    out: list[str] = []
    at = 0
    before = (-1, False)  # where the last text ended, and whether it was a formatted one
    while found := STRING.search(text, at):
        if found.group(2) is None:
            out.append(text[at : found.end()])
            at = found.end()
            continue
        formatted = "f" in found.group(1).lower()
        out.append(text[at : found.start()])
        beside = before[0] >= 0 and BETWEEN.fullmatch(text, before[0], found.start()) is not None
        if beside and (formatted or before[1]):
            out.append("+ ")
        if formatted:
            made, end = _formatted(text, found)
            out.append(made)
        else:
            end = _end(text, found)
            out.append(text[found.start() : end])
        at, before = end, (end, formatted)
    out.append(text[at:])
    return "".join(out)


def _end(text: str, found: re.Match[str]) -> int:
    """Where a plain text ends."""
    quote, at = found.group(2), found.end()
    while not text.startswith(quote, at):
        if at >= len(text) or (text[at] == "\n" and len(quote) == 1):
            raise Unended
        at += 2 if text[at] == "\\" else 1
    return at + len(quote)


def _formatted(text: str, found: re.Match[str]) -> tuple[str, int]:
    """A formatted text as a call, and where it ends."""
    quote = found.group(2)
    parts: list[str] = []
    plain, at = "", found.end()
    while not text.startswith(quote, at):
        if at >= len(text) or (text[at] == "\n" and len(quote) == 1):
            raise Unended
        if text[at : at + 2] in ("{{", "}}"):
            plain, at = plain + text[at], at + 2
        elif text[at] == "{":
            inner, at = _expression(text, at + 1)
            parts += [_literal(plain, quote), inner]
            plain = ""
        else:
            step = 2 if text[at] == "\\" else 1
            plain, at = plain + text[at : at + step], at + step
    parts.append(_literal(plain, quote))
    return f"{FORMATTED}({', '.join(each for each in parts if each)})", at + len(quote)


def _literal(plain: str, quote: str) -> str:
    """A text without expressions, on as many lines as it had."""
    if not plain:
        return ""
    try:
        value = ast.literal_eval(f"{quote}{plain}{quote}")
    except (ValueError, SyntaxError):
        value = plain
    return repr(value) + "\n" * plain.count("\n")


def _expression(text: str, at: int) -> tuple[str, int]:
    """An expression in a formatted text, without its conversion and format, and where the text goes on."""
    begun, depth = at, 0
    while at < len(text):
        char = text[at]
        found = STRING.match(text, at)
        if found and found.group(2) and not (at > begun and (text[at - 1].isalnum() or text[at - 1] == "_")):
            at = _formatted(text, found)[1] if "f" in found.group(1).lower() else _end(text, found)
            continue
        if depth == 0 and (char in "}:" or (char == "!" and text[at + 1 : at + 2] != "=")):
            break
        depth += (char in "([{") - (char in ")]}")
        at += 1
    inner, told = text[begun:at].rstrip(), text[at : at + 2] == "!r"
    while at < len(text) and text[at] != "}":
        at = _expression(text, at + 1)[1] if text[at] == "{" else at + 1
    if at >= len(text):
        raise Unended
    if inner.endswith("=") and not inner.endswith(COMPARISONS):
        inner = inner[:-1]
    lines = "\n" * (text[begun : at + 1].count("\n") - inner.count("\n"))
    return f"{'repr' if told else ''}({_rewritten(inner)}){lines}", at + 1
