"""An id for each request for the guarded list, and one line about it."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from typing import Any

from benchmarks.contenders.access import log


def access(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Gives each request for the guarded list an id and writes a line about it."""

    def answer(request: Any) -> Any:
        if not request.path.startswith("/api/v1/guarded-recipes"):
            return get_response(request)
        started = time.perf_counter()
        request_id = request.headers.get("x-request-id", "")
        if not re.fullmatch(r"[\w.-]{8,64}", request_id):
            request_id = os.urandom(16).hex()
        response = get_response(request)
        response["x-request-id"] = request_id
        line = {
            "time": time.time(),
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "actor": getattr(request, "actor", None),
            "address": request.META["REMOTE_ADDR"],
            "request_id": request_id,
            "seconds": round(time.perf_counter() - started, 6),
        }
        log.info(json.dumps(line))
        return response

    return answer
