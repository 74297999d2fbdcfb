"""A project for each test, on either database."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.migrate.house import House


@pytest.fixture
def house(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> House:
    """A project without models, whose folder is the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return House(tmp_path, database_url)


@pytest.fixture
def other_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> str:
    """Another empty database of the same kind."""
    if database_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/other.db"
    url: str = request.getfixturevalue("postgres").create_database()
    return url
