"""Calls to answers.  `Engine.execute` is the one door; nothing else here is for projections."""

from mainstay.engine.call import Answer, Call, Meta
from mainstay.engine.execute import Engine

__all__ = ["Answer", "Call", "Engine", "Meta"]
