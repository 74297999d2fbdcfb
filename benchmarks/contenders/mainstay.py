"""Mainstay, with everything that is on by default."""

from __future__ import annotations

from benchmarks.contenders.identity import Bearer
from benchmarks.contenders.models import RESOURCES
from mainstay import Mainstay

app = Mainstay(resources=RESOURCES, identity=Bearer())
