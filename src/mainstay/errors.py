"""Every error that a caller can be told, one class each.

    MainstayError
     ├── ValidationError          400  VALIDATION_ERROR
     │    ├── MalformedBody       400  MALFORMED_BODY
     │    └── InvalidCursor       400  INVALID_CURSOR
     ├── Unauthenticated          401  UNAUTHENTICATED
     ├── Forbidden                403  FORBIDDEN
     ├── NotFound                 404  NOT_FOUND
     ├── MethodNotAllowed         405  METHOD_NOT_ALLOWED
     ├── NotAcceptable            406  NOT_ACCEPTABLE
     ├── RequestTimeout           408  REQUEST_TIMEOUT
     ├── Conflict                 409  CONFLICT
     │    ├── Duplicate           409  DUPLICATE
     │    ├── InvalidTransition   409  INVALID_TRANSITION
     │    └── StillReferenced     409  STILL_REFERENCED
     ├── PreconditionFailed       412  PRECONDITION_FAILED
     ├── PayloadTooLarge          413  PAYLOAD_TOO_LARGE
     ├── UnsupportedMediaType     415  UNSUPPORTED_MEDIA_TYPE
     ├── RuleBroken               422  RULE_BROKEN
     │    ├── ReferenceNotFound   422  REFERENCE_NOT_FOUND
     │    ├── CheckFailed         422  CHECK_FAILED
     │    └── Refused             422  REFUSED
     ├── PreconditionRequired     428  PRECONDITION_REQUIRED
     ├── TooManyRequests          429  TOO_MANY_REQUESTS
     ├── InternalError            500  INTERNAL_ERROR
     └── Unavailable              503  UNAVAILABLE

The status is HTTP's (RFC 9110), which other protocols map to their own.  A message never holds
SQL, a host, a path of the machine or a row that the caller may not read.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec


class Detail(msgspec.Struct, frozen=True):
    """One thing wrong with one part of a call: where, what kind of wrong, and what would be right."""

    field: str
    code: str
    message: str


class MainstayError(Exception):
    """An answer that is a refusal: a stable code, a status, a sentence, and details by field."""

    code: ClassVar[str] = "INTERNAL_ERROR"
    status: ClassVar[int] = 500
    default: ClassVar[str] = "Something went wrong here; it has been recorded."

    def __init__(
        self,
        message: str | None = None,
        *,
        details: tuple[Detail, ...] = (),
        retry_after: int | None = None,
        allow: tuple[str, ...] = (),
    ) -> None:
        self.message = message or self.default
        self.details = details
        self.retry_after = retry_after
        """Seconds after which the same call may succeed; None where repeating it is no use."""
        self.allow = allow
        """Methods that the path does have, for `MethodNotAllowed`."""
        super().__init__(self.message)


class ValidationError(MainstayError):
    """The call has the wrong form: unknown names, wrong types, values out of range."""

    code = "VALIDATION_ERROR"
    status = 400
    default = "The request is not valid."


class MalformedBody(ValidationError):
    """The body is not one strict JSON value (RFC 8259, no duplicate keys)."""

    code = "MALFORMED_BODY"
    default = "The body is not valid JSON."


class InvalidCursor(ValidationError):
    """The cursor was not made here, or for another list or sort."""

    code = "INVALID_CURSOR"
    default = "The cursor does not belong to this list; start again without it."


class Unauthenticated(MainstayError):
    """Nobody is known to be calling, and somebody could be allowed to (RFC 9110, 15.5.2)."""

    code = "UNAUTHENTICATED"
    status = 401
    default = "Sign in to do this."


class Forbidden(MainstayError):
    """The caller is known and may not do this."""

    code = "FORBIDDEN"
    status = 403
    default = "You may not do this."


class NotFound(MainstayError):
    """There is no such thing, or the caller may not know that there is."""

    code = "NOT_FOUND"
    status = 404
    default = "There is nothing here."


class MethodNotAllowed(MainstayError):
    """The path exists, not with this method; `allow` has those it does have."""

    code = "METHOD_NOT_ALLOWED"
    status = 405
    default = "This path does not have that method."


class NotAcceptable(MainstayError):
    """None of the media types that the caller accepts can be answered."""

    code = "NOT_ACCEPTABLE"
    status = 406
    default = "This is answered as application/json."


class RequestTimeout(MainstayError):
    """The body did not arrive in time (RFC 9110, 15.5.9)."""

    code = "REQUEST_TIMEOUT"
    status = 408
    default = "The body did not arrive in time."


class Conflict(MainstayError):
    """What is there now does not let this happen."""

    code = "CONFLICT"
    status = 409
    default = "This conflicts with what is stored."


class Duplicate(Conflict):
    """A value that must be unique is taken; the details name the field."""

    code = "DUPLICATE"
    default = "This is taken."


class InvalidTransition(Conflict):
    """A choice cannot follow the one that is there now; the details name the field."""

    code = "INVALID_TRANSITION"
    default = "This cannot follow what is there now."


class StillReferenced(Conflict):
    """The row cannot go while others refer to it."""

    code = "STILL_REFERENCED"
    default = "Other things still refer to this."


class PreconditionFailed(MainstayError):
    """If-Match or If-None-Match does not hold: the row has changed since it was read."""

    code = "PRECONDITION_FAILED"
    status = 412
    default = "This has changed since you read it; read it again."


class PayloadTooLarge(MainstayError):
    """The body is longer than the limit."""

    code = "PAYLOAD_TOO_LARGE"
    status = 413
    default = "The body is too large."


class UnsupportedMediaType(MainstayError):
    """The body is of a type that this operation does not take."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415
    default = "Send application/json."


class RuleBroken(MainstayError):
    """The call is well formed and breaks a business rule."""

    code = "RULE_BROKEN"
    status = 422
    default = "A rule does not allow this."


class ReferenceNotFound(RuleBroken):
    """A field refers to something that does not exist, or that the caller may not read."""

    code = "REFERENCE_NOT_FOUND"
    default = "This refers to something that does not exist."


class CheckFailed(RuleBroken):
    """A CHECK constraint of the database refused the row."""

    code = "CHECK_FAILED"
    default = "A rule of the data does not allow this."


class Refused(RuleBroken):
    """A business rule of the application's own refuses the call, under a code of its own."""

    code = "REFUSED"

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        """`code` is stable and for programs, such as `RECIPE_EMPTY`; `field` is what of the call is wrong."""
        super().__init__(message, details=() if field is None else (Detail(field, code.lower(), message),))
        self.code = code  # type: ignore[misc]


class PreconditionRequired(MainstayError):
    """The resource is only changed by those who say which version they read (RFC 6585)."""

    code = "PRECONDITION_REQUIRED"
    status = 428
    default = "Send If-Match with the ETag that you read."


class TooManyRequests(MainstayError):
    """A limit is used up; `retry_after` says when it is not."""

    code = "TOO_MANY_REQUESTS"
    status = 429
    default = "Too many requests; wait and try again."


class InternalError(MainstayError):
    """Something unforeseen; the log has it under the request's id."""


class Unavailable(MainstayError):
    """A part that is needed cannot answer now; `retry_after` says when to try again."""

    code = "UNAVAILABLE"
    status = 503
    default = "This cannot be answered right now; try again."
