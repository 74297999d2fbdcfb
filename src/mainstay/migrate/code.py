"""Python as it is written into a migration: types of SQLAlchemy, and calls broken over lines where they are long."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from mainstay.kinds import KindType

WIDTH = 118
"""Characters of a line."""
INDENT = "    "


def type_code(type_: TypeEngine[Any]) -> str:
    """A column's type in SQLAlchemy's own words, the same on both databases or with SQLite's beside it."""
    if isinstance(type_, KindType):
        code, variants = plain_type(type_.kind.column("postgresql")), {"sqlite": type_.kind.column("sqlite")}
    else:
        code, variants = plain_type(type_), dict(type_._variant_mapping)
    for dialect, variant in sorted(variants.items()):
        if plain_type(variant) != code:
            code += f".with_variant({plain_type(variant)}, {literal(dialect)})"
    return code


def plain_type(type_: TypeEngine[Any]) -> str:
    """A type without its variants."""
    if isinstance(type_, postgresql.JSONB):
        return "postgresql.JSONB()"
    if isinstance(type_, sa.ARRAY):
        return f"sa.ARRAY({plain_type(type_.item_type)})"
    known = next(part for part in type(type_).__mro__ if part.__module__.startswith("sqlalchemy."))
    if known is not type(type_) and isinstance(getattr(sa, str(type_.__visit_name__), None), type):
        return f"sa.{type_.__visit_name__}()"
    if isinstance(type_, sa.Enum):
        words = ", ".join(literal(word) for word in type_.enums)
        return f"sa.Enum({words}, name={literal(str(type_.name))}, native_enum={type_.native_enum})"
    name, _, arguments = repr(type_).partition("(")
    module = "sa"
    if known.__module__.startswith("sqlalchemy.dialects."):
        module = known.__module__.split(".")[2]
    arguments = re.sub(r"'([^'\"\\]*)'", r'"\1"', arguments)
    return f"{module}.{name}({arguments}"


def literal(value: str) -> str:
    """A text as Python's formatters write it."""
    written = repr(value)
    return f'"{written[1:-1]}"' if written[0] == "'" and '"' not in written else written


def argument(value: Any) -> str:
    """A constant."""
    return literal(value) if isinstance(value, str) else repr(value)


def call(name: str, arguments: Sequence[str], depth: int = 1) -> str:
    """A call in one line, or with a line for each argument where that is too long; `depth` is its own indentation."""
    return within(f"{name}(", arguments, ")", depth)


def listed(items: Sequence[str], depth: int = 1) -> str:
    """A list, broken as a call is."""
    return within("[", items, "]", depth)


def within(start: str, parts: Sequence[str], end: str, depth: int) -> str:
    """Parts between brackets."""
    line = f"{start}{', '.join(parts)}{end}"
    if len(line) + len(INDENT) * depth <= WIDTH and "\n" not in line:
        return line
    inside = "".join(f"{INDENT}{indented(part)},\n" for part in parts)
    return f"{start}\n{inside}{end}"


def indented(code: str) -> str:
    """Code one step further in, its first line left alone."""
    return code.replace("\n", "\n" + INDENT)
