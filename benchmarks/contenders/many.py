"""Mainstay with as many resources as `MAINSTAY_BENCH_RESOURCES` says: those of the benchmark and more beside them."""

from __future__ import annotations

import os
from typing import Any

from benchmarks.contenders.identity import Bearer
from benchmarks.contenders.models import RESOURCES, Author, Recipes
from mainstay import Mainstay
from mainstay.declare import Resource, anyone


def another(number: int) -> type[Resource[Author]]:
    """A resource more."""

    class More(Resource[Author]):
        """Somebody who writes."""

        name = f"more_{number}"
        operations = ["get", "list"]
        read = anyone

    return More


class Alone(Recipes):
    """Recipes without what belongs to other resources."""

    name = "recipes"
    includes = []


number = int(os.environ["MAINSTAY_BENCH_RESOURCES"])
served: list[Any] = [Alone] if number == 1 else [*RESOURCES, *(another(place) for place in range(number))]
app = Mainstay(resources=served[:number], identity=Bearer())
