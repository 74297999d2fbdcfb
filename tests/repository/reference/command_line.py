"""The page of the command line: every command, argument and option, from what typer reads them by."""

from __future__ import annotations

import enum
import typing
from importlib import import_module
from types import NoneType
from typing import Any

import typer

from mainstay.cli import COMMANDS, VERSION
from mainstay.cli.exits import MEANINGS
from tests.repository.reference.writing import heading, paragraphs, sentence, table

TYPES = {int: "NUMBER", float: "NUMBER"}


def page() -> str:
    """The page: a table of the commands, then each with what follows its name."""
    rows = [[f"[`mainstay {name}`](#mainstay-{name})", words] for name, (_, words) in COMMANDS.items()]
    lines = [
        *heading("Command line", "the commands of mainstay.cli"),
        "`mainstay COMMAND --help` says the same in a terminal, and `mainstay --install-completion` lets a shell",
        "complete commands and options. Where the output is no terminal, commands that print data print JSON.",
        "",
        "Every command ends with one of these codes; what goes wrong is told on the standard error. One that Ctrl+C",
        "stops ends with 130, and a server, for which that is the end, with 0.",
        "",
        *table(["code", ""], [[f"`{code.value}`", meaning] for code, meaning in MEANINGS.items()]),
        "",
        *table(["command", ""], rows),
        "",
        f"`mainstay --version`: {VERSION}",
        "",
    ]
    for path, command in commands():
        lines += section(path, command)
    return "\n".join(lines).rstrip() + "\n"


def commands() -> list[tuple[str, Any]]:
    """Every command and every group of commands, by its path: `mainstay migrate up`."""
    found = []
    for name, (module, _) in COMMANDS.items():
        command: Any = typer.main.get_command(import_module(module).app)
        found.append((f"mainstay {name}", command))
        found += [(f"mainstay {name} {part}", inner) for part, inner in getattr(command, "commands", {}).items()]
    return found


def section(path: str, command: Any) -> list[str]:
    """All about one command."""
    inner = getattr(command, "commands", None)
    usage = f"{path} COMMAND" if inner is not None else " ".join([path, *(words(one) for one in arguments(command))])
    level = "#" * path.count(" ") + "#"
    lines = [f"{level} {path}", "", *paragraphs(command.help), "```text", usage, "```", ""]
    rows = [
        *([f"`{words(one)}`", sentence(one.help), ""] for one in arguments(command)),
        *([option(one), sentence(one.help), default(one)] for one in options(command)),
    ]
    return [*lines, *table(["", "", "unless given"], rows), ""] if rows else lines


def arguments(command: Any) -> list[Any]:
    """What follows a command's name without a name of its own."""
    return [one for one in command.params if one.param_type_name == "argument"]


def options(command: Any) -> list[Any]:
    """What is given by name; `--help` is everywhere."""
    return [one for one in command.params if one.param_type_name == "option" and not one.hidden]


def words(argument: Any) -> str:
    """How an argument is called where it is used."""
    name = argument.metavar or str(argument.name).upper()
    if name.startswith("["):
        return str(name)
    return (name if argument.required else f"[{name}]") + ("..." if argument.nargs == -1 else "")


def option(one: Any) -> str:
    """The names of an option and what follows them."""
    names = ", ".join(f"`{name}`" for name in (*one.opts, *one.secondary_opts))
    return names if getattr(one, "is_flag", False) else f"{names} {value(one)}"


def value(one: Any) -> str:
    """What an option is given."""
    if one.metavar:
        return str(one.metavar)
    asked = one.type_descriptor.annotation
    asked = next((part for part in typing.get_args(asked) if part is not NoneType), asked)
    if typing.get_origin(one.type_descriptor.annotation) is typing.Literal:
        return " or ".join(f"`{word}`" for word in typing.get_args(one.type_descriptor.annotation))
    if isinstance(asked, type) and issubclass(asked, enum.Enum):
        return " or ".join(f"`{member.value}`" for member in asked)
    return TYPES.get(asked, "FILE" if getattr(asked, "__name__", "") == "Path" else "TEXT")


def default(one: Any) -> str:
    """What holds where an option is not given."""
    if getattr(one, "is_flag", False):
        return ""
    given = one.default.value if isinstance(one.default, enum.Enum) else one.default
    named = f"`${one.envvar}`" if one.envvar else ""
    return f"`{given}`" if given not in (None, "", [], ()) else named
