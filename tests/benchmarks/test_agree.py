"""Nothing is measured before all contenders give the same answers: whoever answers otherwise is named."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from benchmarks import data
from benchmarks.agree import Disagreement, agree
from benchmarks.fill import fill
from benchmarks.run import server
from benchmarks.serving import Serving


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a small database and a copy of it."""
    folder = tmp_path_factory.mktemp("agree")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "RECIPES", 1_200)  # here, and below in the processes that this one starts
        patch.setattr(data, "AUTHORS", 12)
        patch.setenv("MAINSTAY_BENCH_RECIPES", "1200")
        patch.setenv("MAINSTAY_BENCH_AUTHORS", "12")
        fill(f"sqlite:///{folder}/first.db")
        shutil.copyfile(folder / "first.db", folder / "second.db")
        yield folder


@pytest.fixture(scope="module")
def servers(folder: Path) -> Iterator[dict[str, Serving]]:
    """Two servers of the same program, each on a database of its own."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(server("by-hand", f"sqlite:///{folder}/{name}.db", folder))
            for name in ("first", "second")
        }


def test_a_value_that_differs_in_one_database_is_found(servers: dict[str, Serving], folder: Path) -> None:
    works = ["H", "W1", "W2", "W4", "W6"]
    agree(servers, works)
    with sqlite3.connect(folder / "second.db") as connection:
        connection.execute("UPDATE tags SET name = name || '!'")
    agree(servers, ["W1", "W2"])
    with pytest.raises(Disagreement, match=r"second answers .*comments,tags.* otherwise"):
        agree(servers, works)
