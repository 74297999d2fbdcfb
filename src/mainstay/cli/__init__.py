"""The command `mainstay`: each command is a module of its own, loaded by the call that names it."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer

from mainstay.cli.exits import Exit

VERSION = "Print the version of Mainstay."

COMMANDS = {
    "new": ("mainstay.cli.new", "Make a project."),
    "serve": ("mainstay.cli.serve", "Serve an application over HTTP."),
    "operations": ("mainstay.cli.operations", "Print the operations of an application."),
    "routes": ("mainstay.cli.routes", "Print what can be asked for where, by whom and how often."),
    "openapi": ("mainstay.cli.openapi", "Print the OpenAPI document of an application, or compare it with a file."),
    "call": ("mainstay.cli.call", "Run an operation without HTTP."),
    "why": ("mainstay.cli.why", "Say which clause of which policy decided an answer, with which values."),
    "user": ("mainstay.cli.user", "Make accounts, give them roles, disable them."),
    "migrate": ("mainstay.cli.migrate", "Change the schema of a database that has rows."),
    "prove": ("mainstay.cli.prove", "Prove that nobody reads or changes what the policies forbid."),
    "check": ("mainstay.cli.check", "Review a backend, whatever it is built with."),
    "version": ("mainstay.cli.version", VERSION),
}
"""Each command's module, whose `app` it is, and what it does."""

EXTRAS = {
    "argon2": "accounts",
    "httpx2": "check",
    "joserfc": "accounts",
    "ast_grep_py": "check",
    "markdown_it": "check",
    "watchfiles": "reload",
    "yaml": "check",
}
"""Packages that a command may miss, and the extra of Mainstay that brings each."""

ITS_OWN = {"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}
"""What follows a command's name is read by the command's own module."""

COMPLETING = "_MAINSTAY_COMPLETE"
"""Set by the script of a shell that completes a line."""

app = typer.Typer(
    name="mainstay",
    help="A backend declared in typed Python, served and proven.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def load_and_run(name: str, words: Sequence[str]) -> None:
    """Loads the command's module and hands it the rest of the line."""
    module, _ = COMMANDS[name]
    try:
        command: typer.Typer = import_module(module).app
        command(args=words, prog_name=f"mainstay {name}")
    except ModuleNotFoundError as error:
        extra = EXTRAS.get(error.name or "")
        if extra is None:
            raise
        told = f"`mainstay {name}` needs {error.name}, which is not installed: pip install 'mainstay[{extra}]'"
        typer.echo(f"mainstay: {told}", err=True)
        sys.exit(Exit.WRONG)


def listed(context: typer.Context) -> None:
    """A command as the help and a shell's completion list it."""
    load_and_run(context.info_name or "", context.args)


for _name, (_, _words) in COMMANDS.items():
    app.command(_name, help=_words, context_settings=dict(ITS_OWN), add_help_option=False)(listed)


def print_version(asked: bool) -> None:
    """Does what `mainstay version` does."""
    if asked:
        module, _ = COMMANDS["version"]
        command: typer.Typer = import_module(module).app
        command(args=[], prog_name="mainstay version")


@app.callback()
def mainstay(
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=print_version, help=VERSION)] = False,
) -> None:
    """A backend declared in typed Python, served and proven."""


def main() -> None:
    """Runs the command that the command line names; tells what breaks and was not foreseen."""
    try:
        if COMPLETING in os.environ:
            completed(words_so_far())(prog_name="mainstay")
        if sys.argv[1:2] and sys.argv[1] in COMMANDS:
            load_and_run(sys.argv[1], sys.argv[2:])
        app(prog_name="mainstay")
    except Exception:
        traceback.print_exc()
        typer.echo("mainstay: this broke in a way that nobody foresaw", err=True)
        sys.exit(Exit.FAILED)


def completed(words: Sequence[str]) -> Any:
    """The command as a shell completes it: what the words name is loaded, nothing else."""
    group: Any = typer.main.get_command(app)
    name = words[1] if len(words) > 1 else ""
    if name in COMMANDS and len(words) > 2:
        group.commands[name] = typer.main.get_command(import_module(COMMANDS[name][0]).app)
    return group


def words_so_far() -> list[str]:
    """The line that a shell completes, up to the word that is being written; bash says it otherwise than the others."""
    if "COMP_WORDS" in os.environ:
        return os.environ["COMP_WORDS"].split("\n" if "\n" in os.environ["COMP_WORDS"] else None)
    given = os.environ.get("_TYPER_COMPLETE_ARGS", "")
    return [*given.split(), *([""] if given.endswith(" ") else [])]
