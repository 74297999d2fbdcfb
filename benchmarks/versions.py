"""The versions of what took part, as far as it says them."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from importlib import metadata

import msgspec

from benchmarks.peers import HERE, PYTHON
from tests.servers import postgresql

OURS = ("granian", "fastapi", "sqlalchemy", "asyncpg", "msgspec", "pydantic", "uvicorn", "uvloop")
IN_NODE = ("fastify", "express", "pg", "better-sqlite3")
PROGRAMS = {"Node.js": ("node", "--version"), "Go": ("go", "version")}


def versions() -> dict[str, str]:
    """Databases first, then what Mainstay stands on, then the others."""
    with postgresql() as server:
        found = {"SQLite of Python": sqlite3.sqlite_version, "PostgreSQL": server.sql("SHOW server_version")}
    found |= {name: metadata.version(name) for name in OURS}
    found |= {package.name: package.version for package in metadata.distributions(path=[str(PYTHON)])}
    for name, command in PROGRAMS.items():
        try:
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            continue
        number = re.search(r"\d+(\.\d+)+", said)
        if number is not None:
            found[name] = number[0]
    packages = msgspec.json.decode((HERE / "node" / "package-lock.json").read_bytes())["packages"]
    found |= {name: packages[f"node_modules/{name}"]["version"] for name in IN_NODE}
    required = re.findall(r"^\t(\S+/(?:gin|pgx/v5)) v(\S+)$", (HERE / "gin" / "go.mod").read_text(), re.MULTILINE)
    return found | {name.removesuffix("/v5").rpartition("/")[2]: version for name, version in required}
