"""Behaviour: code of the user's behind an operation, and what that code is given."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any, TypeVar

import msgspec
import pydantic
from annotated_types import Len
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from mainstay.actor import Actor
from mainstay.kinds import Kind

M = TypeVar("M")

MOST_ROWS = 100
"""Keys that a call of an action on many rows may list."""


class Calling(msgspec.Struct, frozen=True):
    """Who calls an operation, when, and under which id."""

    actor: Actor
    now: dt.datetime
    request_id: str


class Call(ABC):
    """What an `async def` action is given: who calls, its session, and the engine's own ways to rows.

    The session stands in the action's transaction, which is committed when the action returns and undone
    when it raises.  Rows written through the session are trusted code: no policy is asked but the
    action's; `save` asks the resource's.
    """

    actor: Actor
    """Who calls."""
    now: dt.datetime
    """When the call began, which is the `now()` of its policies."""
    request_id: str
    """The id of the request, as the log has it."""

    @property
    @abstractmethod
    def session(self) -> AsyncSession:
        """The session of the action's transaction."""

    @abstractmethod
    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A transaction of an `@action(transaction=False)`: committed at the end of its block, undone by an exception.

        The action's rows are locked in it, asked for their policies again, and read anew.
        """

    @abstractmethod
    async def lock(self, model: type[M], keys: Iterable[Any]) -> list[M]:
        """The rows with these primary keys, in the order of the keys, locked until the transaction ends.

        They are locked in one order, whatever that of the keys, so that two calls never wait for each other.
        Raises NotFound where one is not there.  No policy is asked.
        """

    @abstractmethod
    async def operation(self, name: str, *key: Any, body: Any = None, **parameters: Any) -> Any:
        """The data that another operation answers, called by the same actor under its policies, in this transaction.

        It may be an action, or have rules and code around it, but no transactions of its own.  `key` stands in its
        path, `body` is JSON's own types.  Raises what it is refused with; what it did is undone then, and only that.
        """

    @abstractmethod
    async def save(self, row: Any) -> None:
        """Writes a row under the policies of its resource, as a call of create or update by this actor would.

        Raises what such a call is refused with: Forbidden, Unauthenticated, NotFound.
        """

    @abstractmethod
    def keep(self, value: str, seconds: int) -> None:
        """Gives the caller a credential to keep so long, which a browser does in a cookie that no script reads.

        The application's identity is shown it with each later call.  An empty one takes it away.  Raises Forbidden
        where the caller keeps nothing, as a program does not, and no page of another site may.
        """

    async def carry_out(self, values: Mapping[str, Any] | None = None) -> Any:
        """Inside `on_create`, `on_update` and `on_delete`: what `super()` does, which is the operation as it would be.

        `values` are set in place of those that the call gives.  Gives the row; None of one that is deleted.
        """
        raise RuntimeError("only on_create, on_update and on_delete carry out a write")


class SyncCall(ABC):
    """What a `def` action is given: the same as a `Call`, without awaiting."""

    actor: Actor
    """Who calls."""
    now: dt.datetime
    """When the call began, which is the `now()` of its policies."""
    request_id: str
    """The id of the request, as the log has it."""

    @property
    @abstractmethod
    def session(self) -> Session:
        """The session of the action's transaction."""

    @abstractmethod
    def lock(self, model: type[M], keys: Iterable[Any]) -> list[M]:
        """The rows with these primary keys, in the order of the keys, locked until the transaction ends."""

    @abstractmethod
    def operation(self, name: str, *key: Any, body: Any = None, **parameters: Any) -> Any:
        """The data that another operation answers, called by the same actor under its policies, in this transaction.

        Raises LookupError where it awaits code of its own, as a `def` cannot.
        """

    @abstractmethod
    def save(self, row: Any) -> None:
        """Writes a row under the policies of its resource, as a call of create or update by this actor would."""

    @abstractmethod
    def keep(self, value: str, seconds: int) -> None:
        """Gives the caller a credential to keep so long; see `Call.keep`."""


class Value(msgspec.Struct, frozen=True):
    """An argument that the caller gives: the type that it is validated with, and what stands where it is left out."""

    name: str
    """What callers call it."""
    annotation: Any
    default: Any
    kind: Kind | None
    """Its kind, where it has one: what reads it out of a path or a query."""
    words: str = ""
    """What its author says of it."""
    examples: tuple[Any, ...] = ()
    """What its author shows of it."""

    @property
    def is_required(self) -> bool:
        """Whether the caller must give it."""
        return self.default is ...


class Code(msgspec.Struct, frozen=True):
    """The function behind an action, and which of its arguments is what."""

    function: Callable[..., Any]
    awaits: bool
    """Whether it is an `async def`."""
    values: Mapping[str, Value]
    call: str | None = None
    """The argument that is the call."""
    row: str | None = None
    """The argument that is the row, or the list of rows."""
    model: type[Any] | None = None
    """What the rows are."""
    answer: pydantic.TypeAdapter[Any] | None = None
    """How what it returns is written, where that is no row."""


class Minded(msgspec.Struct, frozen=True):
    """What is around a write operation: rules that it must keep, and the method that does it, where one does."""

    model: type[Any]
    rules: tuple[Callable[..., Any], ...]
    hook: Callable[..., Any] | None


def keys_type(names: Sequence[str], annotations: Sequence[Any]) -> Any:
    """The type of a list of keys: of values where a key is one, else of objects with a member for each part."""
    if len(names) == 1:
        return Annotated[list[annotations[0]], Len(1, MOST_ROWS)]  # type: ignore[valid-type]
    parts: dict[str, Any] = {name: (annotation, ...) for name, annotation in zip(names, annotations, strict=True)}
    one = pydantic.create_model("Key", __config__=pydantic.ConfigDict(extra="forbid"), **parts)
    return Annotated[list[one], Len(1, MOST_ROWS)]  # type: ignore[valid-type]
