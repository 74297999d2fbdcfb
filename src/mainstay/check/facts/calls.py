"""Facts about what a function calls."""

from __future__ import annotations

from dataclasses import dataclass

from mainstay.check.facts.fact import Fact
from mainstay.check.flow.value import Trace
from mainstay.check.source import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Query(Fact):
    """A statement for a database.

    `table` is the name it is about, where that can be seen; `columns` those that its condition names;
    `caller` tells that the condition, or what is written, names the caller; `own_transaction` that it is committed
    by itself.
    """

    action: str
    """read, insert, update, delete, or other."""
    table: str = ""
    columns: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()
    many: bool = False
    bounded: bool = False
    by_input: Trace | None = None
    caller: bool = False
    loop: Place | None = None
    transaction: Place | None = None
    locked: bool = False
    own_transaction: bool = False
    text: str = ""
    raw: bool = False
    """A plain text given to `execute` of what may be SQLAlchemy; `known` tells that it is."""
    known: bool = False
    result: int = 0
    """Tells the query apart by what it answers; `Use` names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit(Fact):
    """The end of a transaction, said by the program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sink(Fact):
    """Text of the caller where text may do harm: `purpose` says which (sql, shell, path, url, ...)."""

    purpose: str
    call: str
    trace: Trace
    sure: bool = True
    """Whether harm is to be seen; else only that there may be some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingCall(Fact):
    """A call of another service: its time-out, whether it may be repeated, and what it stands in."""

    call: str
    client: str = "http"
    """http, or payment, mail, queue where the name says so."""
    known: bool = True
    """Whether the library is known, and not only guessed from a name."""
    timeout: bool = False
    idempotent: bool = False
    key: bool = False
    """Whether an idempotency key is sent."""
    breaker: bool = False
    transaction: Place | None = None
    loop: Place | None = None
    unbounded: bool = True
    """Whether the library waits for ever, or very long, unless told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry(Fact):
    """A function that is repeated when it fails; `selective` where it says on which errors."""

    selective: bool
    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockingCall(Fact):
    """A call that holds up the event loop, in an async function."""

    call: str
    instead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheUse(Fact):
    """A use of a cache: get, set, delete, or the function that makes the key.

    `unstable` says why the key differs from process to process; `pattern` is the key, with {} for what varies.
    """

    action: str
    pattern: str = ""
    unstable: str = ""
    literal_dots: bool = False
    caller: bool = False
    locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCall(Fact):
    """A line for a log: secrets in it, by name, and the caller's text in it."""

    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect(Fact):
    """Something done outside of the database that cannot be taken back: mail, a queue, a webhook."""

    kind: str
    call: str
    transaction: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSize(Fact):
    """A number of rows that the caller chooses."""

    name: str
    trace: Trace
