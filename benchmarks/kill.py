"""Kills the server under 64 writers and counts the acknowledged writes that are missing afterwards.

    python -m benchmarks.kill [--rounds N] [--databases sqlite,postgresql] [--json FILE]

Each round 64 clients create rows over HTTP and note every 201.  At a random moment the server is killed with signal
9; on PostgreSQL, in every second round, the database's postmaster is killed instead.  What was killed is started
again, and every noted row must be there, once, as it was sent.  50 rounds on SQLite and 10 on PostgreSQL where
`--rounds` says nothing.  The exit code is 1 when a row is lost or doubled.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import msgspec
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks import serving
from benchmarks.serving import MAINSTAY, Serving
from tests.servers import PostgresServer, postgresql

WRITERS = 64
ROUNDS = {"sqlite": 50, "postgresql": 10}
LEAST, MOST = 0.2, 1.5
"""Seconds of writing before the kill."""
BACK_SECONDS = 15.0
"""How soon the server must write again."""
PROBE = "probe"
"""The text of rows that only ask whether the server writes again."""
PATH = "/api/v1/marks"
COMMAND = "-m mainstay serve {app} --port {{port}}"
CORE = 0


class Tally(msgspec.Struct):
    """What the rounds on one database came to."""

    database: str
    rounds: int = 0
    acknowledged: int = 0
    lost: int = 0
    duplicates: int = 0
    changed: int = 0
    unanswered: int = 0
    """Requests that were cut; their rows may be there or not."""
    stored_unanswered: int = 0
    refused: int = 0
    """503 while the database was gone."""
    wrong: int = 0
    """Answers that should not be: neither 201 nor 503."""
    slowest_return: float = 0.0
    """Seconds from the restart to the next 201, at most."""
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Whether nothing is missing, double or changed."""
        return not (self.lost or self.duplicates or self.changed or self.wrong)


class Mark(msgspec.Struct):
    """A row as it is answered."""

    id: str
    text: str


class Created(msgspec.Struct):
    """The part of an answer that is noted."""

    data: Mark


class Writers:
    """64 clients, each with a connection and one request at a time."""

    def __init__(self, port: int, name: str) -> None:
        self.port = port
        self.name = name
        self.noted: dict[str, str] = {}
        """Text by id of every row that was acknowledged."""
        self.sent: set[str] = set()
        """Texts of the requests that have no answer."""
        self.refused = 0
        self.wrong: list[bytes] = []
        self.stopped = False

    async def run(self) -> None:
        """Writes until `stop`, or until the server is gone."""
        await asyncio.gather(*[self.one(number) for number in range(WRITERS)])

    def stop(self) -> None:
        """Ends each client after the answer that it waits for."""
        self.stopped = True

    async def one(self, number: int) -> None:
        """One client."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return
        turn = 0
        try:
            while not self.stopped:
                text = f"{self.name}.{number}.{turn}." + "x" * (turn % 300)
                turn += 1
                self.sent.add(text)
                writer.write(post(text))
                status, body = await answer(reader)
                self.sent.discard(text)
                self.note(status, body)
                if status == 503:
                    await asyncio.sleep(0.02)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def note(self, status: int, body: bytes) -> None:
        """Remembers an answer."""
        if status == 201:
            made = msgspec.json.decode(body, type=Created).data
            self.noted[made.id] = made.text
        elif status == 503:
            self.refused += 1
        else:
            self.wrong.append(body)


def post(text: str) -> bytes:
    """The request that makes a row."""
    body = msgspec.json.encode({"text": text})
    head = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of the next answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    place = head.index(b"content-length:") + 15
    body = await reader.readexactly(int(head[place : head.index(b"\r", place)]))
    return int(head[9:12]), body


@contextmanager
def server(url: str, folder: Path, app: str, port: int) -> Iterator[Serving]:
    """Mainstay, serving the marks."""
    environment = {"DATABASE_URL": url, "ACCESS_LOG": os.devnull, **MAINSTAY, "MAINSTAY_DATABASE_URL": url}
    arguments = COMMAND.format(app=app).split()
    with serving.serving(arguments, environment, folder / "log", core=CORE, probe=PATH, port=port) as running:
        yield running


def rows(url: str) -> list[tuple[str, str]]:
    """Every row that is stored: id and text, read past the server."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        try:
            return list(connection.execute("SELECT id, text FROM marks"))
        finally:
            connection.close()
    return asyncio.run(postgresql_rows(url))


async def postgresql_rows(url: str) -> list[tuple[str, str]]:
    """Every row that is stored on PostgreSQL."""
    import asyncpg

    connection = await asyncpg.connect(url)
    found = await connection.fetch("SELECT id::text, text FROM marks")
    await connection.close()
    return [(row[0], row[1]) for row in found]


class Ledger:
    """What the clients of all rounds so far noted; judged anew after each round."""

    def __init__(self) -> None:
        self.noted: dict[str, str] = {}
        self.sent: set[str] = set()

    def judge(self, tally: Tally, writers: Writers, stored: list[tuple[str, str]]) -> None:
        """Compares what was noted with what is stored."""
        self.noted |= writers.noted
        self.sent |= writers.sent
        by_key = dict(stored)
        texts = Counter(text for _, text in stored if not text.startswith(PROBE))
        tally.rounds += 1
        tally.acknowledged = len(self.noted)
        tally.lost = max(tally.lost, len(self.noted.keys() - by_key.keys()))
        tally.changed = sum(by_key.get(key, text) != text for key, text in self.noted.items())
        tally.duplicates = texts.total() - len(texts)
        tally.unanswered = len(self.sent)
        tally.stored_unanswered = len(self.sent & texts.keys())
        tally.refused += writers.refused
        tally.wrong += len(writers.wrong)


