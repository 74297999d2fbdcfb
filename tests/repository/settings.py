"""Writes docs/reference/settings.md: every field of `Settings` with its name in the environment and what it means.

python -m tests.repository.settings            rewrites the page
python -m tests.repository.settings --check    fails when the page is stale
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from mainstay.settings import Settings

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "settings.md"

TYPES = {bool: "true or false", int: "whole number", float: "number"}
"""How a value is written in the environment; anything else is text."""


def page() -> str:
    """The page: how settings are given, and a table of them in the order of the class."""
    prefix = str(Settings.model_config.get("env_prefix"))
    lines = [
        "# Settings",
        "",
        "<!-- Written by `python -m tests.repository.settings` from the fields of Settings. Do not edit. -->",
        "",
        sentence(Settings.__doc__ or ""),
        "",
        f"A setting is a variable of the environment, or a line `{prefix}NAME=value` in the file",
        f"`{Settings.model_config.get('env_file')}` of the directory that the server runs in; the environment stands",
        "above the file. In Python it is an argument, `Mainstay(settings=Settings(pool_size=5))`, which stands first.",
        "",
        "| variable | value | default | meaning |",
        "|---|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        cells = [f"`{prefix}{name.upper()}`", written(field), default(field), sentence(field.description or "")]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def written(field: FieldInfo) -> str:
    """How the values of a field are written, and their bounds."""
    type_: Any = field.annotation
    given = [one for one in get_args(type_) if one is not NoneType] if NoneType in get_args(type_) else [type_]
    if get_origin(given[0]) is Literal:
        return " or ".join(f"`{word}`" for word in get_args(given[0]))
    if get_origin(given[0]) is tuple:
        return "words, separated by commas"
    signs = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    bounds = [
        f"{sign} {getattr(bound, key)}"
        for bound in field.metadata
        for key, sign in signs.items()
        if hasattr(bound, key)
    ]
    return ", ".join([TYPES.get(given[0], "text"), *bounds])


def default(field: FieldInfo) -> str:
    """What holds where nothing is said."""
    value = field.default
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return f"`{','.join(value)}`"
    return f"`{str(value).lower() if isinstance(value, bool) else f'{value:g}' if isinstance(value, float) else value}`"


def sentence(text: str) -> str:
    """A docstring on one line."""
    return re.sub(r"\s+", " ", text).strip()


def main(arguments: list[str] | None = None) -> int:
    """Writes the page, or with --check says whether it is up to date."""
    parser = argparse.ArgumentParser(prog="python -m tests.repository.settings", description="Writes " + PAGE.name)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when the page is stale")
    if not parser.parse_args(arguments).check:
        PAGE.write_text(page())
    elif not PAGE.exists() or PAGE.read_text() != page():
        print(f"{PAGE.relative_to(ROOT)} is stale: run python -m tests.repository.settings")
        return 1
    print(f"{PAGE.relative_to(ROOT)}: {len(Settings.model_fields)} settings")
    return 0


if __name__ == "__main__":
    sys.exit(main())
