"""`python -m tests.migrate.forked killed|several MIGRATIONS URL TARGET STRIDE`: processes that migrate, what is found.

`killed`: one after the other, each killed before another statement (each of so many), until one gets through.
`several`: three at once.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Engine, event

from mainstay.backing import open as backing
from mainstay.migrate.folder import Chain, read
from mainstay.migrate.run import move
from tests.migrate.house import House


def killed(house: House, chain: Chain, target: str, stride: int) -> dict[str, Any]:
    """Kills one process after the other."""
    kills, found = 0, [seen(house)]
    finished = False
    while not finished:
        status = ended(forked(house, chain, target, kills * stride + 1))
        finished = not os.WIFSIGNALED(status)
        kills += not finished
        state = seen(house)
        if state != found[-1]:
            found.append(state)
    return {"kills": kills, "states": found}


def several(house: House, chain: Chain, target: str, _: int) -> dict[str, Any]:
    """Lets three migrate at once."""
    for child in [forked(house, chain, target, 0) for _ in range(3)]:
        ended(child)
    return {"states": [seen(house)]}


def seen(house: House) -> list[str]:
    """The schema and the number, as text."""
    schema = sorted((name, repr(in_order(value))) for name, value in house.schema().items())
    return [repr(schema), repr(house.rows("SELECT version_num FROM alembic_version"))]


def in_order(value: Any) -> Any:
    """Sets in an order."""
    if isinstance(value, set | frozenset):
        return sorted(repr(in_order(one)) for one in value)
    return tuple(map(in_order, value)) if isinstance(value, tuple) else value


def forked(house: House, chain: Chain, target: str, number: int) -> int:
    """A process that migrates, and is killed before its statement or commit of that number."""
    child = os.fork()
    if child:
        return child
    count = 0

    def one_more(*_: object) -> None:
        nonlocal count
        count += 1
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", one_more)
    event.listen(Engine, "commit", one_more)
    try:
        asyncio.run(migrated(house.url, chain, target))
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


async def migrated(url: str, chain: Chain, target: str) -> None:
    """Runs what there is to run."""
    database = backing.database(url)
    await database.open()

    def tell(migration: Any, up: bool) -> None:
        print(f"ran {migration.number}", file=sys.stderr, flush=True)

    await move(backing.changes(url, database), chain, chain.named(target), tell)
    await database.close()


def ended(child: int) -> int:
    """How a process ended, which must not have failed by itself."""
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("the migration failed by itself")
    return status


if __name__ == "__main__":
    mode, folder, url, target, stride = sys.argv[1:]
    told = {"killed": killed, "several": several}[mode](
        House(Path(folder), url), read(Path(folder)), target, int(stride)
    )
    print(msgspec.json.encode(told).decode())
