"""Mainstay with as many resources as `MAINSTAY_BENCH_RESOURCES` says: those of the benchmark and more beside them."""

from __future__ import annotations

import os
from typing import Any

from benchmarks.contenders.identity import Bearer
from benchmarks.contenders.models import RESOURCES, Recipes
from mainstay import Mainstay


class Alone(Recipes):
    """Recipes without what belongs to other resources."""

    name = "recipes"
    includes = []


def another(number: int) -> type[Alone]:
    """A resource more, of the same rows."""

    class More(Alone):
        """Recipes once more."""

        name = f"more_{number}"

    return More


number = int(os.environ["MAINSTAY_BENCH_RESOURCES"])
served: list[Any] = [Alone] if number == 1 else [*RESOURCES, *(another(place) for place in range(number))]
app = Mainstay(resources=served[:number], identity=Bearer())
