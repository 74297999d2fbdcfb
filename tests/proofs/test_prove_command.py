"""`mainstay prove access`, as it is typed."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mainstay.cli.prove import app
from mainstay.engine import work

pytestmark = [pytest.mark.requirement("A3.20")]
APPLICATION = "tests.proofs.notes_app:app"


def test_it_holds_and_writes_a_page_and_json(tmp_path: Path) -> None:
    page, data = tmp_path / "access.html", tmp_path / "access.json"
    words = ["access", APPLICATION, "--database", "sqlite://", "--random", "40"]
    done = CliRunner().invoke(app, [*words, "--html", str(page), "--json", str(data)])
    assert done.exit_code == 0, done.output
    assert "0 disagreements" in done.output
    assert "40 random policies on sqlite: 0 disagreements" in done.output
    assert "http" not in page.read_text().replace("http-equiv", "")
    assert "The authorization matrix, as answered on sqlite" in done.output
    assert "notes.list" in page.read_text()
    written = json.loads(data.read_text())["databases"]["sqlite"]
    assert written["matrix"]["notes.list"].keys() == {"nobody", "owner", "other", "admin", "editor"}
    assert written["disagreements"] == written["alive"] == []
    again = tmp_path / "again.json"
    CliRunner().invoke(app, [*words, "--json", str(again)])
    assert again.read_text() == data.read_text()


def test_a_fault_ends_it_with_one_and_a_witness(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One function of the engine is replaced, since no declaration can ask for a fault."""
    honest = work.check_statement
    monkeypatch.setattr(
        work,
        "check_statement",
        lambda schema, plan: honest(schema, type(plan)(plan.table, plan.columns, (), plan.guards)),
    )
    words = ["access", APPLICATION, "--database", "sqlite://", "--random", "0", "--html", str(tmp_path / "p.html")]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 1
    assert "curl -X" in done.output
    assert "It does not hold." in done.output


def test_a_database_with_rows_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "mine.db"
    with sqlite3.connect(place) as connection:
        connection.execute("CREATE TABLE note_writers (id TEXT PRIMARY KEY, name TEXT, phone TEXT, public INTEGER)")
        connection.execute("INSERT INTO note_writers VALUES ('1', 'Ada', NULL, 1)")
    connection.close()
    done = CliRunner().invoke(app, ["access", APPLICATION, "--database", f"sqlite:///{place}", "--random", "0"])
    assert done.exit_code == 2
    assert "give the proof an empty database" in done.output
