"""Stacks: each module knows one framework, and says which functions a caller reaches and what stands before them."""

from __future__ import annotations

from mainstay.check.stacks.fastapi import FastAPI
from mainstay.check.stacks.stack import Stack

ALL: tuple[Stack, ...] = (FastAPI(),)
"""Every stack that is known."""
