"""Everything that can be declared, as an application that a command line can name: for the whole proof of it."""

from __future__ import annotations

from tests.apps.everything import application

app = application("sqlite://")
