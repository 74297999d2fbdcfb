"""The notes as an application that a command line can name."""

from __future__ import annotations

from mainstay import Mainstay
from tests.proofs.notes import RESOURCES

app = Mainstay(name="Notes", resources=RESOURCES, database="sqlite://")
