"""What the guarded list has besides: a token, a limit, an id for each request and one line about it."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import jwt
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.throttling import BaseThrottle

from benchmarks.contenders.access import allowed, log
from benchmarks.tokens import SECRET


class Caller:
    """Who is calling."""

    is_authenticated = True

    def __init__(self, id: UUID) -> None:
        self.id = id


class Bearer(BaseAuthentication):
    """Takes the benchmark's tokens."""

    def authenticate(self, request: Any) -> tuple[Caller, None] | None:
        """Who is calling; nobody where nothing is shown."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer":
            return None
        try:
            claims = jwt.decode(token, SECRET, algorithms=["HS256"])
            caller = Caller(UUID(claims["sub"]))
        except (jwt.InvalidTokenError, KeyError, ValueError) as error:
            raise AuthenticationFailed from error
        request._request.actor = claims["sub"]
        return caller, None

    def authenticate_header(self, request: Any) -> str:
        """What a caller without a token is told: 401, not 403."""
        return "Bearer"


class Throttle(BaseThrottle):
    """Counts the calls of each caller, without the list of moments that DRF's own throttles keep for each."""

    def allow_request(self, request: Any, view: Any) -> bool:
        """Whether there is one left."""
        return allowed(request.user.id)


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
