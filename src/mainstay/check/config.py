"""What `[tool.mainstay.check]` of `pyproject.toml` says."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from mainstay.check.finding import CONFIDENCES, SEVERITIES, Confidence, Severity
from mainstay.check.live import settings as live
from mainstay.check.live.settings import LiveSettings, WrongSettings


class WrongConfiguration(Exception):
    """The configuration cannot be used; says which key and what would be right."""


@dataclass(frozen=True, slots=True)
class Config:
    """Which rules and files are left out, and from where on the command fails.

    `ignore`: rules that are not used. `exclude`: patterns of paths, as `fnmatch` reads them. `fail_on` and
    `confidence`: the least severity and the least confidence that make the command end with 1.
    `baseline`: a file of findings that are known. `environment`: variables that the program runs with; branches that
    they switch off are not followed. `live`: what is told of a running API.
    """

    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    fail_on: Severity = "high"
    confidence: Confidence = "likely"
    baseline: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    live: LiveSettings = field(default_factory=LiveSettings)

    def fails(self, severity: Severity, confidence: Confidence) -> bool:
        """Whether a finding makes the command fail."""
        return SEVERITIES.index(severity) <= SEVERITIES.index(self.fail_on) and CONFIDENCES.index(
            confidence
        ) <= CONFIDENCES.index(self.confidence)


def read(folder: Path) -> Config:
    """The configuration for a folder: of its pyproject.toml, or of the nearest above it; raises WrongConfiguration."""
    for place in (folder, *folder.parents):
        file = place / "pyproject.toml"
        if file.is_file():
            try:
                told = tomllib.loads(file.read_text(encoding="utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise WrongConfiguration(f"{file}: {error}") from None
            return of(told.get("tool", {}).get("mainstay", {}).get("check", {}))
    return Config()


def of(told: dict[str, Any]) -> Config:
    """The configuration that a table says; raises WrongConfiguration."""
    known = [each.name for each in fields(Config)]
    out = Config()
    for key, value in told.items():
        name = key.replace("-", "_")
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = (
                f"; did you mean {near[0].replace('_', '-')}?"
                if near
                else f"; there are {', '.join(known).replace('_', '-')}"
            )
            raise WrongConfiguration(f"tool.mainstay.check has no {key!r}{hint}")
        allowed: tuple[str, ...] = {"fail_on": SEVERITIES, "confidence": CONFIDENCES}.get(name, ())
        if allowed and value not in allowed:
            raise WrongConfiguration(f"tool.mainstay.check.{key} is one of {', '.join(allowed)}, not {value!r}")
        if name in ("ignore", "exclude"):
            if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
                raise WrongConfiguration(f"tool.mainstay.check.{key} is a list of texts")
            value = tuple(value)
        elif name == "environment":
            if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
                raise WrongConfiguration(f"tool.mainstay.check.{key} is a table of texts")
        elif name == "live":
            value = _live(value)
        elif not isinstance(value, str):
            raise WrongConfiguration(f"tool.mainstay.check.{key} is a text")
        out = replace(out, **{name: value})
    return out


def variables(told: Iterable[str]) -> dict[str, str]:
    """The variables that `NAME=VALUE` sets; without a value, those of this process. Raises WrongConfiguration."""
    out = {}
    for each in told:
        name, equals, value = each.partition("=")
        if not name.isidentifier() or (not equals and name not in os.environ):
            raise WrongConfiguration(f"{each!r} is no variable; one looks like DEBUG=0, or is in the environment")
        out[name] = value if equals else os.environ[name]
    return out


def _live(told: Any) -> LiveSettings:
    if not isinstance(told, dict):
        raise WrongConfiguration("tool.mainstay.check.live is a table")
    try:
        return live.of(told)
    except WrongSettings as error:
        raise WrongConfiguration(str(error)) from None
