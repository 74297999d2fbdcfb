"""The proof of the applications of the tests, run as a test asks for it."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from mainstay.backing.open import database
from mainstay.cli.through import SERVED, Through
from mainstay.compiler import compile as compiled_of
from mainstay.engine import Engine
from mainstay.proofs.access.doors import Door
from mainstay.proofs.access.proof import Result, Scale, prove

APPLICATIONS = {
    "recipes": "examples.recipes.app",
    "foreign": "tests.apps.foreign",
    "notes": "tests.proofs.notes",
    "a gazette to a letter": "tests.apps.gazette",
    "a publishing API to a letter": "tests.apps.publishing.application",
    "reviews": "tests.apps.reviews",
    "desk": "tests.apps.desk",
    "shop": "tests.apps.shop",
}
"""By name, the modules that have their resources."""

Serve = Callable[[Engine], Door]


async def proven(module: str, url: str, scale: Scale, *, serve: Serve = SERVED[Through.rest]) -> Result:
    """The proof of the resources of a module."""
    found = importlib.import_module(module)
    if module == APPLICATIONS["recipes"]:  # with the operations of its accounts
        compiled = found.application(url).compiled
    else:
        compiled = compiled_of(found.RESOURCES, database=url.partition(":")[0], wire=getattr(found, "WIRE", None))
    place = database(url)
    await place.open()
    try:
        return await prove(compiled.application, compiled.storage, place, serve=serve, scale=scale)
    finally:
        await place.close()
