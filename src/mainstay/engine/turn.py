"""One turn of an action: its rows found and checked, the code run, what it left behind written and answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from mainstay.actor import Actor
from mainstay.backing.databases.database import FILL, Command
from mainstay.engine.asked import Asked
from mainstay.engine.call import NOTHING, Answer, Call
from mainstay.engine.filling import Filling
from mainstay.engine.inside import Inside, at_once
from mainstay.engine.mistakes import nearest
from mainstay.engine.reading import Reader
from mainstay.engine.sql.statement import Clock, Inputs, Statement
from mainstay.engine.sql.write import Finding
from mainstay.engine.writing import Writer, as_text, broken
from mainstay.errors import NotFound
from mainstay.operation import Application, Resource
from mainstay.storage import Storage


class Means:
    """What every turn of every action can do: how rows are answered and written, how other operations are run."""

    def __init__(
        self,
        application: Application,
        storage: Storage,
        writers: Mapping[str, Writer],
        run: Callable[[Call, Inside, dt.datetime], Answer],
    ) -> None:
        self.application = application
        self.storage = storage
        self.readers: dict[str, Reader] = {}
        """By resource, what answers one row of it."""
        self.writers = writers
        """By operation."""
        self.run = run
        """Runs another operation in a transaction, its limits and its credentials apart."""
        versions = {resource.table: resource.version for resource in application.resources}
        self.fillings = {table.name: Filling(storage, table, versions.get(table.name)) for table in application.tables}
        """By table."""

    def resource_of(self, row: Any, own: Resource | None) -> Resource:
        """The resource of a row: the action's own, or the only one; LookupError where there is none or several."""
        table = sa.inspect(type(row)).local_table.name
        if own is not None and own.table == table:
            return own
        found = list(self.application.resources_of(table))
        if len(found) != 1:
            raise LookupError(f"{len(found)} resources show rows of {table}: write this one through call.session")
        return found[0]


