"""Lets Schemathesis make up calls of whole applications, from their documents, and judge the answers.

It is installed into an environment of its own inside of .venv, since its packages are not ours.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import httpx2
import typer

from tests.cli.serving import serving
from tests.fuzz.targets import TARGETS, Target
from tests.servers import postgresql

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "requirements.txt"
PLACE = Path(sys.prefix) / "fuzz"
RUNS = (
    ("recipes", "sqlite"),
    ("recipes", "postgresql"),
    ("orders", "postgresql"),
    ("publishing", "postgresql"),
    ("bank", "sqlite"),
    ("notes", "sqlite"),
)
UNLIMITED = {"address_limit": "", "user_limit": "", "sign_in_limit": "", "log": "off"}


def fuzz(
    examples: Annotated[int, typer.Option(help="Calls to make up for each operation and phase.")] = 30,
    seconds: Annotated[int, typer.Option(help="When to stop, at the latest, in all.")] = 600,
    seed: Annotated[int, typer.Option(help="The same seed, the same calls.")] = 1,
    only: Annotated[str, typer.Option(help=f"One application alone: {', '.join(TARGETS)}.")] = "",
    phases: Annotated[str, typer.Option(help="Some phases alone.")] = "examples,coverage,fuzzing,stateful",
) -> None:
    """Run all phases of Schemathesis against the applications, on SQLite and PostgreSQL.

    Ends with 1 where an answer is a 5xx or not as the document says.
    """
    install()
    runs = [run for run in RUNS if only in ("", run[0])]
    each = str(max(1, seconds // max(1, len(runs))))
    options = ["--max-examples", str(examples), "--seed", str(seed), "--max-time", each, "--phases", phases]
    told = []
    for name, kind in runs:
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="mainstay-fuzz-") as folder, database(Path(folder), kind) as url:
            failed = judge(TARGETS[name], Path(folder), url, options)
        told.append((failed, f"{name} on {kind}: {'FAILED' if failed else 'ok'}, {time.monotonic() - started:.0f} s"))
    print("\n".join(line for _, line in told))
    raise typer.Exit(1 if not told or any(failed for failed, _ in told) else 0)


def judge(target: Target, folder: Path, url: str, options: list[str]) -> bool:
    """Whether Schemathesis finds something in an application."""
    (folder / "app.py").write_text(target.app)
    target.fill(url)
    with serving(folder, database_url=url, **UNLIMITED) as server:
        at = f"http://127.0.0.1:{server.port}"
        command = [str(PLACE / "bin" / "schemathesis"), "--config-file", str(HERE / "schemathesis.toml"), "run"]
        credentials = {"Authorization": target.who(at)}
        caller = httpx2.get(f"{at}/api/v1/auth/me", headers=credentials)
        environment = {**os.environ, "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py")}
        environment["FUZZ_CALLER"] = caller.json()["data"]["id"] if caller.status_code == 200 else ""
        who = ["--header", f"Authorization: {credentials['Authorization']}"]
        done = subprocess.run(
            [*command, f"{at}/openapi.json", *who, *options], cwd=folder, env=environment, check=False
        )
    return done.returncode != 0


@contextmanager
def database(folder: Path, kind: str) -> Iterator[str]:
    """The URL of an empty database of a kind."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/fuzz.db"
    else:
        with postgresql() as server:
            yield server.create_database()


def install() -> None:
    """Installs Schemathesis beside the packages of the project."""
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    stamp = PLACE / ".stamp"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing Schemathesis into {PLACE}")
    subprocess.run([sys.executable, "-m", "venv", "--clear", PLACE], check=True)
    pip = [str(PLACE / "bin" / "pip"), "install", "--quiet", "--require-hashes"]
    subprocess.run([*pip, "-r", str(REQUIREMENTS)], check=True)
    stamp.write_text(wanted)


if __name__ == "__main__":
    typer.run(fuzz)
