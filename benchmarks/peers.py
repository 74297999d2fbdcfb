"""The contenders: how each is started, what it needs, and what Mainstay is to reach beside it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from benchmarks.requests import WORKS

HERE = Path(__file__).parent / "contenders"
PEERS = Path(sys.prefix) / "peers"
PYTHON, NODE, GIN = PEERS / "python", PEERS / "node", PEERS / "gin"
POCKETBASE = PYTHON / "bin" / "pocketbase"
"""Where what only the peers need is installed: beside the environment and not into it."""
BOTH = ("sqlite", "postgresql")


class Skipped(Exception):
    """Why a contender cannot take part here."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One implementation of the works."""

    title: str
    command: tuple[str, ...]
    """Its arguments; `{port}` is where it is to listen, `{file}` where its database of SQLite is."""
    program: str = sys.executable
    databases: tuple[str, ...] = BOTH
    environment: Mapping[str, str] = field(default_factory=dict)
    speaks: str = ""
    """The language that it is to be asked in (`translation.py`); everybody's unless given."""
    install: Callable[[Console], None] | None = None
    """Installs what it needs; raises `Skipped` where that cannot be."""
    fill: tuple[str, ...] = ()
    """The command that makes its own file of SQLite, with the types that its ORM chooses; Mainstay's unless given."""
    less: Mapping[str, float] = field(default_factory=dict)
    """How many times less than it Mainstay is to use, by database."""
    most: float | None = None
    """How many times more than it Mainstay may use."""

    def goal(self, database: str, work: str) -> float | None:
        """How many times less Mainstay is to use; for W6, which has no goal of its own, 10 at most."""
        goal = self.less.get(database)
        if goal is None or work not in WORKS or work == "H":
            return None
        return min(goal, 10.0) if work == "W6" else goal


def python_packages(console: Console) -> None:
    """What peers in Python need, pinned by hash."""
    wanted = Path(__file__).parent / "requirements.txt"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--upgrade"]
    once(PYTHON, wanted, console, [[*pip, "--target", str(PYTHON), "-r", str(wanted)]])


def node_packages(console: Console) -> None:
    """What Fastify and Express need, as the lock says; the driver of SQLite is compiled."""
    need("npm", "Node.js and npm")
    NODE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(HERE / "node" / name, NODE / name)
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    headers = [] if not Path("/usr/include/node/node_api.h").exists() else ["--nodedir=/usr"]
    build = ["npm", "run", "--prefix", "node_modules/better-sqlite3", "build-release", "--", *headers]
    once(NODE, HERE / "node" / "package-lock.json", console, [install, build], folder=NODE)


def gin_program(console: Console) -> None:
    """Gin's server, compiled."""
    need("go", "Go")
    sources = [HERE / "gin" / name for name in ("main.go", "go.mod", "go.sum")]
    once(GIN, sources[0], console, [["go", "build", "-o", str(GIN / "server"), "."]], folder=HERE / "gin")


def need(program: str, called: str) -> None:
    """Raises `Skipped` where a program is missing."""
    if shutil.which(program) is None:
        raise Skipped(f"{called} is not installed ({program} is not in the path)")


def once(
    target: Path, wanted: Path, console: Console, commands: list[list[str]], *, folder: Path | None = None
) -> None:
    """Runs the commands unless they have been run for the same file."""
    stamp, hashed = target / ".stamp", hashlib.sha256(wanted.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == hashed:
        return
    target.mkdir(parents=True, exist_ok=True)
    with console.status(f"Installing what {wanted.relative_to(HERE.parent)} names into {target}"):
        for command in commands:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            if done.returncode:
                last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:])
                raise Skipped(f"{' '.join(command[:3])} failed: {last}")
    stamp.write_text(hashed)


GRANIAN: tuple[str, ...] = ("-m", "granian", "--interface", "asgi", "--loop", "uvloop", "--http", "1", "--no-ws")
GRANIAN += ("--workers", "1", "--port", "{port}")
UVICORN = ("-m", "uvicorn", "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--port", "{port}")
GUNICORN: tuple[str, ...] = (
    "-m",
    "gunicorn",
    "--workers",
    "1",
    "--worker-class",
    "gthread",
    "--threads",
    "8",
    "--keep-alive",
    "75",
)
GUNICORN += ("--log-level", "warning", "--bind", "127.0.0.1:{port}")
IN_PEERS = {"PYTHONPATH": str(PYTHON)}
IN_NODE = {"NODE_PATH": str(NODE / "node_modules"), "NODE_ENV": "production"}

