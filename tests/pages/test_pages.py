"""Every page of the tutorials and how-tos: what it says is done in an empty folder, and prints what stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.pages.blocks import blocks, commands, write

ROOT = Path(__file__).parents[2]
ELSEWHERE = {
    "new-project": "tests/scaffold/test_new.py",
    "typescript-client": "tests/typescript/test_client.py",
    "why": "tests/scaffold/test_why_page.py",
}
"""Pages that are followed with more than a shell has, by what follows them."""
WRITTEN = sorted([*ROOT.glob("docs/tutorials/*.md"), *ROOT.glob("docs/how-to/*.md")])
PAGES = [page for page in WRITTEN if page.stem not in ELSEWHERE]
DATABASE = "postgresql://shop:secret@127.0.0.1/shop"
"""What pages call a database of PostgreSQL."""
LEFT_OUT = "..."


def likeness(expected: str) -> re.Pattern[str]:
    """What is printed where a page says so: `...` stands for what differs from one time to the next."""
    parts = (re.escape(part) for part in expected.strip("\n").split(LEFT_OUT))
    return re.compile(".*?".join(parts), re.DOTALL)


def followed(folder: Path, pages: list[Path], replaced: dict[str, str]) -> Any:
    """By page what its commands printed, and what went wrong."""
    words = [word for pair in replaced.items() for word in ("--replace", *pair)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.pages.follow", str(folder), *map(str, pages), *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, postgres_module_url: str) -> Any:
    """Every page, followed once."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed, which the pages call their servers with")
    return followed(tmp_path_factory.mktemp("pages"), PAGES, {DATABASE: postgres_module_url})


@pytest.mark.requirement("A12.01")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_stands_on_the_page_happens(page: Path, done: Any) -> None:
    told, wrong = done[page.stem]["told"], done[page.stem]["wrong"]
    for one in told:
        assert likeness(one["expected"]).fullmatch(one["printed"]), (
            f"line {one['page_line']}: $ {one['line']}\nthe page says:\n{one['expected']}\nit prints:\n{one['printed']}"
        )
        assert one["code"] == 0 or one["expected"], f"line {one['page_line']}: $ {one['line']}\nfails without a word"
    assert wrong == ""
    run = [block for block in blocks(page) if not block.not_run and block.language == "console"]
    assert [one["line"] for one in told] == [one.line for block in run for one in commands(block)]


def test_a_page_that_is_followed_elsewhere_is() -> None:
    assert {*ELSEWHERE} <= {page.stem for page in WRITTEN}
    for page, test in ELSEWHERE.items():
        assert f"{page}.md" in (ROOT / test).read_text()


def test_the_tutorial_leaves_no_block_out() -> None:
    for page in ROOT.glob("docs/tutorials/*.md"):
        found = blocks(page)
        assert len(found) > 10
        run = [block for block in found if block.language in ("python", "console", "toml") and not block.not_run]
        assert run == found


def test_a_block_is_a_file_or_goes_into_one(tmp_path: Path) -> None:
    assert write(tmp_path, "# a/b.py\none = 1\ntwo = 2\n")
    assert write(tmp_path, "# a/b.py: one = 1\none = 11\n")
    assert write(tmp_path, "# a/b.py, after: one = 11\nand_ = 1\n")
    assert write(tmp_path, "# a/b.py, before: two = 2\nalmost = 2\n")
    assert write(tmp_path, "# a/b.py, at the end\nlast = 3\n")
    assert (tmp_path / "a" / "b.py").read_text() == "one = 11\nand_ = 1\nalmost = 2\ntwo = 2\n\n\nlast = 3\n"
    assert not write(tmp_path, "one = 1\n")
    with pytest.raises(AssertionError, match="has 0 lines 'three = 3'"):
        write(tmp_path, "# a/b.py: three = 3\nfour = 4\n")


def test_a_page_that_does_not_happen_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```console\n$ false\n$ export WHO=world\n$ echo hello \\\n  $WHO; false; echo $?\nhello world\n1\n```\n"
        "<!-- not run: there is no such thing -->\n```console\n$ no-such-thing\n```\n"
    )
    broken = tmp_path / "broken.md"
    broken.write_text("```python\nno file\n```\n")
    done = followed(tmp_path / "done", [page, broken], {})
    silent, exported, echoed = done["page"]["told"]
    assert (silent["printed"], silent["code"]) == ("", 1)
    assert (exported["printed"], exported["code"], echoed["code"]) == ("", 0, 0)
    assert likeness(echoed["expected"]).fullmatch(echoed["printed"])
    assert not likeness("hello ...\n2\n").fullmatch(echoed["printed"])
    assert "names no file" in done["broken"]["wrong"]
