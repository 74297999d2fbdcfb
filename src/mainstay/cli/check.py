"""`mainstay check PATH` and `mainstay check URL`."""

from __future__ import annotations

import atexit
import contextlib
import gc
import io
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from mainstay.check import baseline as baselines, changed, config as configuration, proving
from mainstay.check.baseline import WrongBaseline
from mainstay.check.changed import NoRevision
from mainstay.check.config import Config, WrongConfiguration
from mainstay.check.databases.address import NoDatabase, is_database
from mainstay.check.finding import Confidence, Severity
from mainstay.check.page import Paged
from mainstay.check.promises import all_promises
from mainstay.check.report import github, html, json, markdown, sarif, terminal
from mainstay.check.review import Review, review
from mainstay.check.rule import all_rules
from mainstay.cli.exits import Exit, nearest, refuse_unwritable, wrong

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Form = Literal["terminal", "html", "markdown", "json", "sarif", "github"]
WRITERS: dict[str, Callable[[Review], str]] = {
    "html": html.text,
    "markdown": markdown.text,
    "json": json.text,
    "sarif": sarif.text,
    "github": github.text,
}


@app.command()
def check(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="WHAT",
            help="A folder, file or page with code; sqlite:///.. or postgresql://..; or http://.., a running API.",
        ),
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="How the report is written.")] = "terminal",
    output: Annotated[Path | None, typer.Option(help="Write the report to this file.")] = None,
    checklist: Annotated[bool, typer.Option("--checklist", help="Every item of the checklist, with evidence.")] = False,
    since: Annotated[str | None, typer.Option(help="Report only files that differ from this revision of git.")] = None,
    baseline: Annotated[Path | None, typer.Option(help="Findings of this file are known, and not reported.")] = None,
    write_baseline: Annotated[bool, typer.Option("--write-baseline", help="Write that file.")] = False,
    fail_on: Annotated[Severity | None, typer.Option(help="The least severity that ends the command with 1.")] = None,
    confidence: Annotated[Confidence | None, typer.Option(help="The least confidence that does.")] = None,
    explain: Annotated[str | None, typer.Option(help="Print the page of a rule.")] = None,
    source: Annotated[Path | None, typer.Option(help="URL: review its source too.", exists=True)] = None,
    openapi: Annotated[str | None, typer.Option(help="URL: its document, as a file or a path of the API.")] = None,
    identity: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=HEADER", help="URL: who asks, as NAME='Authorization: Bearer ..'; twice, and admin=.."
        ),
    ] = None,
    i_own_this: Annotated[bool, typer.Option("--i-own-this", help="URL: it is not on this machine, and mine.")] = False,
    requests: Annotated[int | None, typer.Option(help="URL: the most requests that are sent.", min=1)] = None,
    seconds: Annotated[float | None, typer.Option(help="URL: the longest that is asked.", min=1)] = None,
    env: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="A variable that the code runs with, as NAME=VALUE; may be given again."
        ),
    ] = None,
    prove: Annotated[
        str | None, typer.Option(metavar="APP", help="Run the proofs of a Mainstay application too, such as app:app.")
    ] = None,
) -> None:
    """Review a backend: its code, the examples of a page, SQL and migrations; a database; or a running API.

    Ends with 1 where something is found that is bad and sure enough; configured in pyproject.toml under
    [tool.mainstay.check]. A comment `mainstay: allow RULE because REASON` suppresses a finding.
    """
    if explain is not None:
        print_page(explain)
        return
    refuse_unwritable("--output", output)
    if write_baseline:
        refuse_unwritable("--baseline", baseline)
    if what is None:
        raise wrong("say what is to be checked: a folder, a file, a page, a database, or the address of a running API")
    api = what.startswith(("http://", "https://"))
    database = not api and is_database(what)
    path = (source or Path()) if api else Path() if database else Path(what)
    if not path.exists():
        raise wrong(f"'{what}' does not exist.")
    try:
        config = configuration.read(path if path.is_dir() else path.parent)
        config = replace(config, fail_on=fail_on or config.fail_on, confidence=confidence or config.confidence)
        config = replace(config, environment={**config.environment, **configuration.variables(env or ())})
        file = baseline or (Path(config.baseline) if config.baseline else None)
        if api:
            from mainstay.cli.check_api import Told, reviewed_api

            told = Told(openapi, tuple(identity or ()), requests, seconds)
            known = baselines.read(file) if file is not None and not write_baseline else frozenset()
            result = reviewed_api(what, config, told, source=source, owned=i_own_this, known=known)
        elif database:
            from mainstay.cli.check_database import reviewed_database

            known = baselines.read(file) if file is not None and not write_baseline else frozenset()
            result = reviewed_database(what, config, known=known)
        else:
            result = reviewed(path, config, file=file, writes=write_baseline, since=since)
        if prove is not None:
            result = with_proofs(result, prove, file=file, writes=write_baseline)
        elif "mainstay" in result.stacks:
            result.notes.append("a Mainstay application: --prove app:app, or whatever its name is, proves its policies")
    except (WrongConfiguration, WrongBaseline, NoRevision, NoDatabase) as error:
        raise wrong(str(error)) from None
    if write_baseline:
        if file is None:
            raise wrong("--write-baseline needs --baseline FILE")
        written = baselines.write(result, file)
        typer.echo(f"{terminal.counted(written, 'finding')} {'is' if written == 1 else 'are'} known now")
        return
    report(result, form, output, checklist=checklist)
    if any(config.fails(each.severity, each.confidence) for each in result.findings):
        raise typer.Exit(Exit.DIFFERS)