def write_until(running: Serving, name: str, seconds: float, kill: object) -> Writers:
    """Lets the clients write for so long, then kills; returns what they noted."""
    writers = Writers(running.port, name)

    async def load() -> None:
        writing = asyncio.ensure_future(writers.run())
        await asyncio.sleep(seconds)
        await asyncio.to_thread(kill)  # type: ignore[arg-type]
        await asyncio.sleep(0.05)
        writers.stop()
        await asyncio.wait_for(writing, BACK_SECONDS)

    asyncio.run(load())
    return writers


def until_written(running: Serving) -> float:
    """Seconds until the server writes again."""
    start = time.monotonic()
    while True:
        probe = Writers(running.port, PROBE)

        async def once(probe: Writers = probe) -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
            writer.write(post(PROBE))
            probe.note(*await answer(reader))
            writer.close()

        try:
            asyncio.run(asyncio.wait_for(once(), BACK_SECONDS))
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            pass
        passed = time.monotonic() - start
        if probe.noted:
            return passed
        if passed > BACK_SECONDS:
            raise RuntimeError(f"the server does not write again: {running.log.read_text()[-2000:]}")
        time.sleep(0.05)


def sqlite_rounds(tally: Tally, rounds: int, app: str, random: Random, console: Console) -> None:
    """Kills the server on SQLite."""
    with tempfile.TemporaryDirectory(prefix="mainstay-kill-") as folder:
        url, ledger = f"sqlite:///{folder}/marks.db", Ledger()
        port = serving.free_port()
        for turn in track(range(rounds), "sqlite", console=console, transient=True):
            with server(url, Path(folder), app, port) as running:
                writers = write_until(running, f"s{turn}", random.uniform(LEAST, MOST), running.kill)
            begun = time.monotonic()
            with server(url, Path(folder), app, port) as running:
                until_written(running)
                tally.slowest_return = max(tally.slowest_return, time.monotonic() - begun)
                ledger.judge(tally, writers, rows(url))


def postgresql_rounds(tally: Tally, rounds: int, app: str, random: Random, console: Console) -> None:
    """Kills the server and the database in turn."""
    with tempfile.TemporaryDirectory(prefix="mainstay-kill-") as folder, postgresql() as database:
        url, ledger = database.create_database("marks"), Ledger()
        port = serving.free_port()
        for turn in track(range(rounds), "postgresql", console=console, transient=True):
            name, seconds = f"p{turn}", random.uniform(LEAST, MOST)
            if turn % 2 == 0:
                with server(url, Path(folder), app, port) as running:
                    writers = write_until(running, name, seconds, running.kill)
                begun = time.monotonic()
                with server(url, Path(folder), app, port) as running:
                    until_written(running)
                    tally.slowest_return = max(tally.slowest_return, time.monotonic() - begun)
                    ledger.judge(tally, writers, rows(url))
            else:
                with server(url, Path(folder), app, port) as running:
                    writers = write_until(running, name, seconds, lambda: database.stop("kill"))
                    start_again(database)
                    tally.slowest_return = max(tally.slowest_return, until_written(running))
                    ledger.judge(tally, writers, rows(url))


def start_again(database: PostgresServer) -> None:
    """Starts PostgreSQL, which refuses while processes of the killed one are still there."""
    until = time.monotonic() + BACK_SECONDS
    while True:
        try:
            database.start()
        except RuntimeError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


RUNS = {"sqlite": sqlite_rounds, "postgresql": postgresql_rounds}


def survive(
    databases: list[str], rounds: int | None, app: str, console: Console, seed: int | None = None
) -> list[Tally]:
    """Runs the rounds on each database."""
    tallies = []
    for kind in databases:
        tally = Tally(kind)
        start = time.monotonic()
        RUNS[kind](tally, rounds or ROUNDS[kind], app, Random(seed), console)
        tally.seconds = time.monotonic() - start
        tallies.append(tally)
    return tallies


def show(tallies: list[Tally], console: Console) -> None:
    """Prints the counts."""
    table = Table(title=f"kill -9 under {WRITERS} writers")
    table.add_column("")
    for tally in tallies:
        table.add_column(tally.database, justify="right")
    lines = {
        "rounds": "rounds",
        "acknowledged writes": "acknowledged",
        "lost": "lost",
        "doubled": "duplicates",
        "changed": "changed",
        "wrong answers": "wrong",
        "cut without an answer": "unanswered",
        "of these stored": "stored_unanswered",
        "refused with 503": "refused",
    }
    for title, name in lines.items():
        table.add_row(title, *[f"{getattr(tally, name):,}" for tally in tallies])
    table.add_row("back after, at most", *[f"{tally.slowest_return:.1f} s" for tally in tallies])
    table.add_row("seconds in all", *[f"{tally.seconds:.0f}" for tally in tallies])
    console.print(table)
    good = all(tally.good for tally in tallies)
    lost, of = sum(tally.lost for tally in tallies), sum(tally.acknowledged for tally in tallies)
    console.print(f"[bold {'green' if good else 'red'}]{lost} lost of {of:,} acknowledged writes")


def main() -> None:
    """Reads the command line, kills, counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, help="on each database, instead of 50 and 10")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--app", default="benchmarks.contenders.marks:app", help="an application with marks")
    parser.add_argument("--seed", type=int, help="of the moments at which the server is killed")
    parser.add_argument("--json", type=Path, help="a file for the counts")
    given = parser.parse_args()
    console = Console()
    tallies = survive(given.databases.split(","), given.rounds, given.app, console, given.seed)
    show(tallies, console)
    if given.json:
        given.json.write_bytes(msgspec.json.format(msgspec.json.encode(tallies), indent=2) + b"\n")
    sys.exit(0 if all(tally.good for tally in tallies) else 1)


if __name__ == "__main__":
    main()
