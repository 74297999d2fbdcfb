"""What the tests of the document run in Node, installed beside the packages of Python: in `.venv/node`.

The versions and their hashes are those of `package-lock.json`; no script of a package is run.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json", ".npmrc")
PLACE = Path(sys.prefix) / "node"
INSTALL = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
SECONDS = 120


class NotThere(Exception):
    """The packages cannot be had here; says why."""


def modules() -> Path:
    """The folder of the packages, which are installed when they are first asked for; NotThere where they cannot be."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise NotThere(f"{program} is not installed")
    PLACE.mkdir(exist_ok=True)
    with (PLACE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in FILES)).hexdigest()
        stamp = PLACE / ".stamp"
        if not stamp.exists() or stamp.read_text() != wanted:
            install()
            stamp.write_text(wanted)
    return PLACE / "node_modules"


def install() -> None:
    """Installs what the lock names."""
    for name in FILES:
        shutil.copy(HERE / name, PLACE / name)
    try:
        done = subprocess.run(INSTALL, cwd=PLACE, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NotThere(f"npm ci does not end within {SECONDS} seconds") from None
    if done.returncode:
        raise NotThere(f"npm ci does not work here: {(done.stderr.strip().splitlines() or ['?'])[0]}")
