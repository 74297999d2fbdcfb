"""Where the time of a start goes: what Python says of the modules that a server imports, by package.

python -m benchmarks.imports
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from rich.console import Console

from benchmarks import serving
from benchmarks.growth import Effort
from benchmarks.peers import CONTENDERS, available
from benchmarks.run import OURS, server, sqlite_databases

COMPARED = (OURS, "fastapi")
LINE = re.compile(r"^import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)", re.MULTILINE)


class Imports(msgspec.Struct):
    """What importing took of one server."""

    contender: str
    modules: int
    seconds: float
    """All together; Python's own bookkeeping of them, which makes them slower, included."""
    packages: dict[str, float]
    """Seconds by package, those first that took most."""


def imports(effort: Effort) -> list[Imports]:
    """What each takes, when its modules are compiled already."""
    contenders, _ = available(COMPARED, effort.console)
    found = []
    with TemporaryDirectory(prefix="mainstay-imports-") as folder:
        compiled = serving.keeping(Path(folder) / "bytecode")
        for name, url in sqlite_databases(Path(folder), contenders).items():
            with server(name, url, Path(folder), compiled):
                pass
            with server(name, url, Path(folder), {**compiled, "PYTHONPROFILEIMPORTTIME": "1"}) as running:
                text = running.log.read_text(errors="replace")
            seconds: Counter[str] = Counter()
            lines = LINE.findall(text)
            for microseconds, module in lines:
                seconds[module.partition(".")[0]] += int(microseconds) / 1e6
            found.append(Imports(name, len(lines), seconds.total(), dict(seconds.most_common(12))))
    return found


def show(found: list[Imports], console: Console) -> None:
    """Prints the packages."""
    for one in found:
        most = ", ".join(f"{name} {seconds:.3f}" for name, seconds in one.packages.items())
        console.print(f"{CONTENDERS[one.contender].title}: {one.modules} modules in {one.seconds:.2f} s: {most}")


def main() -> None:
    """Looks and prints."""
    effort = Effort()
    show(imports(effort), effort.console)


if __name__ == "__main__":
    main()
