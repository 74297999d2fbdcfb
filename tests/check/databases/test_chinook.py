"""Chinook, a shop of music, reviewed as DDL and as databases: every finding, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from mainstay.check.config import Config
from mainstay.check.databases.open import read
from mainstay.check.finding import Finding
from mainstay.check.review import review, review_project
from tests.check.databases.live import lay_postgresql, lay_sqlite

CHINOOK = Path(__file__).parent / "chinook"
FOUND = {
    ("redundant-index", "playlist_track"): "proven",
    ("timestamp-without-zone", "employee.birth_date"): "likely",
    ("timestamp-without-zone", "employee.hire_date"): "likely",
    ("timestamp-without-zone", "invoice.invoice_date"): "likely",
    ("amount-below-zero", "invoice_line.unit_price"): "review",
    ("amount-below-zero", "invoice_line.quantity"): "review",
    ("amount-below-zero", "track.unit_price"): "review",
    ("needed-value-nullable", "artist.name"): "review",
    ("needed-value-nullable", "employee.email"): "review",
    ("needed-value-nullable", "employee.title"): "review",
    ("needed-value-nullable", "genre.name"): "review",
    ("needed-value-nullable", "media_type.name"): "review",
    ("needed-value-nullable", "playlist.name"): "review",
}
"""What a person judged to be so, of PostgreSQL.  SQLite has no type with a zone, so there a person has to look."""


def about(finding: Finding) -> tuple[str, str]:
    """The rule, and the column or table that a finding is about, under PostgreSQL's names."""
    if finding.rule == "redundant-index":
        assert "PlaylistTrack" in finding.what or "playlist_track" in finding.what
        return finding.rule, "playlist_track"
    name = finding.what.split()[0]
    table, _, column = name.partition(".")
    return finding.rule, f"{snake(table)}.{snake(column)}"


def snake(name: str) -> str:
    """`UnitPrice` as `unit_price`."""
    return "".join(f"_{each.lower()}" if each.isupper() and at else each.lower() for at, each in enumerate(name))


def expected(dialect: str) -> dict[tuple[str, str], str]:
    """What is found in one dialect."""
    return {
        key: "review" if dialect == "sqlite" and key[0] == "timestamp-without-zone" else confidence
        for key, confidence in FOUND.items()
    }


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_the_ddl_is_reviewed(dialect: str) -> None:
    result = review(CHINOOK / f"chinook_{dialect}.sql")
    assert {about(each): each.confidence for each in result.findings} == expected(dialect)
    assert result.skipped == []
    source = (CHINOOK / f"chinook_{dialect}.sql").read_text().splitlines()
    for each in result.findings:
        assert each.snippet == source[each.place.line - 1].strip()
        assert "." not in about(each)[1] or about(each)[1].partition(".")[2] in snake(each.snippet)


def test_a_file_of_sqlite_is_asked(tmp_path: Path) -> None:
    url = lay_sqlite(tmp_path / "chinook.db", (CHINOOK / "chinook_sqlite.sql").read_text())
    result = review_project(read(url), Config())
    assert {about(each): each.confidence for each in result.findings} == expected("sqlite")
    assert result.stacks == ("sqlite",)
    assert {each.place.path for each in result.findings} <= {
        "Artist", "Employee", "Genre", "Invoice", "InvoiceLine", "MediaType", "Playlist", "PlaylistTrack", "Track"
    }  # fmt: skip


def test_a_database_of_postgresql_is_asked(postgres_url: str) -> None:
    text = (CHINOOK / "chinook_postgresql.sql").read_text()
    lay_postgresql(postgres_url, text.partition("\\c chinook;")[2])
    result = review_project(read(postgres_url), Config())
    assert {about(each): each.confidence for each in result.findings} == expected("postgresql")
    assert all(each.place.path.startswith("public.") for each in result.findings)
    assert [each.path for each in result.skipped] == ["pg_stat_statements"]
