"""The guard against dearer requests counts instructions, and ends with an error where there are more of them."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.compare import VALGRIND, Seen, show, stretches
from benchmarks.serving import ROOT

MARKED = "import os\nfor number in (0, 2_000, 4_000): sum(range(number)); os.getpriority(0, 0)"


def test_a_work_that_became_dearer_is_named() -> None:
    found = {("sqlite", "W1"): Seen(1_000.0, 1_030.0), ("sqlite", "W2"): Seen(1_000.0, 1_010.0)}
    output = io.StringIO()
    assert show(found, "main", 1.02, 100, Console(file=output, width=200)) == ["sqlite W1"]
    assert output.getvalue().count("DEARER") == 1


def test_the_handler_written_by_hand_stands_beside() -> None:
    output = io.StringIO()
    show({("sqlite", "W1"): Seen(1_000.0, 990.0, 600.0)}, "main", 1.02, 100, Console(file=output, width=200))
    assert "ratio to it" in output.getvalue()
    assert "1.65" in output.getvalue()


def test_without_valgrind_it_is_told_how_to_install_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.compare", "HEAD"],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "apt install valgrind" in done.stderr


@pytest.mark.requirement("A7.11")
@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
def test_what_runs_between_two_marks_is_counted_the_same_each_time(tmp_path: Path) -> None:
    counting = [part for part in VALGRIND if not part.startswith("--instr")]
    seen = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        command = [*counting, f"--callgrind-out-file={folder}/counts", sys.executable, "-S", "-E", "-c", MARKED]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "0"})
        seen.append(stretches(folder)[1:])
    (less, more), again = seen
    assert more > 1.5 * less > 20_000
    assert again == pytest.approx([less, more], rel=0.01)
