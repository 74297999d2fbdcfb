"""The library, on throw-away databases of both kinds."""

from __future__ import annotations

import pytest

from mainstay import Mainstay
from tests.testing.library import app


@pytest.fixture(scope="session")
def mainstay_app() -> Mainstay:
    """What is tested."""
    return app
