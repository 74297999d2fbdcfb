"""Mainstay: a backend declared in typed Python, compiled to operations, served and proven.

A name is imported when it is first asked for, so that a command that needs no application starts at once.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

FROM = {
    "mainstay.app": "Mainstay Session",
    "mainstay.behaviour": "Call SyncCall",
    "mainstay.compiler": "DeclarationErrors",
    "mainstay.declare": (
        "Account Actions Model Mount Policy Resource SoftDelete Timestamps Versioned Wire action actor anyone "
        "computed derived descending field given include linked listing mount no_one opaque owned owner "
        "parameter reference role route rule scope signed_in through together unindexed values via where"
    ),
    "mainstay.errors": "Refused",
    "mainstay.identity": "Actor Credentials Identity",
    "mainstay.projections.rest": "CurrentActor RequestId",
    "mainstay.settings": "Settings",
}
"""By module, the public names that are defined in it; `__init__.pyi` says the same to type checkers."""

__all__ = sorted(name for names in FROM.values() for name in names.split())


def __getattr__(name: str) -> Any:
    """A public name, from where it is defined."""
    for module, names in FROM.items():
        if name in names.split():
            found = globals()[name] = getattr(import_module(module), name)
            return found
    raise AttributeError(f"module 'mainstay' has no attribute {name!r}")


def __dir__() -> list[str]:
    """What is here, and what is imported when it is asked for."""
    return sorted({*globals(), *__all__})


class Package(ModuleType):
    """This package: a module in it never stands where a public name of the same word does, as `actor`."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (isinstance(value, ModuleType) and name in __all__):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = Package
