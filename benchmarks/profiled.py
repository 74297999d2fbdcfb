"""Where the time of a request goes: Mainstay called in this process, looked at a thousand times a second.

    python -m benchmarks.profiled [--works W1,W2,W5] [--seconds 4] [--databases sqlite,postgresql] [--json FILE]

At each look the innermost line of Mainstay that runs is noted.  What it calls of others, a driver, an encoder or
SQLAlchemy, is counted as its own.  As many calls run at once as the benchmark has connections.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

import msgspec
import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks import requests, serving
from benchmarks.fill import fill
from benchmarks.peers import BOTH

EVERY = 0.001
TOGETHER = 64
WAITS = "_next"
"""The function in which the thread that writes to SQLite waits for work."""
AREAS = {
    "projections/rest": "REST: routes, headers, bodies, encoding",
    "engine/sql": "statements and their values",
    "engine/plan": "plans",
    "engine": "the engine: steps, parameters, policies, rows",
    "policy": "the engine: steps, parameters, policies, rows",
    "backing": "the driver, and the database where it is in the process",
    "observe": "the log",
    "kinds": "values of fields",
}
"""What the folders of Mainstay are about."""
REST, OUTSIDE = "everything else of Mainstay", "the event loop, and what it reads of sockets"


class Profile(msgspec.Struct):
    """Where the time of one work went."""

    database: str
    work: str
    calls_per_second: float
    areas: dict[str, float]
    """Shares of the time, by what it was spent on."""
    files: dict[str, float]
    """Shares of the time of the ten modules that took most."""


class Looking:
    """Notes where Mainstay is, whenever the process has used so much time more."""

    def __init__(self, package: Path) -> None:
        self.package = f"{package}{os.sep}"
        self.seen: Counter[str] = Counter()

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """One look: at this thread, and where that is not within Mainstay at the one that writes."""
        others = (other for other in sys._current_frames().values() if other is not frame)
        for running in (frame, *others):
            found = self.innermost(running)
            if found is not None and (running is frame or found.f_code.co_name != WAITS):
                self.seen[found.f_code.co_filename.removeprefix(self.package)] += 1
                return
        self.seen[""] += 1

    def innermost(self, frame: FrameType | None) -> FrameType | None:
        """The innermost frame of Mainstay's."""
        while frame is not None and not frame.f_code.co_filename.startswith(self.package):
            frame = frame.f_back
        return frame


def area(file: str) -> str:
    """What a module is about, by the longest folder that is known."""
    if not file:
        return OUTSIDE
    return next((title for folder, title in AREAS.items() if file.startswith(f"{folder}/")), REST)


def profile(database: str, work: str, seconds: float) -> Profile:
    """Calls one work again and again for so many seconds."""
    import mainstay
    from benchmarks.contenders.mainstay import app
    from benchmarks.counted import call, scope_of

    looking = Looking(Path(mainstay.__file__).parent)

    async def calling() -> int:
        async with app.router.lifespan_context(app) as state:
            app.lifespan_state = dict(state or {})
            random = Random(5)
            made = [requests.made(work, random) for _ in range(500)]
            scopes = [(scope_of(request), request.body) for request in made]
            for scope, body in scopes[:100]:
                await call(app, dict(scope), body)
            signal.signal(signal.SIGPROF, looking)
            signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
            number, until = 0, time.process_time() + seconds
            while time.process_time() < until:
                chosen = [scopes[(number + place) % len(scopes)] for place in range(TOGETHER)]
                statuses = await asyncio.gather(*(call(app, dict(scope), body) for scope, body in chosen))
                if set(statuses) - {200, 201}:
                    raise RuntimeError(f"{work} is answered with {statuses}")
                number += TOGETHER
            signal.setitimer(signal.ITIMER_PROF, 0)
            return number

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        number = runner.run(calling())
    total = sum(looking.seen.values())
    areas: Counter[str] = Counter()
    for file, times in looking.seen.items():
        areas[area(file)] += times
    most = {file or OUTSIDE: times / total for file, times in looking.seen.most_common(10)}
    return Profile(
        database, work, number / seconds, {title: times / total for title, times in areas.most_common()}, most
    )


def profiles(databases: Sequence[str], works: Sequence[str], seconds: float, console: Console) -> list[Profile]:
    """Every work, each in a process of its own."""
    from tests.servers import postgresql

    found = []
    for kind in databases:
        with TemporaryDirectory(prefix="mainstay-profiled-") as folder:
            if kind == "sqlite":
                url = f"sqlite:///{folder}/profiled.db"
                fill(url)
                found += [apart(url, kind, work, seconds, console) for work in works]
            else:
                with postgresql() as server:
                    url = server.create_database("profiled")
                    fill(url)
                    found += [apart(url, kind, work, seconds, console) for work in works]
    return found


def apart(url: str, kind: str, work: str, seconds: float, console: Console) -> Profile:
    """One work in a process of its own, which has the application of that database."""
    with console.status(f"{kind}: {work}"):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.profiled", "--one", kind, work, str(seconds)],
            cwd=serving.ROOT,
            env={**os.environ, **serving.MAINSTAY, "MAINSTAY_DATABASE_URL": url, "MAINSTAY_LOG": "json"},
            stdout=subprocess.PIPE,
            check=True,
        )
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Profile)


def show(found: Sequence[Profile], console: Console) -> None:
    """Prints the shares."""
    table = Table(title="Where the time of a request goes")
    table.add_column("spent on")
    for one in found:
        table.add_column(f"{one.database} {one.work}", justify="right")
    titles = dict.fromkeys(title for one in found for title in one.areas)
    for title in titles:
        table.add_row(title, *(f"{one.areas.get(title, 0):.0%}" for one in found))
    console.print(table)


def main() -> None:
    """Reads the command line, looks, prints."""
    if sys.argv[1:2] == ["--one"]:
        kind, work, seconds = sys.argv[2:]
        found: Any = profile(kind, work, float(seconds))
        sys.stdout.buffer.write(b"\n" + msgspec.json.encode(found) + b"\n")
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--works", default="W1,W2,W4,W5,W6")
    parser.add_argument("--databases", default=",".join(BOTH))
    parser.add_argument("--seconds", type=float, default=4.0, help="of processor time, for each work")
    parser.add_argument("--json", type=Path, help="a file for the shares")
    given = parser.parse_args()
    console = Console()
    looked = profiles(given.databases.split(","), given.works.split(","), given.seconds, console)
    show(looked, console)
    if given.json:
        given.json.write_bytes(msgspec.json.encode(looked))


if __name__ == "__main__":
    main()
