"""The running API as a probe sees it: what it offers, who can ask, what was made in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mainstay.check.live.accounts import Accounts
from mainstay.check.live.answer import Answer
from mainstay.check.live.client import Client
from mainstay.check.live.collections import Collection
from mainstay.check.live.document import Document
from mainstay.check.live.operations import Operation
from mainstay.check.live.people import NOBODY, Person
from mainstay.check.live.rows import Row, Rows
from mainstay.check.live.samples import Samples
from mainstay.check.live.settings import LiveSettings


@dataclass(slots=True)
class Service:
    """What a probe is given."""

    client: Client
    document: Document
    samples: Samples
    accounts: Accounts
    rows: Rows
    settings: LiveSettings
    people: list[Person]
    """Who can ask, besides nobody: two who are strangers to one another, where there are two."""
    admin: Person | None = None
    sourced: tuple[Operation, ...] = ()
    """The operations that the source has, where it is known."""
    notes: list[str] = field(default_factory=list)
    """What could not be asked, and why."""
    remembered: dict[str, Any] = field(default_factory=dict)
    """What one probe found out and another needs too, by its name."""

    @property
    def operations(self) -> list[Operation]:
        """What is asked: without what the settings skip."""
        return [each for each in self.document.operations if str(each) not in self.settings.skip]

    @property
    def collections(self) -> list[Collection]:
        """Where there are rows."""
        return self.rows.collections

    @property
    def asker(self) -> Person:
        """Somebody who is signed in, or nobody where nobody can be."""
        return self.people[0] if self.people else NOBODY

    @property
    def pair(self) -> tuple[Person, Person] | None:
        """Two strangers."""
        return (self.people[0], self.people[1]) if len(self.people) > 1 else None

    def is_public(self, operation: Operation) -> bool:
        """Whether the settings say that it is meant for everybody."""
        return str(operation) in self.settings.public

    def newcomer(self, name: str) -> Person | None:
        """A new account, for what may harm it; None where none can be made."""
        return self.accounts.newcomer(name)

    @property
    def spare(self) -> Person | None:
        """An account that may be harmed a little, made once: a wrong password, another address. None for none."""
        if "spare" not in self.remembered:
            self.remembered["spare"] = self.newcomer("erin")
        person: Person | None = self.remembered["spare"]
        if person is not None:
            person.refresh()
        return person

    def may(self, operation: Operation, who: Person) -> bool:
        """Whether an operation that changes something may be asked as somebody without harm to what was there before.

        As whom the probes signed up, all that is not called harmful; as another, only what makes rows and what changes
        rows that were made, never what may change the account.
        """
        if operation.is_harmful or str(operation) in self.settings.skip:
            return False
        if who.made:
            return True
        if not operation.names:
            return any(each.create is operation for each in self.collections)
        row = self.row_for(operation, who)
        return row is not None and not row.account

    def readable(self) -> list[tuple[Operation, str]]:
        """What somebody who is signed in can read without harm, with the path: lists, his rows, what has no rows."""
        out: list[tuple[Operation, str]] = []
        for operation in self.operations:
            if operation.method != "GET" or operation.is_harmful:
                continue
            path = self.path_of(operation, self.asker)
            if path is not None:
                out.append((operation, path))
        return out

    def path_of(self, operation: Operation, owner: Person) -> str | None:
        """The path of an operation on a row of somebody's; None where he has no such row."""
        if not operation.names:
            return operation.path
        row = self.row_for(operation, owner)
        return operation.filled(row.values) if row is not None else None

    def row_for(self, operation: Operation, owner: Person) -> Row | None:
        """A row of somebody's that an operation is about."""
        for collection in sorted(self.collections, key=lambda each: -len(each.item)):
            if collection.item and (operation.path + "/").startswith(collection.item + "/"):
                return self.rows.of(collection, owner)
        return None

    def operation_of(self, answer: Answer) -> Operation | None:
        """The operation that an answer is of, by the shape of the path that was asked."""
        path = answer.request.path.partition("?")[0]
        fits = [each for each in self.operations if each.method == answer.request.method and each.fits(path)]
        return min(fits, key=lambda each: len(each.names), default=None)

    def answered(self) -> dict[str, list[Answer]]:
        """What each operation has answered so far."""
        out: dict[str, list[Answer]] = {}
        for answer in self.client.journal:
            operation = self.operation_of(answer)
            if operation is not None:
                out.setdefault(str(operation), []).append(answer)
        return out

    def send(self, operation: Operation, path: str, who: Person, *, body: object = None) -> Answer:
        """Asks an operation, with a sample of what it takes where no body is given."""
        if body is None and operation.changes and (operation.body or operation.form):
            body = self.rows.body(operation, who)
        if operation.body is None and operation.form is not None and isinstance(body, dict):
            form = {key: str(value) for key, value in body.items()}
            return self.client.send(operation.method, path, who, form=form)
        return self.client.send(operation.method, path, who, body=body)
