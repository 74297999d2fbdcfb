"""`python -m tests.check.measure.vampi FOLDER [PYTHON]`: VAmPI, which is vulnerable on purpose, and its mended twin.

FOLDER is a copy of VAmPI, PYTHON an interpreter that has its requirements.  Each twin runs in a copy of its own, on a
free port of this machine and without a debugger, for as long as it is asked; its source is reviewed with the switch set
as in the twin.  The table that is printed has a line for each flaw of its README: which rule found it in which twin, by
reading or by asking; then everything else that was found and is at least likely, for a person to judge.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RUN = """
import sys
from config import vuln_app
from werkzeug.serving import run_simple
run_simple("127.0.0.1", int(sys.argv[1]), vuln_app.app, threaded=True)
"""
"""Its own `app.py` listens on every address, with the debugger on."""
START = 30.0
"""Seconds in which it answers, or does not start."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """A flaw: whether the switch turns it off, and the findings that are it, each a rule and where."""

    name: str
    switched: bool
    found_by: tuple[tuple[str, str], ...]


FLAWS = (
    Flaw(
        "SQL injection", True,
        (("sql-injected", "GET /users/v1/{username}"), ("sql-injection", "models/user_model.py")),
    ),
    Flaw("unauthorized password change", True, (("row-of-others-changed", "PUT /users/v1/{username}/password"),)),
    Flaw(
        "broken object level authorization", True,
        (("row-of-others-read", "GET /books/v1/{book_title}"), ("object-without-owner", "api_views/books.py")),
    ),
    Flaw("mass assignment", True, (("forbidden-field-set", "POST /users/v1/register"),)),
    Flaw("user and password enumeration", True, (("account-enumeration", "POST /users/v1/login"),)),
    Flaw(
        "slow regular expression", True,
        (("slow-pattern", "PUT /users/v1/{username}/email"), ("slow-expression", "api_views/users.py")),
    ),
    Flaw("data exposed by the debug endpoint", False, (("secret-answered", "GET /users/v1/_debug"),)),
    Flaw(
        "no limit of requests", False,
        (("guesses-unlimited", "POST /users/v1/login"), ("no-rate-limit", "api_views/users.py")),
    ),
    Flaw("weak key of tokens", False, (("forged-token-accepted", "GET /me"),)),
)  # fmt: skip
"""The nine of its README; the first six stand under `if vuln` in its source."""


def main() -> int:
    """Runs both twins, asks them, and prints the table; ends with 1 where a flaw was missed or found too much."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="a copy of VAmPI")
    parser.add_argument("python", nargs="?", default=sys.executable, help="an interpreter that has its requirements")
    told = parser.parse_args()
    found = {switch: findings(told.folder, told.python, switch) for switch in ("1", "0")}
    wrong = 0
    print("| flaw | vulnerable=1 | vulnerable=0 |\n| --- | --- | --- |")
    for flaw in FLAWS:
        cells = {switch: by(flaw, found[switch]) for switch in found}
        wrong += not cells["1"] or bool(cells["0"]) == flaw.switched
        print(f"| {flaw.name} | {cells['1'] or 'missed'} | {cells['0'] or '-'} |")
    known = {each for flaw in FLAWS for each in flaw.found_by}
    for switch, those in found.items():
        print(f"\nbesides, with vulnerable={switch}, at least likely:\n")
        for each in those:
            if each["confidence"] != "review" and (each["rule"], each["path"]) not in known:
                at = f"{each['path']}:{each['line']}" if each["line"] else each["path"]
                print(f"- {each['rule']}, {each['confidence']}: {at}: {each['what']}")
    return int(wrong > 0)


def findings(folder: Path, python: str, switch: str) -> list[dict[str, Any]]:
    """What one twin is found to have, by reading and by asking."""
    with twin(folder, python, switch) as (url, copy):
        command = [sys.executable, "-m", "mainstay", "check", url, "--source", str(copy), "--format", "json"]
        done = subprocess.run([*command, "--env", f"vulnerable={switch}"], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    told = json.loads(done.stdout)
    print(f"vulnerable={switch}: {told['requests']} requests, {told['seconds']:.1f} s", file=sys.stderr)
    return list(told["findings"])


@contextmanager
def twin(folder: Path, python: str, switch: str) -> Iterator[tuple[str, Path]]:
    """One twin while it runs: its address, and the copy of the source that it runs from."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "vampi"
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".git", "*.db", "__pycache__"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = {**os.environ, "vulnerable": switch, "tokentimetolive": "60", "PYTHONWARNINGS": "ignore"}
        process = subprocess.Popen(
            [python, "-c", RUN, str(port)],
            cwd=copy,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            ready(url)
            yield url, copy
        finally:
            process.terminate()
            process.wait()


def ready(url: str) -> None:
    """Waits for the twin, and lets it make its tables."""
    end = time.monotonic() + START
    while True:
        try:
            urllib.request.urlopen(f"{url}/createdb", timeout=5).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise SystemExit(f"{url} does not answer: are its requirements installed?") from None
            time.sleep(0.2)


def by(flaw: Flaw, those: list[dict[str, Any]]) -> str:
    """The rules that found a flaw, by reading (a line is known) or by asking."""
    hits = {}
    for each in those:
        if (each["rule"], each["path"]) in flaw.found_by:
            hits[each["rule"]] = f"{each['rule']} ({'read' if each['line'] else 'asked'}, {each['confidence']})"
    return ", ".join(hits.values())


if __name__ == "__main__":
    sys.exit(main())
