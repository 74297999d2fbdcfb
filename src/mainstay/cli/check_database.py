"""`mainstay check DSN`: a database is asked."""

from __future__ import annotations

from rich.console import Console

from mainstay.check.config import Config
from mainstay.check.databases.open import read
from mainstay.check.review import Review, review_project


def reviewed_database(address: str, config: Config, *, known: frozenset[str]) -> Review:
    """The review of what a database tells; raises NoDatabase."""
    with Console(stderr=True).status("asking the database") as status:
        return review_project(read(address), config, known=known, progress=status.update)