def reviewed(path: Path, config: Config, *, file: Path | None, writes: bool, since: str | None) -> Review:
    """The review that the command line asks for; raises what cannot be used."""
    known = baselines.read(file) if file is not None and not writes else frozenset()
    folder = path if path.is_dir() else path.parent
    paths = changed.since(since, folder.resolve()) if since is not None else None
    atexit.register(gc.freeze)  # at the end nothing needs to be looked for: the system takes back all memory at once
    console = Console(stderr=True)
    with console.status("reading") as status:
        return review(path, config, known=known, changed=paths, progress=status.update)


def with_proofs(result: Review, target: str, *, file: Path | None, writes: bool) -> Review:
    """The review with what the named application promises."""
    from mainstay.cli.check_proofs import Access, Declared
    from mainstay.cli.loading import load

    chosen = load(target)
    known = baselines.read(file) if file is not None and not writes else frozenset()
    provers = (Declared(chosen.application), Access(chosen.application, chosen.compiled.storage))
    with Console(stderr=True).status("proving") as status:
        return proving.proven(result, provers, known=known, progress=status.update)


def report(result: Review, form: Form, output: Path | None, *, checklist: bool) -> None:
    """Writes a report where it belongs; halves of characters, which code may name, are written as code has them."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    if form in WRITERS:
        text = WRITERS[form](result)
        if output is not None:
            output.write_text(text, encoding="utf-8", errors="backslashreplace")
        else:
            sys.stdout.write(text)
        return
    with (
        output.open("w", encoding="utf-8", errors="backslashreplace")
        if output is not None
        else contextlib.nullcontext(sys.stdout) as file
    ):
        console = Console(file=file)
        (terminal.show_checklist if checklist else terminal.show)(result, console)


def print_page(name: str) -> None:
    """Prints the page of a rule or probe."""
    from mainstay.check.probes import all_probes

    paged: list[Paged] = [*all_rules(), *all_probes(), *all_promises()]
    pages = {each.name: each.page.text for each in paged}
    if name not in pages:
        raise wrong(f"there is no rule {name!r}; {nearest(name, pages)}")
    typer.echo(pages[name])
