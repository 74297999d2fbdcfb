"""What the database's constraints mean to a caller: which field is taken, missing or not allowed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mainstay.backing.databases.database import (
    CheckViolation,
    ForeignKeyViolation,
    IntegrityFailure,
    NotNullViolation,
    UniqueViolation,
)
from mainstay.errors import (
    CheckFailed,
    Detail,
    Duplicate,
    InvalidTransition,
    MainstayError,
    ReferenceNotFound,
    RuleBroken,
    StillReferenced,
)
from mainstay.operation import Resource, Transitions
from mainstay.tables import Reference, Table


class Refusals:
    """The constraints of one resource's table in the words of its fields."""

    def __init__(self, table: Table, resource: Resource) -> None:
        self.table = table
        self.field_of = {field.column: field.name for field in resource.fields}

    def explained(self, failure: IntegrityFailure, missing: Reference | None) -> MainstayError:
        """A constraint's refusal of a row as the caller is told it; `missing` is a reference to what is not there."""
        own = failure.table in (None, self.table.name)
        if isinstance(failure, UniqueViolation):
            return Duplicate(details=self.details(self.unique_columns(failure) if own else (), "duplicate", "is taken"))
        if isinstance(failure, ForeignKeyViolation):
            return StillReferenced() if missing is None else self.not_found(missing)
        words = "must be given" if isinstance(failure, NotNullViolation) else "is not a value that the data allow"
        return CheckFailed(details=self.details(self.checked_columns(failure) if own else (), "check_failed", words))

    def placed(self, failure: IntegrityFailure, path: str) -> MainstayError:
        """A constraint's refusal of a row that stands at `path` in a body."""
        error = self.explained(failure, self.reference_of(failure))
        words = {"DUPLICATE": "is taken", "CHECK_FAILED": "is not what the data allow"}
        told = error.details or (Detail("", error.code.lower(), words.get(error.code, error.message)),)
        return type(error)(details=below(path, told))

    def reference_of(self, failure: IntegrityFailure) -> Reference | None:
        """The reference of this table that refused, where the database names it or there is only one."""
        if not isinstance(failure, ForeignKeyViolation) or failure.table not in (None, self.table.name):
            return None
        own = self.table.references
        return next((one for one in own if one.name and one.name == failure.constraint), own[0] if own else None)

    def not_found(self, reference: Reference) -> ReferenceNotFound:
        """The row that a reference means is not there, or the caller may not know that it is."""
        words = "refers to something that does not exist"
        details = (Detail(self.field_of.get(column, column), "not_found", words) for column in reference.columns)
        return ReferenceNotFound(details=tuple(details))

    def circle(self, column: str) -> RuleBroken:
        """A reference would make the row its own ancestor."""
        detail = Detail(self.field_of.get(column, column), "circle", "would make this its own ancestor")
        return RuleBroken(details=(detail,))

    def cannot_follow(self, transitions: Transitions, before: str | None, after: str | None) -> InvalidTransition:
        """A choice cannot follow the one that is there now."""
        can = dict(transitions.steps).get(before, ())
        then = f"can only become {' or '.join(can)}" if can else "does not change any more"
        words = f"cannot begin as {after}, only as {' or '.join(can)}" if before is None else f"is {before} and {then}"
        name = self.field_of.get(transitions.column, transitions.column)
        return InvalidTransition(details=(Detail(name, "invalid_transition", words),))

    def unique_columns(self, failure: IntegrityFailure) -> Sequence[str]:
        """The columns of the unique constraint that refused."""
        for columns, name in zip(self.table.unique, self.table.unique_names, strict=True):
            if name and name == failure.constraint:
                return columns
        if failure.constraint == f"pk_{self.table.name}":
            return self.table.key
        return failure.columns

    def checked_columns(self, failure: IntegrityFailure) -> Sequence[str]:
        """The columns of the CHECK or NOT NULL that refused, where it is of one field."""
        if isinstance(failure, CheckViolation) and failure.constraint and not failure.columns:
            return (failure.constraint.removeprefix(f"ck_{self.table.name}_"),)
        return failure.columns

    def details(self, columns: Sequence[str], code: str, message: str) -> tuple[Detail, ...]:
        """One detail for each field that is kept in one of the columns."""
        return tuple(self.told(columns, code, message))

    def told(self, columns: Sequence[str], code: str, message: str) -> Iterator[Detail]:
        """The details one by one."""
        for column in columns:
            if column in self.field_of:
                yield Detail(self.field_of[column], code, message)


def below(path: str, details: tuple[Detail, ...]) -> tuple[Detail, ...]:
    """Details of an object that stands at `path` in a body."""
    return tuple(
        Detail(f"{path}.{detail.field}" if detail.field else path, detail.code, detail.message) for detail in details
    )
