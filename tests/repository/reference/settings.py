"""The page of settings: every field of `Settings` with its name in the environment and what it means."""

from __future__ import annotations

from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from mainstay.compiler.docstrings import attribute_docstring
from mainstay.settings import Settings
from tests.repository.reference.writing import heading, sentence, table

TYPES = {bool: "true or false", int: "whole number", float: "number"}
"""How a value is written in the environment; anything else is text."""


def page() -> str:
    """The page: how settings are given, and a table of them in the order of the class."""
    prefix = str(Settings.model_config.get("env_prefix"))
    lines = [
        *heading("Settings", "the fields of Settings"),
        sentence(Settings.__doc__),
        "",
        f"A setting is a variable of the environment, or a line `{prefix}NAME=value` in the file",
        f"`{Settings.model_config.get('env_file')}` of the directory that the server runs in; the environment stands",
        "above the file. In Python it is an argument, `Mainstay(settings=Settings(pool_size=5))`, which stands first.",
        f"Last come files in `{Settings.model_fields['secrets_dir'].default}`, such as `mainstay_secret_key`. A secret",
        "is shown nowhere. `mainstay serve --production` refuses what only development may have, all of it at once.",
        "",
    ]
    rows = [
        [f"`{prefix}{name.upper()}`", written(field), default(field), sentence(attribute_docstring(Settings, name))]
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join([*lines, *table(["variable", "value", "default", "meaning"], rows)]) + "\n"


def written(field: FieldInfo) -> str:
    """How the values of a field are written, and their bounds."""
    type_: Any = field.annotation
    given = [one for one in get_args(type_) if one is not NoneType] if NoneType in get_args(type_) else [type_]
    if get_origin(given[0]) is Literal:
        return " or ".join(f"`{word}`" for word in get_args(given[0]))
    if get_origin(given[0]) is tuple:
        return "a list, as JSON" if SecretStr in get_args(given[0]) else "words, separated by commas"
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
