"""The longest request while a migration runs on PostgreSQL under load.

    python -m benchmarks.blocked [--rows N] [--json FILE]

A server serves rows to clients that read and write all the while; `mainstay migrate` changes the schema under it, one
kind of migration after the other, as one does while old code runs. What is told is the longest time that any request
took during each, beside the longest without a migration, and how many requests failed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks import serving
from benchmarks.kill import answer
from benchmarks.serving import MAINSTAY, Serving
from tests.migrate.house import HEAD, House
from tests.servers import postgresql

READERS, WRITERS = 8, 8
PATH = "/api/v1/books"
AUTHORS = 1000
PAUSE = 0.02
"""Seconds between two requests of a client, so that it is not the load alone that keeps requests waiting."""
REPORT_SECONDS, MOST_SECONDS = 5.0, 120.0
"""How long somebody else's report goes on reading the table when a migration waits for it, and how long it waits."""
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mainstay migrate' AND wait_event_type = 'Lock'"

BOOKS = """
class Book(Base):
    FILTERED = ("author",)
    title: Mapped[Annotated[str, Len(1, 120)]]
    author: Mapped[int]
    pages: Mapped[int | None]
"""
SERVED = f"""{HEAD}{BOOKS}
class Books(Resource[Book]):
    writable = [Book.title, Book.author, Book.pages]
    filters = [Book.author]
    read = create = update = delete = anyone


app = Mainstay(resources=[Books])
"""
"""The old code, which is served all the while."""


class Change(msgspec.Struct):
    """A kind of migration."""

    name: str
    models: str
    words: tuple[str, ...] = ()
    until: int = 0
    """How many of its migrations are not run."""
    report: bool = False
    """Whether it meets a long report."""


NOTED = BOOKS + "    note: Mapped[str | None]\n"
RATED = NOTED + "    rating: Mapped[int | None]\n"
LONGER = RATED.replace("120", "200")
INDEXED = LONGER.replace("pages: Mapped[int | None]", "pages: Mapped[int | None] = field(index=True)")
SHOWN = INDEXED.replace("rating: Mapped[int | None]", "rating: Mapped[int | None] = field(index=True)")
REQUIRED = SHOWN.replace("note: Mapped[str | None]", "note: Mapped[str]")
CHANGES = (
    Change("a column", NOTED),
    Change("a column, while a report reads for 5 s more", RATED, report=True),
    Change("longer text (a CHECK is checked anew)", LONGER),
    Change("an index", INDEXED),
    Change("an index, --concurrently", SHOWN, ("--concurrently",)),
    Change("a required value, --expand (up to the contract)", REQUIRED, ("--expand", "--fill", "books.note='-'"), 1),
)


class Told(msgspec.Struct):
    """What was seen during one migration."""

    name: str
    seconds: float
    requests: int
    longest_ms: float
    failed: int


