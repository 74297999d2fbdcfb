"""The page on testing: its files are written, its commands run, and print what stands there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "testing.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PROGRAMS = Path(sys.executable).parent


def test_what_stands_on_the_page_happens(tmp_path: Path) -> None:
    ran = 0
    for language, text in BLOCK.findall(PAGE.read_text()):
        if language == "console":
            line, _, expected = text.partition("\n")
            done = run(shlex.split(line.removeprefix("$ ")), tmp_path)
            assert re.sub(r" in [0-9.:() s]+$", "", done, flags=re.MULTILINE) == expected
            ran += 1
        else:
            named = re.match(r"# (\S+\.\w+)\n", text)
            assert named, text
            file = tmp_path / named[1]
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
    assert ran == 1


def run(words: list[str], folder: Path) -> str:
    """What a command prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "MAINSTAY"))}
    program = [PROGRAMS / words[0], *words[1:]]
    done = subprocess.run(
        program, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