CONTENDERS = {
    "mainstay": Contender(
        "Mainstay", ("-m", "mainstay", "serve", "benchmarks.contenders.mainstay:app", "--port", "{port}")
    ),
    "engine": Contender("Mainstay's engine alone", (*GRANIAN, "benchmarks.contenders.engine:app")),
    "by-hand": Contender("written by hand", (*GRANIAN, "benchmarks.contenders.by_hand:app"), most=1.4),
    "fastapi": Contender(
        "FastAPI + SQLAlchemy",
        (*UVICORN, "benchmarks.contenders.fastapi_sqlalchemy:app"),
        environment=IN_PEERS,
        install=python_packages,
        fill=("-m", "benchmarks.contenders.fill_orm"),
        less={"postgresql": 10.0, "sqlite": 15.0},
    ),
    "litestar": Contender(
        "Litestar + SQLAlchemy",
        (*UVICORN, "benchmarks.contenders.litestar_sqlalchemy:app"),
        environment=IN_PEERS,
        install=python_packages,
        fill=("-m", "benchmarks.contenders.fill_orm"),
        less=dict.fromkeys(BOTH, 8.0),
    ),
    "fastapi-tuned": Contender(
        "FastAPI, tuned",
        (*UVICORN, "benchmarks.contenders.fastapi_tuned:app"),
        environment=IN_PEERS,
        install=python_packages,
        less=dict.fromkeys(BOTH, 2.5),
    ),
    "django": Contender(
        "Django REST framework",
        (*GUNICORN, "benchmarks.contenders.django_rest.wsgi:application"),
        environment=IN_PEERS,
        install=python_packages,
        fill=("-m", "benchmarks.contenders.django_rest.fill"),
        less=dict.fromkeys(BOTH, 8.0),
    ),
    "django-ninja": Contender(
        "django-ninja",
        (*GUNICORN, "benchmarks.contenders.django_rest.wsgi:application"),
        environment={**IN_PEERS, "DJANGO_APPLICATION": "django_ninja"},
        install=python_packages,
        fill=("-m", "benchmarks.contenders.django_rest.fill"),
        less=dict.fromkeys(BOTH, 8.0),
    ),
    "fastify": Contender(
        "Fastify",
        (str(HERE / "node" / "fastify.js"), "{port}"),
        program="node",
        environment=IN_NODE,
        install=node_packages,
        less=dict.fromkeys(BOTH, 1.5),
    ),
    "express": Contender(
        "Express",
        (str(HERE / "node" / "express.js"), "{port}"),
        program="node",
        environment=IN_NODE,
        install=node_packages,
        less=dict.fromkeys(BOTH, 2.5),
    ),
    "pocketbase": Contender(
        "PocketBase",
        ("serve", "--http", "127.0.0.1:{port}", "--dir", "{file}"),
        program=str(POCKETBASE),
        databases=("sqlite",),
        speaks="pocketbase",
        install=python_packages,
        fill=("-m", "benchmarks.contenders.pocketbase.fill"),
        less={"sqlite": 5.0},
    ),
    "gin": Contender(
        "Gin + pgx", ("{port}",), program=str(GIN / "server"), databases=("postgresql",), install=gin_program
    ),
}
"""Every contender by its name on the command line."""
DEFAULT = tuple(name for name in CONTENDERS if name != "engine")


def available(names: tuple[str, ...], console: Console) -> tuple[dict[str, Contender], dict[str, str]]:
    """Those that can take part, with what they need installed, and why the others cannot."""
    found, skipped = {}, {}
    for name in names:
        contender = CONTENDERS[name]
        try:
            if contender.install is not None:
                contender.install(console)
        except Skipped as reason:
            skipped[name] = str(reason)
            console.print(f"[yellow]{contender.title} is left out: {reason}")
        else:
            found[name] = contender
    return found, skipped


def environment(contender: Contender, url: str, log: Path) -> dict[str, str]:
    """The variables that every contender is started with."""
    return {**os.environ, "DATABASE_URL": url, "ACCESS_LOG": str(log), **contender.environment}
