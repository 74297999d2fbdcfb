"""The session of an action: SQLAlchemy's, in a transaction that somebody else began and will end."""

from __future__ import annotations

from typing import Any, NoReturn

from sqlalchemy import event
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session

from mainstay.backing.databases.database import FILL

ENDS = "an action's transaction is committed when it returns and undone when it raises; for a part of it use {}"


class ActingSession(Session):
    """A session that neither commits nor rolls back, and loads nothing behind its user's back."""

    def commit(self) -> NoReturn:
        """Refused: the transaction ends with the action."""
        raise InvalidRequestError(ENDS.format("begin_nested()"))

    def rollback(self) -> NoReturn:
        """Refused: the transaction ends with the action."""
        raise InvalidRequestError(ENDS.format("begin_nested()"))

    def release(self) -> None:
        """Writes what waits and lets go of the connection, whose transaction goes on."""
        super().commit()


class AsyncActingSession(AsyncSession):
    """The same, awaited."""

    sync_session_class = ActingSession
    sync_session: ActingSession


def refuse_lazy_loading(state: ORMExecuteState) -> None:
    """Raises where an attribute would be loaded by being looked at: a statement for each row, and not awaited."""
    if state.is_select and state.lazy_loaded_from is not None and state.loader_strategy_path is not None:
        relation: Any = state.loader_strategy_path.path[-1]
        name = f"{relation.parent.class_.__name__}.{relation.key}"
        raise InvalidRequestError(f"{name} is not loaded; ask for it with its row: options(selectinload({name}))")


def fill(session: Session, *_: object) -> None:
    """Does to new and changed rows what whoever uses the session wants."""
    wanted = session.info.get(FILL)
    if wanted is not None:
        wanted(session)


event.listen(ActingSession, "do_orm_execute", refuse_lazy_loading)
event.listen(ActingSession, "before_flush", fill)
