"""Writes the pages of docs/reference that follow from the source.

python -m tests.repository.reference            rewrites them
python -m tests.repository.reference --check    fails when one is stale
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.repository.reference import command_line, errors, events, kinds, public_api, settings

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT / "docs" / "reference"

WRITTEN: dict[Path, Callable[[], str]] = {
    REFERENCE / "settings.md": settings.page,
    REFERENCE / "errors.md": errors.page,
    **{REFERENCE / "errors" / f"{one.code}.md": partial(errors.page_of, one) for one in errors.CLASSES},
    REFERENCE / "kinds.md": kinds.page,
    REFERENCE / "command-line.md": command_line.page,
    REFERENCE / "public-names.md": public_api.page,
    REFERENCE / "events.md": events.page,
    ROOT / "tests" / "snapshots" / "public_names.txt": public_api.face,
}
"""Each file, and what writes it."""


def stale() -> list[Path]:
    """The files that say something else than the source does."""
    return [path for path, text in WRITTEN.items() if not path.exists() or path.read_text() != text()]


def main(arguments: list[str] | None = None) -> int:
    """Writes the pages, or with --check says which are stale."""
    parser = argparse.ArgumentParser(prog="python -m tests.repository.reference", description="Writes docs/reference")
    parser.add_argument("--check", action="store_true", help="change nothing; fail when a page is stale")
    check = parser.parse_args(arguments).check
    found = stale()
    done = "is stale: run `make fix`" if check else "written"
    for path in found:
        print(f"{path.relative_to(ROOT)} {done}")
        if not check:
            path.write_text(WRITTEN[path]())
    print(f"{len(WRITTEN)} files follow from the source" if not (found and check) else f"{len(found)} are stale")
    return 1 if found and check else 0


if __name__ == "__main__":
    sys.exit(main())
