"""REST: `routes` and `endpoints` answer, `request` reads, `answer` and `failure` write, `edge` stands around all."""

from mainstay.projections.rest.custom import Catch, CompiledRoute, tell_errors
from mainstay.projections.rest.dependencies import CurrentActor, Guard, RequestId
from mainstay.projections.rest.edge import Edge
from mainstay.projections.rest.merged import merged
from mainstay.projections.rest.openapi import document, with_cookie
from mainstay.projections.rest.rest import Rest

__all__ = [
    "Catch",
    "CompiledRoute",
    "CurrentActor",
    "Edge",
    "Guard",
    "RequestId",
    "Rest",
    "document",
    "merged",
    "tell_errors",
    "with_cookie",
]
