"""The servers that `mainstay serve` can run an application in."""

from __future__ import annotations

from enum import StrEnum


class Server(StrEnum):
    """What speaks HTTP in front of the application."""

    granian = "granian"
    uvicorn = "uvicorn"


SERVERS = {Server.granian: "mainstay.cli.granian_server", Server.uvicorn: "mainstay.cli.uvicorn_server"}
"""The module that runs each server; imported when it is asked for."""
