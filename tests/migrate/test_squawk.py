"""The SQL of migrations, looked at by squawk: what it finds is answered on the page."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.migrate.histories import HISTORIES
from tests.migrate.house import House

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "migrations.md"
SQUAWK = Path(sys.executable).with_name("squawk")
CHANGES = re.compile(r"\s*(SET|CREATE|ALTER|DROP|UPDATE|INSERT|DELETE)\b")

FIRST = """
class Box(Base):
    colour: Mapped[str]
"""
INDEXED = FIRST.replace("str]", "str] = field(index=True)")


@pytest.fixture
def house(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> House:
    """A project on PostgreSQL."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return House(tmp_path, postgres_url)


@contextmanager
def written() -> Iterator[list[str]]:
    """What is run on PostgreSQL as long as the block lasts, with values put in place of what is bound."""
    texts: list[str] = []

    def note(_: object, cursor: object, text: str, *__: object) -> None:
        if "asyncpg" in type(cursor).__name__.lower() and CHANGES.match(text):
            texts.append(re.sub(r"\$\d+(::\w+)?", "'-'", text))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield texts
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def found(texts: list[str], folder: Path, *, whole: bool = True) -> set[str]:
    """The rules of squawk that the statements of one migration break."""
    file = folder / "migration.sql"
    file.write_text(";\n".join(texts) + ";\n")
    words = [str(SQUAWK), "--reporter", "Json", *(["--assume-in-transaction"] if whole else []), str(file)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert texts
    assert done.stdout, done.stderr
    return {one["rule_name"] for one in json.loads(done.stdout)}


def test_what_squawk_finds_in_a_history_is_answered_on_the_page(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    house = HISTORIES["bank"].house(tmp_path, postgres_url)
    rules = set()
    for number in ("1", "2", "3"):
        with written() as texts:
            house.run("to", number)
        rules |= found(texts, tmp_path)
    answered = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", PAGE.read_text()))
    assert {"require-concurrent-index-creation", "adding-not-nullable-field"} <= rules
    assert rules <= answered
    assert not {"require-lock-timeout", "require-statement-timeout"} & rules, "every migration sets both"


def test_an_index_made_concurrently_is_what_squawk_asks_for(house: House, tmp_path: Path) -> None:
    house.make("First", FIRST)
    house.models(INDEXED)
    house.run("make", "Colours", "--concurrently")
    with written() as texts:
        house.run("up")
    assert any("INDEX CONCURRENTLY" in text for text in texts)
    assert "require-concurrent-index-creation" not in found(texts, tmp_path, whole=False)
