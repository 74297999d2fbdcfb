"""`python -m tests.migrate.page FOLDER`: does what docs/how-to/migrations.md says, and prints what each command did.

Each command is a process that begins where everything is imported already.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from pathlib import Path

import mainstay.app
from mainstay.cli import main, migrate

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "migrations.md"
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
IMPORTED = (mainstay.app, migrate)


def followed(folder: Path) -> list[dict[str, str]]:
    """Every command, what it printed, and what the page says that it prints."""
    told = []
    for language, text in BLOCK.findall(PAGE.read_text()):
        if language == "python":
            write(folder / "app.py", text)
            continue
        for one in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            line, _, expected = one.partition("\n")
            line, echo, _ = line.partition("; echo $?")
            output, code = run(shlex.split(line)[1:], folder / "output")
            told.append({"line": line, "expected": expected, "printed": output + (f"{code}\n" if echo else "")})
    return told


def write(path: Path, text: str) -> None:
    """Writes the whole file, or puts what stands below `# app.py: a line` in the place of that line."""
    first, _, rest = text.partition("\n")
    _, colon, old = first.partition("app.py: ")
    before = path.read_text() if colon else ""
    assert not colon or f"    {old}\n" in before, f"there is no line {old}"
    path.write_text(before.replace(f"    {old}\n", rest) if colon else rest)


def run(words: list[str], output: Path) -> tuple[str, int]:
    """What a command prints, and its exit code."""
    child = os.fork()
    if child == 0:
        with output.open("w") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        sys.argv = ["mainstay", *words]
        try:
            main()
        except SystemExit as end:
            sys.stdout.flush()
            os._exit(int(end.code or 0))
        finally:
            os._exit(70)
    _, status = os.waitpid(child, 0)
    return output.read_text(), os.WEXITSTATUS(status)


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    print(json.dumps(followed(Path(sys.argv[1]))))
