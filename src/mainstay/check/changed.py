"""Which files have changed since a revision, asked of git."""

from __future__ import annotations

import subprocess
from pathlib import Path

SECONDS = 30


class NoRevision(Exception):
    """git does not know the revision, or the folder; says what it said."""


def since(revision: str, folder: Path) -> frozenset[str]:
    """Paths below the folder, relative to it, that differ from a revision or are not in git; raises NoRevision."""
    changed = _git(folder, "diff", "--name-only", "--relative", "--diff-filter=d", revision, "--")
    new = _git(folder, "ls-files", "--others", "--exclude-standard")
    return frozenset([*changed, *new])


def _git(folder: Path, *arguments: str) -> list[str]:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), "-c", "core.quotepath=off", *arguments],
            capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoRevision(f"git cannot be asked: {error}") from None
    if done.returncode:
        raise NoRevision(
            done.stderr.strip().splitlines()[0] if done.stderr.strip() else f"git ended with {done.returncode}"
        )
    return done.stdout.splitlines()
