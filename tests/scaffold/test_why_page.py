"""The page about `mainstay why`: what it shows is what a terminal shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from mainstay.scaffold.files import files
from mainstay.scaffold.name import read
from mainstay.scaffold.writing import write

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "why.md").read_text()
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LINES = """
import json
import shlex
import sys

from typer.testing import CliRunner

from mainstay.cli import app, call, user

person = ["create", "bookshop.app:app", "ada@example.com", "name=Ada"]
assert CliRunner().invoke(user.app, person, input="four plain words here\\n").exit_code == 0
made = CliRunner().invoke(call.app, ["bookshop.app:app", "notes.create", "title=First", "--as", "ada@example.com"])
key = json.loads(made.stdout)["data"]["id"]
for line in sys.argv[1:]:
    print("$ " + line, flush=True)
    try:
        app(args=[key if word == "KEY" else word for word in shlex.split(line)[1:]])
    except SystemExit:
        pass
"""
"""Makes the author and the note of the page, and runs its lines one after the other."""


def test_the_page_shows_what_a_terminal_shows(tmp_path: Path) -> None:
    list(write(tmp_path, files(read("bookshop"))))
    blocks = re.findall(r"^```console\n(.*?)^```$", PAGE, re.M | re.S)
    lines = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    assert len(lines) == 2
    ours, theirs = os.openpty()  # what is printed differs where nobody reads along
    given = os.environ | {"MAINSTAY_DATABASE_URL": f"sqlite:///{tmp_path}/page.db", "PYTHONPATH": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-c", LINES, *lines], cwd=tmp_path, env=given, stdout=theirs, stderr=subprocess.PIPE
    )
    os.close(theirs)
    printed = b""
    while part := read_part(ours):
        printed += part
    _, errors = process.communicate(timeout=60)
    os.close(ours)
    assert (process.returncode, errors) == (0, b"")
    assert without_keys(printed.decode().replace("\r\n", "\n")) == without_keys("".join(blocks))


def read_part(terminal: int) -> bytes:
    """What comes next; nothing at the end, which Linux tells as an error."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


def without_keys(text: str) -> str:
    """The text with one word for every identifier."""
    return UUID.sub("ID", text)
