"""What SQLAlchemy has for one database alone, imported by the first that needs it: not by a server on another one."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


def postgresql() -> ModuleType:
    """Types and statements of PostgreSQL."""
    return import_module("sqlalchemy.dialects.postgresql")


def sqlite() -> ModuleType:
    """Types and statements of SQLite."""
    return import_module("sqlalchemy.dialects.sqlite")
