"""The packages of Node that the tests here ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.typescript.packages import NotThere, modules


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The folder of the packages; the test is skipped, with the reason, where they cannot be had."""
    try:
        return modules()
    except NotThere as reason:
        pytest.skip(str(reason))
