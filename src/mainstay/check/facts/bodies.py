"""Facts about what a caller sends."""

from __future__ import annotations

from dataclasses import dataclass

from mainstay.check.facts.fact import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Fact):
    """A field of a body or model: its kind, and its bounds."""

    name: str
    kind: str
    bounded: bool = False
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body(Fact):
    """A body that a caller sends: its fields, and whether anything checks it before it is used."""

    name: str
    fields: tuple[Field, ...] = ()
