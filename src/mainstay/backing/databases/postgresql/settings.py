"""What can be set on a PostgreSQL database."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The options of `connect`; every time is in seconds."""

    size: int = 20
    """Connections that are kept."""

    overflow: int = 10
    """Connections beyond `size` that may be opened while all are used."""

    keep: float = 10.0
    """How long a connection beyond `size` stays idle before it is closed: opening one costs as much as fifty reads."""

    wait: float = 30.0
    """How long a call waits for a connection before it is refused."""

    recycle: float = 3600.0
    """The age at which a connection is replaced when it is given back."""

    connect_timeout: float = 5.0
    """How long connecting may take."""

    statement_timeout: float = 5.0
    """How long the server works on one statement."""

    lock_timeout: float = 2.0
    """How long a statement waits for a lock."""

    idle_in_transaction_timeout: float = 10.0
    """How long a transaction may wait for its next statement."""

    close_timeout: float = 10.0
    """How long closing waits for running calls before it cuts them."""

    statements: int = 512
    """Prepared statements that each connection keeps."""

    prepared: bool = True
    """False behind a pooler such as PgBouncer, where a session's statements and settings are not one's own:
    then no statement has a name, and the time-outs are set in each transaction that writes."""

    def session(self) -> dict[str, str]:
        """The session's settings, sent while connecting."""
        settings = {"application_name": "mainstay", "TimeZone": "UTC"}
        if self.prepared:
            settings |= self.timeouts()
            settings["idle_in_transaction_session_timeout"] = milliseconds(self.idle_in_transaction_timeout)
        return settings

    def timeouts(self) -> dict[str, str]:
        """The server's limits on one statement."""
        return {
            "statement_timeout": milliseconds(self.statement_timeout),
            "lock_timeout": milliseconds(self.lock_timeout),
        }

    def patience(self) -> float:
        """How long the client waits for an answer: past the server's own limit, for a server that is gone silently."""
        return self.statement_timeout + (2.0 if self.prepared else 0.0)


def milliseconds(seconds: float) -> str:
    """A time as PostgreSQL's settings are written."""
    return str(max(1, round(seconds * 1000)))
