"""Calls to answers.  `Engine.execute` is the one door; nothing else here is for projections."""

from mainstay.engine.call import Allowance, Answer, Call, Meta
from mainstay.engine.execute import Engine

__all__ = ["Allowance", "Answer", "Call", "Engine", "Meta"]
