"""What the guarded list has besides: a token and a limit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import jwt
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.throttling import BaseThrottle

from benchmarks.contenders.access import allowed
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
