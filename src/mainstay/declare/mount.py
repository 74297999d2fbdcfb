"""`mount`: FastAPI routers of one's own, under a policy."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter

from mainstay.declare.policy import Policy


class Mount(msgspec.Struct, frozen=True, eq=False):
    """A router and who may call its routes."""

    router: APIRouter
    """The routes."""
    allow: Policy
    """Who may call each of them."""


def mount(router: APIRouter, *, allow: Policy) -> Mount:
    """Serves a FastAPI router's routes, each of them under the policy `allow`, which can only be about the actor."""
    return Mount(router, allow)
