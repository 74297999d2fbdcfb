"""`python -m tests.pages.follow FOLDER PAGE..`: does what pages say, each in an empty folder.

Each command runs as on a terminal.  `mainstay` is a process that begins where everything is imported already; `mainstay
serve` stays until the next one, or the end, on a free port that the page calls 8000.  What the commands print is
printed by page as JSON, or with `--show` in its place on the pages.
"""

from __future__ import annotations

import argparse
import json
import os
import pty
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import tomllib
import traceback
import urllib.request
from dataclasses import asdict, dataclass, field
from pathlib import Path

import mainstay.accounts
import mainstay.app
from mainstay.cli import main
from mainstay.cli.doing import call, migrate, serve, user
from tests.pages.blocks import Block, blocks, commands, write

IMPORTED = (mainstay.accounts, mainstay.app, call, migrate, serve, user)
"""What most commands need, so that each begins with it."""
PORT = "8000"
"""What pages call the port of the server."""
START = 30.0
"""Seconds in which a server answers, or does not start."""
SHELL = 'set -a; {line}\ncode=$?; pwd > "$PAGE_KEPT/pwd"; env -0 > "$PAGE_KEPT/env"; exit $code'
"""What bash runs: the line, after which its variables and its directory are kept for the next one."""


@dataclass(frozen=True, slots=True)
class Told:
    """A command, what the page says that it prints, and what it printed."""

    page_line: int
    line: str
    expected: str
    printed: str
    code: int
    """What it ended with; 0 where its code is printed."""


@dataclass
class Follower:
    """Somebody who does what a page says."""

    folder: Path
    kept: Path
    """Where what bash leaves is kept, beside the folder."""
    replaced: dict[str, str] = field(default_factory=dict)
    """What stands on the page, by what it is here."""
    port: str = ""
    server: int | None = None
    code: int = 0
    """What the last line ended with."""
    told: list[Told] = field(default_factory=list)

    def follow(self, page: Path) -> None:
        """Everything on the page."""
        os.chdir(self.folder)
        try:
            for block in blocks(page):
                self.do(block)
        finally:
            self.stop()

    def do(self, block: Block) -> None:
        """What one block asks for."""
        if block.not_run:
            return
        if block.language == "console":
            for one in commands(block):
                self.code = 0
                printed = self.run(one.line)
                self.told.append(Told(block.line, one.line, one.expected, printed, self.code))
        elif block.language == "toml":
            tomllib.loads(block.text)
            write(Path.cwd(), block.text)
        elif block.language == "json" and "..." not in block.text:
            json.loads(block.text)
        elif block.language == "python":
            assert write(Path.cwd(), block.text), f"the block of line {block.line} names no file and is not run"
        elif block.language not in ("text", "json"):
            assert write(Path.cwd(), block.text), f"the block of line {block.line}, {block.language}, is not run"

    def run(self, line: str) -> str:
        """What a line prints."""
        for there, here in self.replaced.items():
            line = line.replace(there, here)
        words = shlex.split(line, comments=True) if line.startswith("mainstay ") else []
        if words[1:2] == ["serve"] and not re.search(r"[|;<>]", line):
            return self.shown(self.serve([os.path.expandvars(word) for word in words[1:]]))
        if words and not re.search(r"[|<>&`]|\$[({]|;(?! echo \$\?$)", line):
            line, echo, _ = line.partition("; echo $?")
            printed, code = self.alone([os.path.expandvars(word) for word in shlex.split(line, comments=True)[1:]])
            self.code = 0 if echo else code
            return self.shown(printed + (f"{code}\n" if echo else ""))
        return self.shown(self.shell(line))

    def shown(self, printed: str) -> str:
        """What was printed, as the page calls things."""
        for there, here in self.replaced.items():
            printed = printed.replace(here, there)
        return "\n".join(line.rstrip() for line in printed.replace("\r\n", "\n").splitlines()).strip("\n")

    def alone(self, words: list[str]) -> tuple[str, int]:
        """What `mainstay` prints on a terminal, and its exit code."""
        child, terminal = pty.fork()
        if child == 0:
            mainstay_alone(words)
        parts = []
        while part := read(terminal):
            parts.append(part)
        os.close(terminal)
        _, status = os.waitpid(child, 0)
        return b"".join(parts).decode(), os.waitstatus_to_exitcode(status)

    def shell(self, line: str) -> str:
        """What bash prints on a terminal for a line; its variables and its directory stay."""
        parent, terminal = pty.openpty()
        with subprocess.Popen(
            ["bash", "--norc", "-c", SHELL.format(line=line)],
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=terminal,
            env={**os.environ, "PAGE_KEPT": str(self.kept)},
        ) as bash:
            os.close(terminal)
            parts = []
            while part := read(parent):
                parts.append(part)
        os.close(parent)
        self.code = bash.returncode
        variables = (self.kept / "env").read_bytes().decode().split("\0")
        os.environ.update(dict(one.split("=", 1) for one in variables if "=" in one and not one.startswith("BASH_")))
        os.chdir((self.kept / "pwd").read_text().strip())
        return b"".join(parts).decode()

    def serve(self, words: list[str]) -> str:
        """Serves in the place of what was served before; what is said at the start."""
        self.stop()
        if not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = str(free.getsockname()[1])
            self.replaced[f"127.0.0.1:{PORT}"] = f"127.0.0.1:{self.port}"
        said = self.kept / "served"
        child = os.fork()
        if child == 0:
            with said.open("wb") as output, (self.kept / "log").open("ab") as log:
                os.dup2(log.fileno(), 1)
                os.dup2(output.fileno(), 2)
            mainstay_alone([*words, "--port", self.port])
        self.server = child
        until = time.monotonic() + START
        while time.monotonic() < until:
            if os.waitpid(child, os.WNOHANG)[0]:
                self.server = None
                break
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=5):
                    break
            except OSError:
                time.sleep(0.02)
        return said.read_text()

    def stop(self) -> None:
        """Ends the server, if there is one."""
        if self.server is not None:
            os.kill(self.server, signal.SIGTERM)
            os.waitpid(self.server, 0)
            self.server = None


