"""The shop as an application to prove."""

from __future__ import annotations

from mainstay import Mainstay
from tests.apps import shop

app = Mainstay(resources=shop.RESOURCES, name="Shop")
