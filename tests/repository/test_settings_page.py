"""The page of settings is the one that the fields of `Settings` make."""

from __future__ import annotations

import pytest

from mainstay.settings import Settings
from tests.repository.settings import PAGE, main, page


def test_the_page_of_settings_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().out
    assert PAGE.read_text() == page()


def test_the_page_has_every_setting_with_its_default() -> None:
    rows = [line for line in page().splitlines() if line.startswith("| `MAINSTAY_")]
    assert len(rows) == len(Settings.model_fields)
    assert any(row.startswith("| `MAINSTAY_POOL_SIZE` | whole number, at least 1 | `20` | ") for row in rows)