class Turn:
    """One turn, without awaiting: on SQLite in the thread that writes, elsewhere in a greenlet."""

    def __init__(
        self,
        means: Means,
        own: Resource | None,
        session: Session,
        call: Call,
        now: dt.datetime,
        awaiting: AsyncSession | None = None,
    ) -> None:
        self.means = means
        self.own = own
        self.session = session
        self.inside = Inside(session, awaiting)
        self.call = call
        self.actor: Actor = call.actor
        self.now = now
        self.clock: Clock = lambda: now
        session.info[FILL] = self.fill

    def run(self, statement: Statement, inputs: Inputs) -> Sequence[Sequence[Any]]:
        """The rows of one of the engine's own statements."""
        self.call.statements += 1
        return self.inside.run(Command(statement.text, statement.values(inputs)))

    def found(
        self, finding: Finding, key: Sequence[Any], under: Sequence[Any] = ()
    ) -> tuple[Sequence[Any] | None, list[str]]:
        """A row, locked, and the names of the policies that are not true of it; None where there is none.

        `under` is what its parent has, to which it refers, where that stands in the path.
        """
        inputs = Inputs(self.actor, self.clock, key=key, under=under)
        rows = self.run(finding.statement, inputs)
        false = broken(finding, rows)
        if finding.again and rows and not false:
            rows = self.run(finding.statement, inputs)
            false = broken(finding, rows)
        return (rows[0] if rows else None), false

    def loaded(self, model: type[Any], key: Sequence[Any]) -> Any:
        """The row of a key, as the session knows it."""
        row = self.session.get(model, tuple(key) if len(key) > 1 else key[0])
        if row is None:
            raise NotFound
        return row

    def several(self, model: type[Any], keys: Iterable[Any], *, lock: bool = False) -> list[Any]:
        """The rows with these primary keys, as they are stored, in the order of the keys; NotFound where one is not.

        They are locked, where they are, in one order.
        """
        mapper: Any = sa.inspect(model)
        columns = mapper.primary_key
        wanted = [key if isinstance(key, tuple) else (key,) for key in keys]
        whole = sa.tuple_(*columns) if len(columns) > 1 else columns[0]
        among = whole.in_(wanted if len(columns) > 1 else [key for (key,) in wanted])
        select = sa.select(model).where(among).order_by(*columns)
        select = select.with_for_update() if lock else select
        rows = self.session.scalars(select, execution_options={"populate_existing": True}).all()
        found = {tuple(mapper.primary_key_from_instance(row)): row for row in rows}
        if any(key not in found for key in wanted):
            raise NotFound
        return [found[key] for key in wanted]

    # What the session does not do by itself

    def fill(self, session: Session) -> None:
        """Counts a row's version on, and sets what a new row has of the actor."""
        for row in session.dirty:
            table = self.filling_of(row)
            if table is not None and table[1].version is not None and session.is_modified(row):
                name = attribute_of(row, table[0].c[table[1].version])
                if not sa.inspect(row).attrs[name].history.has_changes():
                    setattr(row, name, (getattr(row, name) or 0) + 1)
        for row in session.new:
            table = self.filling_of(row)
            for column, value in table[1].actors.items() if table is not None else ():
                name = attribute_of(row, table[0].c[column])  # type: ignore[index]
                if getattr(row, name) is None:
                    setattr(row, name, value(self.actor))

    def filling_of(self, row: Any) -> tuple[sa.Table, Filling] | None:
        """The table of a row and how its columns are filled; None where the application does not know it."""
        name = sa.inspect(type(row)).local_table.name
        filling = self.means.fillings.get(name)
        return None if filling is None else (self.means.storage.tables[name], filling)

    # What an action may ask for

    def lock(self, model: type[Any], keys: Iterable[Any]) -> list[Any]:
        """Rows by their primary keys, locked in one order; NotFound where one is not there."""
        return self.several(model, keys, lock=True)

    def operation(self, name: str, key: Sequence[Any], body: Any, parameters: Mapping[str, Any]) -> Any:
        """What another operation answers, in JSON's own types."""
        try:
            operation = self.means.application.operation(name)
        except KeyError:
            known = [one.name for one in self.means.application.operations]
            raise LookupError(f"no operation is called {name}; {nearest(name, known)}") from None
        if operation.action == "opaque":
            raise LookupError(f"{name} is an endpoint of a router: call its function")
        if self.call.operation.method == "GET" != operation.method:
            raise LookupError(f"{self.call.operation.name} is a GET, which only reads, and {name} writes")
        call = Call(
            operation,
            key=[as_text(part) for part in key],
            parameters=[(parameter, as_text(value)) for parameter, value in parameters.items()],
            body=NOTHING if body is None else body,
            request_id=self.call.request_id,
            actor=self.actor,
        )
        try:
            return msgspec.json.decode(msgspec.json.encode(self.means.run(call, self.inside, self.now).data))
        finally:
            self.call.statements += call.statements
            self.call.within = (*self.call.within, name, *call.within)

    def save(self, row: Any) -> None:
        """Writes a row under the policies of its resource: of the old row, of what it refers to, of the new one."""
        state: Any = sa.inspect(row)
        new = not state.persistent
        resource = self.means.resource_of(row, self.own)
        writer = self.writer(resource, new)
        given = {
            attribute.columns[0].name
            for attribute in state.mapper.column_attrs
            if (attribute.key in state.dict if new else state.attrs[attribute.key].history.has_changes())
        }
        fields = writer.works.guards_of(given)
        finding = writer.works.find_shape(self.actor, fields, ())
        if not new:
            with self.session.no_autoflush:
                self.judge(writer, finding, row, old=True)
        for transitions in resource.transitions:
            if transitions.column in given:
                (after,) = lookup_of(row, [transitions.column])
                (before,) = [None] if new else lookup_of(row, [transitions.column], stored=True)
                writer.check_transitions({transitions.column: after}, {transitions.column: before})
        self.session.add(row)
        self.session.flush()
        for reference in writer.works.references:
            values = [getattr(row, attribute_of(row, state.mapper.local_table.c[name])) for name in reference.columns]
            if None not in values and given & set(reference.columns):
                statement = writer.works.check_shape(self.actor, reference)
                if not self.run(statement, Inputs(self.actor, self.clock, key=values)):
                    raise writer.refusals.not_found(reference)
        self.judge(writer, finding, row, old=False)

    def judge(self, writer: Writer, finding: Finding, row: Any, *, old: bool) -> None:
        """Raises what the caller is told where a policy is not true of the row as it is stored at the moment.

        An `old` row is found by what is stored of it, whatever has been set since.
        """
        key = lookup_of(row, writer.works.keys.columns, stored=old)
        parent = writer.works.parent
        under = () if parent is None else lookup_of(row, parent.columns, stored=old)
        connection = self.session.connection()
        self.call.statements += 1
        inputs = Inputs(self.actor, self.clock, key=key, under=under)
        rows = connection.exec_driver_sql(finding.statement.text, finding.statement.values(inputs)).all()
        false = broken(finding, rows)
        if old and (not rows or writer.resource.name in false):
            raise NotFound
        denied = [name for name in false if name != writer.resource.name]
        if denied:
            raise writer.refused(self.actor, denied)

    def writer(self, resource: Resource, new: bool) -> Writer:
        """What writes rows of a resource; LookupError where it has no such operation, and so no policy for it."""
        for name in ("create",) if new else ("update", "replace"):
            writer = self.means.writers.get(f"{resource.name}.{name}")
            if writer is not None:
                return writer
        what = "create" if new else "update"
        raise LookupError(f"{resource.name} has no {what}, whose policy could be asked: write through call.session")

    # What is answered

    def shown(self, resource: str, row: Any) -> Answer:
        """A row as its resource answers it; NotFound where the caller may not read it."""
        reader = self.means.readers[resource]
        asked = Asked(reader.questions.plain, reader.resource.order, reader.resource.paging.default)
        asked.key = lookup_of(row, reader.questions.keys.columns)
        return at_once(reader.one(self.call, asked, self.inside, self.clock))

    def listed(self, resource: str, rows: Sequence[Any]) -> list[Any]:
        """Rows as their resource answers them, without those that the caller may not read."""
        reader = self.means.readers[resource]
        keys = [lookup_of(row, reader.questions.keys.columns) for row in rows]
        return at_once(reader.several(self.call, keys, self.inside, self.clock)) if keys else []


def attribute_of(row: Any, column: Any) -> str:
    """What the attribute is called that holds a column of a row."""
    return str(sa.inspect(type(row)).get_property_by_column(column).key)


def lookup_of(row: Any, columns: Sequence[str], *, stored: bool = False) -> list[Any]:
    """The values of some columns of a row."""
    state: Any = sa.inspect(row)
    names = [attribute_of(row, state.mapper.local_table.c[name]) for name in columns]
    if not stored:
        return [getattr(row, name) for name in names]
    found = []
    for name in names:
        deleted = state.attrs[name].history.deleted
        found.append(deleted[0] if deleted else getattr(row, name))
    return found
