"""The notes as an API that somebody else has specified: their proof asks in those shapes."""

from __future__ import annotations

from mainstay.declare import Wire
from tests.proofs.notes import RESOURCES

WIRE = Wire(
    scheme="Token",
    case="camel",
    pages="offset",
    one={"{one}": "{row}"},
    many={"{many}": "{rows}", "{many}Count": "{total}"},
    body={"{one}": "{body}"},
    errors={"errors": {"{field}": ["{detail}"]}},
    statuses={"VALIDATION_ERROR": 422, "DUPLICATE": 422},
    parameters={"limit": "perPage", "fields": None},
)

__all__ = ["RESOURCES", "WIRE"]
