"""A database as a project: opened by the scheme of its address."""

from __future__ import annotations

from importlib import import_module

from mainstay.check.databases.address import NoDatabase, scheme_of, shown
from mainstay.check.project import Project

SECONDS = 30.0
"""How long a statement may take that the review sends."""
READERS = {
    "sqlite": "mainstay.check.databases.sqlite",
    "postgresql": "mainstay.check.databases.postgresql",
}
"""Modules whose `read(address, seconds)` answers a project; imported when used, for what they need may be missing."""


def read(address: str, *, seconds: float = SECONDS) -> Project:
    """What a database tells of itself; raises NoDatabase."""
    scheme = scheme_of(address)
    if scheme not in READERS:
        known = " and ".join(sorted(READERS))
        raise NoDatabase(
            f"{shown(address)}: {scheme} is not asked, only {known}; "
            "give its DDL as a file instead (of MySQL: mysqldump --no-data)"
        )
    try:
        module = import_module(READERS[scheme])
    except ModuleNotFoundError as error:
        raise NoDatabase(f'{error.name} is not installed: pip install "mainstay[check,pg]"') from None
    project: Project = module.read(address, seconds)
    return project
