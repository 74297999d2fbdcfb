"""The help desk as an application to prove."""

from __future__ import annotations

from mainstay import Mainstay
from tests.apps import desk

app = Mainstay(resources=desk.RESOURCES, name="Help desk")