class Load:
    """Clients that read and write, each one request at a time."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.forget()

    def forget(self) -> None:
        """Begins to count anew; requests that are under way count from when they were sent."""
        self.requests, self.failed, self.longest = 0, 0, 0.0

    async def reader(self, number: int) -> None:
        """A client that lists."""
        stream, writer = await asyncio.open_connection("127.0.0.1", self.port)
        turn = number
        while True:
            turn += 1
            await self.ask(
                stream, writer, f"GET {PATH}?author={turn * 7 % AUTHORS}&limit=20 HTTP/1.1\r\nHost: x\r\n\r\n"
            )
            await asyncio.sleep(PAUSE)

    async def writer(self, number: int) -> None:
        """A client that creates."""
        stream, writer = await asyncio.open_connection("127.0.0.1", self.port)
        body = msgspec.json.encode({"title": "New", "author": number, "pages": 1}).decode()
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        while True:
            await self.ask(stream, writer, head + body)
            await asyncio.sleep(PAUSE)

    async def ask(self, stream: asyncio.StreamReader, writer: asyncio.StreamWriter, request: str) -> None:
        """One request, timed."""
        begun = time.monotonic()
        writer.write(request.encode())
        status, _ = await answer(stream)
        self.longest = max(self.longest, time.monotonic() - begun)
        self.requests += 1
        self.failed += status >= 300


@asynccontextmanager
async def load(port: int) -> AsyncIterator[Load]:
    """All clients, as long as the block lasts."""
    made = Load(port)
    tasks = [asyncio.create_task(made.reader(number)) for number in range(READERS)]
    tasks += [asyncio.create_task(made.writer(number)) for number in range(WRITERS)]
    try:
        await asyncio.sleep(1)
        made.forget()
        yield made
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def measured(house: House, change: Change, running: Load) -> Told:
    """Runs the migrations of a change under load."""
    newest = len(list(house.migrations.glob("*.py"))) - change.until
    report = asyncio.create_task(reported(house.url)) if change.report else None
    await asyncio.sleep(0.3)
    running.forget()
    begun = time.monotonic()
    words = [sys.executable, "-m", "mainstay", "migrate", "to", str(newest)]
    process = await asyncio.create_subprocess_exec(
        *words, cwd=house.folder, env=os.environ | house.environment, stdout=asyncio.subprocess.DEVNULL
    )
    if await process.wait():
        raise RuntimeError(f"{change.name}: the migration failed")
    told = Told(change.name, time.monotonic() - begun, running.requests, running.longest * 1000, running.failed)
    if report is not None:
        await report
    return told


async def reported(url: str) -> None:
    """A transaction that has read the table, and goes on for a while when a migration waits for it."""
    connection, other = await asyncpg.connect(url), await asyncpg.connect(url)
    async with connection.transaction(), asyncio.timeout(MOST_SECONDS):
        await connection.fetch("SELECT count(*) FROM books")
        waits = 0
        while waits == 0:
            waits = await other.fetchval(WAITS)
            await asyncio.sleep(0.05)
        await asyncio.sleep(REPORT_SECONDS)
    await connection.close()
    await other.close()


async def all_measured(house: House, running: Serving, console: Console) -> list[Told]:
    """Every change, after some seconds without any."""
    told = []
    async with load(running.port) as made:
        await asyncio.sleep(5)
        told.append(Told("no migration (5 s)", 5, made.requests, made.longest * 1000, made.failed))
        for change in CHANGES:
            house.models(change.models)
            await asyncio.to_thread(house.run, "make", change.name.partition(",")[0], *change.words)
            told.append(await measured(house, change, made))
            console.print(f"{change.name}: {told[-1].longest_ms:.0f} ms")
    return told


def measure(rows: int, console: Console) -> list[Told]:
    """Starts a database and a server, and measures."""
    with postgresql() as database, tempfile.TemporaryDirectory(prefix="mainstay-blocked-") as name:
        folder = Path(name)
        sys.path.insert(0, name)
        house = House(folder, database.create_database())
        (folder / "served.py").write_text(SERVED)
        house.models(BOOKS)
        os.chdir(folder)
        house.run("make", "Books")
        house.run("up")
        house.execute(
            "INSERT INTO books (id, title, author, pages) SELECT gen_random_uuid(), 'Book ' || n, n % "
            f"{AUTHORS}, n FROM generate_series(1, {rows}) n",
            "ANALYZE books",
        )
        path = os.pathsep.join([name, str(serving.ROOT / "src"), str(serving.ROOT)])
        os.environ["PYTHONPATH"] = path
        environment = {**MAINSTAY, **house.environment, "MAINSTAY_CREATE_TABLES": "false", "MAINSTAY_LOG": "off"}
        arguments = ["-m", "mainstay", "serve", "served:app", "--port", "{port}"]
        with serving.serving(arguments, environment, folder / "log", core=0, probe=PATH) as running:
            return asyncio.run(all_measured(house, running, console))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args(arguments)
    console = Console()
    told = measure(chosen.rows, console)
    table = Table(title=f"{READERS} readers and {WRITERS} writers, {chosen.rows:,} rows")
    for head in ("while this was migrated", "it took (s)", "requests", "longest request (ms)", "failed"):
        table.add_column(head, justify="left" if head.startswith("while") else "right")
    for one in told:
        table.add_row(one.name, f"{one.seconds:.1f}", str(one.requests), f"{one.longest_ms:.0f}", str(one.failed))
    console.print(table)
    if chosen.json:
        chosen.json.write_bytes(msgspec.json.format(msgspec.json.encode(told)))
    return 1 if any(one.failed for one in told) else 0


if __name__ == "__main__":
    sys.exit(main())
