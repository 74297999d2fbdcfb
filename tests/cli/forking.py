"""`mainstay` again and again, each in a process of its own that begins where everything is imported already.

`python -m tests.cli.forking` reads a `Run` a line and answers with the code that it ended with.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

import mainstay.accounts
import mainstay.app
from mainstay.cli import main
from mainstay.cli.doing import call, migrate, openapi, user

IMPORTED = (mainstay.accounts, mainstay.app, call, migrate, openapi, user)
"""What most commands need, so that each begins with it."""
LONGEST = 60


class Run(msgspec.Struct):
    """One command: its words, where it runs, its variables, and the files of its standard streams."""

    words: list[str]
    folder: str
    variables: dict[str, str]
    streams: tuple[str, str, str]


def forked(
    folder: Path, words: Sequence[str], variables: dict[str, str], said: str = ""
) -> subprocess.CompletedProcess[str]:
    """Runs `mainstay` in a folder to its end; `said` is its standard input."""
    server = started()
    assert server.stdin is not None
    assert server.stdout is not None
    with TemporaryDirectory(prefix="mainstay-command-") as there:
        streams = Path(there, "said"), Path(there, "output"), Path(there, "errors")
        streams[0].write_text(said)
        run = Run(list(words), str(folder), variables, (str(streams[0]), str(streams[1]), str(streams[2])))
        server.stdin.write(msgspec.json.encode(run) + b"\n")
        server.stdin.flush()
        answer = server.stdout.readline()
        if not answer:
            started.cache_clear()
            raise RuntimeError(f"the process that commands begin in has ended with {server.wait()}")
        code = int(answer)
        return subprocess.CompletedProcess(list(words), code, streams[1].read_text(), streams[2].read_text())


@cache
def started() -> subprocess.Popen[bytes]:
    """The process that the commands begin in; it ends with the one that started it."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.cli.forking"],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def serve() -> None:
    """Answers until the standard input ends."""
    for line in sys.stdin.buffer:
        run = msgspec.json.decode(line, type=Run)
        child = os.fork()
        if child == 0:
            become(run)
        until = time.monotonic() + LONGEST
        while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
            if time.monotonic() > until:
                os.kill(child, signal.SIGKILL)
            time.sleep(0.002)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(ended[1])}\n")
        sys.stdout.flush()


def become(run: Run) -> None:
    """Is `mainstay` in this process, and nothing after."""
    code = 70
    try:
        os.chdir(run.folder)
        os.environ.clear()
        os.environ.update(run.variables)
        sys.path[:0] = [run.folder, *run.variables.get("PYTHONPATH", "").split(os.pathsep)]
        for number, path in enumerate(run.streams):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT if number else os.O_RDONLY), number)
        sys.argv = ["mainstay", *run.words]
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
