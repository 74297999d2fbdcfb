"""`@action`: business logic on one row, on many or on none, as an operation of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Literal, TypeVar

import msgspec

from mainstay.declare.policy import Policy
from mainstay.declare.wire import Wire

F = TypeVar("F", bound=Callable[..., Any])

MARK = "__mainstay_action__"
"""The attribute of a function that is an action."""

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class Action(msgspec.Struct, frozen=True, eq=False):
    """How a function is exposed."""

    allow: Policy
    method: Method
    path: str | None
    status: int | None
    transaction: bool
    timeout: float
    limit: str | None
    shared: str = ""
    """The name under which actions use up one limit together, whoever calls."""


class Actions:
    """Actions that are about no rows of their own: `class SignIn(Actions)`.

    A resource is one too, with the operations on its rows besides.
    """

    name: ClassVar[str | None] = None
    """What stands before the dot in the names of its operations; in paths with hyphens."""
    path: ClassVar[str | None] = None
    """The path behind the prefix, `/sign-in` for the name `sign_in`."""
    title: ClassVar[str | None] = None
    """What one of the things is called that it answers, `Recipe`; a resource's model, or the class, unless said."""
    wire: ClassVar[Wire | None] = None
    """What of the application's `Wire` is otherwise here: its `one`, `many`, `body` and `pages`."""


def action(
    *,
    allow: Policy,
    method: Method = "POST",
    path: str | None = None,
    status: int | None = None,
    transaction: bool = True,
    timeout: float = 5.0,
    limit: str | None = None,
) -> Callable[[F], F]:
    """Makes a method of a resource, or of `Actions`, an operation.

    Its signature is its contract.  An argument of the resource's model is the row that the path names, read and
    checked inside the transaction: 404 where the caller may not read it, 403 where `allow` is false of it.  An
    argument of the type `Call` (`SyncCall` in a `def`) is the call.  Every other one is given by the caller, in
    the path where `path` names it in braces, in the query of a GET or DELETE, else as a member of the JSON body;
    a pydantic model that is alone there is the whole body.  Its docstring is its description.

    It answers the row of a resource as that resource does, or what its return type says; None is 204.

    `path` stands behind that of the row, or of the resource where there is no row: the function's name with hyphens
    unless given.  With `transaction` off it may wait for the outside, and opens `call.transaction()` around what
    writes; it is an `async def` then.  `timeout` is how many seconds its transaction may take before it is undone
    (503); `limit` is `"10/minute"`.  What a GET does can only read.
    """

    def mark(function: F) -> F:
        setattr(function, MARK, Action(allow, method, path, status, transaction, timeout, limit))
        return function

    return mark
