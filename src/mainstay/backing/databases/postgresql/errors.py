"""What PostgreSQL's errors mean: a constraint that refuses, a server that cannot answer now, or a fault of ours."""

from __future__ import annotations

import re
from typing import NoReturn

import asyncpg

from mainstay.backing.databases.database import (
    CheckViolation,
    ForeignKeyViolation,
    IntegrityFailure,
    NotNullViolation,
    UniqueViolation,
)
from mainstay.errors import Unavailable

VIOLATIONS: dict[type[BaseException], type[IntegrityFailure]] = {
    asyncpg.UniqueViolationError: UniqueViolation,
    asyncpg.ExclusionViolationError: UniqueViolation,
    asyncpg.ForeignKeyViolationError: ForeignKeyViolation,
    asyncpg.RestrictViolationError: ForeignKeyViolation,
    asyncpg.CheckViolationError: CheckViolation,
    asyncpg.NotNullViolationError: NotNullViolation,
    asyncpg.NumericValueOutOfRangeError: CheckViolation,
}

LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.IdleSessionTimeoutError,
    asyncpg.TransactionTimeoutError,
    asyncpg.InternalClientError,  # a server that shuts down breaks the order of the protocol
    OSError,
)
"""After these the connection is of no use."""

UNAVAILABLE = (
    *LOST,
    asyncpg.OperatorInterventionError,  # a statement time-out is one
    asyncpg.LockNotAvailableError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby that has not yet been promoted
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
)
"""The same call may succeed later."""

REPEATABLE = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
"""The transaction is undone and may well succeed at once when it runs again."""

STALE = (
    asyncpg.InvalidCachedStatementError,
    asyncpg.OutdatedSchemaCacheError,
    asyncpg.InvalidSQLStatementNameError,
)
"""The statement was prepared for a schema or a session that is no longer there."""


def lost(error: BaseException, raw: asyncpg.Connection) -> bool:
    """Whether the connection is gone, or in a state that nobody knows."""
    return raw.is_closed() or isinstance(error, LOST) or not isinstance(error, Exception)


def translated(error: BaseException, *, closed: bool = False) -> BaseException:
    """The error of the port that `error` means, caused by it; `error` itself where it means a fault.

    `closed` says that the connection is: asyncpg then complains about how it is used.
    """
    violation = VIOLATIONS.get(type(error))
    meaning: Exception
    if violation is not None and isinstance(error, asyncpg.PostgresError):
        meaning = violation(constraint=error.constraint_name, table=error.table_name, columns=columns(error))
    elif isinstance(error, asyncpg.DataError) and isinstance(error.__cause__, OverflowError):
        meaning = CheckViolation()  # asyncpg itself refuses a number that has too many bits
    elif isinstance(error, UNAVAILABLE) or (closed and isinstance(error, asyncpg.InterfaceError)):
        meaning = Unavailable(retry_after=1)
    else:
        return error
    meaning.__cause__ = error
    return meaning


def fail(error: BaseException, *, closed: bool = False) -> NoReturn:
    """Raises what `error` means, caused by it."""
    raise translated(error, closed=closed)


def columns(error: asyncpg.PostgresError) -> tuple[str, ...]:
    """The columns that the server names: `Key (team, lower(name))=(..) already exists.`, never their values."""
    if error.column_name:
        return (error.column_name,)
    key = re.match(r"\w+ \((.*?)\)=\(", error.detail or "")
    return tuple(part.strip().strip('"') for part in key[1].split(", ")) if key else ()
