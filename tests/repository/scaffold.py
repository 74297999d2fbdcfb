"""The first migration of a new project, written anew from its models: `python -m tests.repository.scaffold`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from mainstay.scaffold.files import files
from mainstay.scaffold.name import read
from mainstay.scaffold.writing import write

ROOT = Path(__file__).parents[2]
DATE = re.compile(r"\n\nCreate Date: .*\n(?=\"\"\")")
"""Of the day on which this was run, which says nothing of a project."""
TEMPLATE = ROOT / "src/mainstay/scaffold/project/package/migrations/0001_people_and_notes.py.tmpl"


def first_migration() -> str:
    """What `mainstay migrate make` writes for a project that has no migration yet."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = {path: text for path, text in files(read("project")).items() if "migrations" not in path.parts}
        for _ in write(Path(folder), wanted):
            pass
        subprocess.run(
            [sys.executable, "-m", "mainstay", "migrate", "make", "People and notes", "project.app:app"],
            cwd=folder,
            env={**os.environ, "MAINSTAY_DATABASE_URL": "sqlite://"},
            check=True,
            capture_output=True,
        )
        (path,) = Path(folder, "project", "migrations").glob("*.py")
        return DATE.sub("", path.read_text())


if __name__ == "__main__":
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_text(first_migration())
    print(f"{TEMPLATE.relative_to(ROOT)} written")