def read(terminal: int) -> bytes:
    """The next bytes; none at the end, which Linux tells as an error."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


def mainstay_alone(words: list[str]) -> None:
    """Is `mainstay` in this process, and nothing after."""
    code = 70
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.argv = ["mainstay", *words]
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def page_as_it_is(page: Path, told: list[Told]) -> str:
    """The page with what was printed in the place of what it says."""
    text = page.read_text(encoding="utf-8")
    at = 0
    for one in told:
        at = text.index(f"$ {one.line}\n", at) + len(one.line) + 3
        printed = f"{one.printed}\n" if one.printed else ""
        text = text[:at] + printed + text[at + len(one.expected) :]
    return text


def apart(page: Path, folder: Path, replaced: dict[str, str]) -> tuple[list[Told], str]:
    """What the commands of a page printed, followed in a process of its own; and what went wrong besides."""
    kept, followed = folder / "kept", folder / "followed"
    kept.mkdir(parents=True)
    followed.mkdir()
    child = os.fork()
    if child == 0:
        follower = Follower(followed, kept, dict(replaced))
        wrong = ""
        try:
            follower.follow(page)
        except BaseException:  # told by the parent
            wrong = traceback.format_exc()
        finally:
            told = [asdict(one) for one in follower.told]
            (kept / "told").write_text(json.dumps([told, wrong]))
            os._exit(0)
    os.waitpid(child, 0)
    told, wrong = json.loads((kept / "told").read_text())
    return [Told(**one) for one in told], wrong


def follow(arguments: list[str] | None = None) -> None:
    """Follows the pages that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.pages.follow", description="Does what pages say.")
    parser.add_argument("folder", type=Path, help="an empty folder")
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("--replace", nargs=2, action="append", default=[], metavar=("THERE", "HERE"))
    parser.add_argument("--show", action="store_true", help="print the pages with what the commands print")
    given = parser.parse_args(arguments)
    for name in [name for name in os.environ if name.startswith("MAINSTAY_")]:
        del os.environ[name]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    os.environ |= {"PATH": path, "TERM": "dumb", "COLUMNS": "120", "LINES": "50", "PYTHONDONTWRITEBYTECODE": "1"}
    sys.dont_write_bytecode = True
    done = {}
    for page in given.pages:
        told, wrong = apart(page.resolve(), given.folder.resolve() / page.stem, dict(given.replace))
        done[page.stem] = {"told": [asdict(one) for one in told], "wrong": wrong}
        if given.show:
            sys.stdout.write(page_as_it_is(page, told) + wrong)
    if not given.show:
        json.dump(done, sys.stdout)


if __name__ == "__main__":
    follow()
