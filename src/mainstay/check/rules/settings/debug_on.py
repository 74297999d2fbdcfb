"""The debugger is on."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Setting
from mainstay.check.finding import Found

TOLD = {
    "synchronize": "the tables are changed at every start to what the classes say, and lose what these no longer have",
    "management.endpoints.web.exposure.include": "every endpoint of the actuator may be called, the heap as well",
    "management.endpoint.env.show-values": "the actuator shows the values of the environment, secrets among them",
    "management.security.enabled": "the endpoints of the actuator ask nobody who is calling",
    "spring.h2.console.enabled": "the console of the database is open to whoever finds it",
    "server.error.include-stacktrace": "every error shows its stack to the caller",
}
"""What settings of single libraries mean; others are debug modes of a framework."""
STACKS = ("flask", "fastapi", "django", "express", "nestjs", "spring", "gin", "echo")


def findings(facts: Facts) -> Iterator[Found]:
    """Debug modes, and doors for developers, that are switched on in the code."""
    for setting in facts.of(Setting):
        if setting.stack in STACKS:
            what = TOLD.get(setting.name, "errors show the code, or open a console")
            yield Found(setting.place, f"{setting.name} is on in the code: {what}", "likely")
