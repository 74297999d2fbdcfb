"""What the tables make of a row that is written: defaults, and what must be unique, there, or referred to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mainstay.operation import Application, Resource
from mainstay.proofs.access.cells import Row
from mainstay.proofs.access.personas import Persona
from mainstay.proofs.access.rows import Generated
from mainstay.storage import Storage

Tables = Mapping[str, Sequence[Row]]


class Constraints:
    """The tables of an application with generated rows."""

    def __init__(self, application: Application, storage: Storage, generated: Generated) -> None:
        self.application = application
        self.storage = storage
        self.generated = generated

    def new_row(self, resource: Resource, given: Row, persona: Persona) -> dict[str, Any]:
        """The row that a create would leave, with what nobody gives as it will be or as good as that."""
        row: dict[str, Any] = {}
        for column in self.application.table(resource.table).columns:
            kind = self.storage.kind(resource.table, column.name)
            maker = self.storage.defaults.get((resource.table, column.name))
            if column.name in given:
                row[column.name] = given[column.name]
            elif column.default is not None and column.default.startswith("actor."):
                row[column.name] = persona.actor.value(column.default.removeprefix("actor."))
            elif maker is not None:
                row[column.name] = maker()
            elif column.default is not None and column.default.startswith("slug."):
                row[column.name] = "a-slug-that-no-other-row-has"
            elif column.default == "database":
                row[column.name] = (
                    self.generated.now if kind.name == "moment" else 2**40 if "integer" in kind.name else None
                )
            else:
                row[column.name] = None
        return row

    def must_have(self, resource: Resource, new: Row) -> Iterable[Any]:
        """The columns that cannot be null and that the database does not fill."""
        for column in self.application.table(resource.table).columns:
            if not column.nullable and column.default != "database" and column.name in new:
                yield column

    def collides(self, resource: Resource, new: Row, old: Row | None) -> bool:
        """Whether another row has what must be unique."""
        table = self.application.table(resource.table)
        for columns in (table.key, *table.unique):
            values = [new[name] for name in columns]
            if None not in values:
                for row in self.generated.rows[resource.table]:
                    if row is not old and [row[name] for name in columns] == values:
                        return True
        return False

    def with_row(self, resource: Resource, new: Row, old: Row | None) -> Tables:
        """The tables with a row in place of another."""
        rows = [row for row in self.generated.rows[resource.table] if row is not old]
        return {**self.generated.rows, resource.table: [*rows, new]}

    def is_referenced(self, table: str, row: Row) -> bool:
        """Whether any row refers to this one, so that the database may not let it go."""
        for other in self.application.tables:
            for reference in other.references:
                if reference.table == table:
                    pairs = list(zip(reference.columns, reference.target, strict=True))
                    if any(
                        all(item[own] == row[there] for own, there in pairs) for item in self.generated.rows[other.name]
                    ):
                        return True
        return False

    def has_checks(self, table: str) -> bool:
        """Whether the table has CHECKs besides those of its kinds, of which the oracle knows nothing."""
        names = {column.name for column in self.application.table(table).columns}
        constraints = self.storage.tables[table].constraints
        checks = [item for item in constraints if type(item).__name__ == "CheckConstraint"]
        return any(str(item.name).removeprefix(f"ck_{table}_") not in names for item in checks)
