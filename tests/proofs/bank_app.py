"""The bank as an application to prove."""

from __future__ import annotations

from mainstay import Mainstay
from tests.apps import bank

app = Mainstay(resources=bank.RESOURCES, name="Bank")
