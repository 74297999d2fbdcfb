"""What `mainstay openapi` does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
import typer

from mainstay.cli.exits import Exit, refuse_unwritable, wrong
from mainstay.cli.loading import load
from mainstay.projections.rest.completeness import Completeness, completeness


def openapi(target: str, *, output: Path | None, check: Path | None, how_complete: bool, json: bool) -> None:
    """Prints the document, writes it, compares it or counts what is described in it."""
    refuse_unwritable("--output", output)
    document = load(target).openapi()
    if how_complete:
        show(completeness(document), json=json)
    elif check is not None:
        compare(target, document, check)
    elif output is None:
        sys.stdout.buffer.write(text(document))
    else:
        output.write_bytes(text(document))


def text(document: dict[str, Any]) -> bytes:
    """The document as a file to be committed: the same for the same declarations."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def show(found: Completeness, *, json: bool) -> None:
    """Prints what is described by sort, what is not, and the figure."""
    if json:
        told = {sort: {"described": there, "of": every} for sort, (there, every) in found.counts.items()}
        missing = [{"sort": thing.sort, "place": thing.place} for thing in found.missing]
        sys.stdout.buffer.write(text({"percent": round(found.percent, 1), "counts": told, "missing": missing}))
        return
    width = max(map(len, found.counts))
    for sort, (there, every) in found.counts.items():
        typer.echo(f"{sort:{width}}  {there:6} of {every}")
    for thing in found.missing:
        typer.echo(f"missing in {thing.sort}: {thing.place}")
    typer.echo(f"{found.percent:.1f} % complete")


def compare(target: str, document: dict[str, Any], path: Path) -> None:
    """Leaves with 1, and says where they differ, when the file has another document."""
    try:
        written = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise wrong(f"--check {path} cannot be read: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise wrong(f"--check {path} is not JSON: {error}") from None
    found = difference(written, document)
    if found is not None:
        typer.echo(f"{path} is not what the application is: {found}", err=True)
        typer.echo(f"when that is meant: mainstay openapi {target} --output {path}", err=True)
        raise typer.Exit(Exit.DIFFERS)


def difference(written: Any, document: Any, place: tuple[str, ...] = ()) -> str | None:
    """The first place where two documents differ, and how; None where they are the same."""
    if isinstance(written, dict) and isinstance(document, dict):
        for name in [*document, *(name for name in written if name not in document)]:
            if name not in written or name not in document:
                what = "is not in the file" if name in document else "is in the file alone"
                return f"{shown((*place, name))} {what}"
            found = difference(written[name], document[name], (*place, name))
            if found is not None:
                return found
        return None
    if isinstance(written, list) and isinstance(document, list) and len(written) == len(document):
        pairs = enumerate(zip(written, document, strict=True))
        return next(
            (found for key, pair in pairs if (found := difference(*pair, (*place, str(key)))) is not None), None
        )
    return None if written == document else f"{shown(place)} differs"


def shown(place: tuple[str, ...]) -> str:
    """A place in the document."""
    return " > ".join(place)
