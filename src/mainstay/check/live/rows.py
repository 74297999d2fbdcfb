"""Rows that the probes make, each known by what it was made with, and tidied up afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mainstay.check.live.accounts import Accounts
from mainstay.check.live.answer import Answer
from mainstay.check.live.client import Client
from mainstay.check.live.collections import Collection
from mainstay.check.live.operations import Operation, Schema, properties
from mainstay.check.live.people import Person
from mainstay.check.live.samples import Samples
from mainstay.check.live.signing import PEOPLE

REFERENCE = re.compile(r"^(?P<word>\w+?)(_id|Id|_uuid|_pk|_slug)$")
KEYS = ("id", "_id", "uuid", "pk", "key", "slug", "code")
GONE = (200, 202, 204, 404, 410)
DEEPEST = 3
"""Rows that a row needs, which need rows."""


@dataclass(slots=True, eq=False)
class Row:
    """A row that was made: of which collection, by whom, with what, and what names it in a path."""

    collection: Collection
    owner: Person
    values: dict[str, Any]
    """The parameters of its path."""
    sent: Any
    answer: Answer
    mark: str
    """A text that stands in this row alone."""
    account: bool = False
    """Whether it is the account of its owner, which was made by signing up."""
    gone: bool = False

    @property
    def path(self) -> str:
        """Where it is."""
        return Operation("GET", self.collection.item).filled(self.values) or self.collection.path


@dataclass
class Rows:
    """Makes rows, and remembers them."""

    client: Client
    samples: Samples
    accounts: Accounts
    collections: list[Collection]
    made: list[Row] = field(default_factory=list)
    refused: dict[str, Answer] = field(default_factory=dict)
    """By collection, the last answer to somebody who wanted to make a row there and could not."""
    _kept: dict[tuple[str, str], Row | None] = field(default_factory=dict)

    def of(self, collection: Collection, owner: Person) -> Row | None:
        """A row of somebody's that is only read: made once; his account, where rows are accounts. None for none."""
        key = (collection.path, owner.name)
        if key not in self._kept or ((kept := self._kept[key]) is not None and kept.gone):
            self._kept[key] = self.make(collection, owner) or self.account(collection, owner)
        return self._kept[key]

    def make(
        self, collection: Collection, owner: Person, extra: dict[str, Any] | None = None, depth: int = 0
    ) -> Row | None:
        """A new row of somebody's, with more in its body where `extra` says so; None where none can be made."""
        create = collection.create
        if create is None or create.upload is not None or create is self.accounts.signing.up or depth > DEEPEST:
            return None
        if create is self.accounts.signing.into or create.is_harmful or create.is_hook:
            return None
        around = self._around(collection, owner, depth)
        path = create.filled(around) if around is not None else None
        if path is None:
            return None
        for only_required in (False, True):
            fresh = self.samples.name()
            body = self.body(create, owner, only_required=only_required, depth=depth)
            answer = self._sent(create, path, owner, _with(body, extra))
            if answer.went_well:
                row = self.made_by(collection, owner, around or {}, body, answer, fresh)
                if row is not None:
                    self.made.append(row)
                return row
            self.refused[collection.path] = answer
            if answer.status in (401, 404, 405, 429) or answer.status >= 500 or not answer.status:
                break
        return None

    def _sent(self, create: Operation, path: str, owner: Person, body: Any) -> Answer:
        if create.body is None and create.form is not None:
            return self.client.send(create.method, path, owner, form={key: str(value) for key, value in body.items()})
        return self.client.send(create.method, path, owner, body=body if create.bodies else None)

    def body(self, operation: Operation, owner: Person, *, only_required: bool = False, depth: int = 0) -> Any:
        """A body that an operation takes from somebody, with rows of his where it refers to some."""
        schema = operation.body or operation.form or {}

        def known(name: str, inner: Schema) -> Any:
            found = REFERENCE.match(name)
            if found is None or inner.get("type") in ("array", "object", "boolean"):
                return None
            return self._reference(found["word"], name, owner, depth)

        return self.samples.body(schema, known=known, only_required=only_required)

    def _reference(self, word: str, name: str, owner: Person, depth: int) -> Any:
        """The key of a row that a property named `recipe_id` refers to: one of the owner's, made for it."""
        for collection in self.collections:
            if _same_word(collection.word, word) and depth < DEEPEST and collection.item:
                row = self._kept.get((collection.path, owner.name)) or self.make(collection, owner, depth=depth + 1)
                row = row or self.account(collection, owner)
                if row is not None:
                    self._kept.setdefault((collection.path, owner.name), row)
                    suffix = name[len(word) :].lstrip("_").lower()
                    found = dict(flat(row.answer.json))
                    return found.get(suffix) or next(iter(row.values.values()), None)
        return None

    def _around(self, collection: Collection, owner: Person, depth: int) -> dict[str, Any] | None:
        """The parameters of the path of a collection itself: the rows that it is below."""
        names = re.findall(r"\{([^{}]+)\}", collection.path)
        if not names:
            return {}
        outer = [each for each in self.collections if each.item and collection.path.startswith(each.item + "/")]
        if not outer:
            return None
        parent = max(outer, key=lambda each: len(each.item))
        key = (parent.path, owner.name)
        row = self._kept.get(key) or self.make(parent, owner, depth=depth + 1) or self.account(parent, owner)
        if row is None:
            return None
        self._kept.setdefault(key, row)
        return row.values

    def made_by(
        self, collection: Collection, owner: Person, around: dict[str, Any], body: Any, answer: Answer, mark: str
    ) -> Row | None:
        told = {**dict(flat(body)), **dict(flat(answer.json))}
        marks = [str(each) for each in dict(flat(body)).values() if self.samples.mark in str(each)]
        row = Row(collection, owner, dict(around), body, answer, marks[0] if marks else mark)
        for name in collection.keys:
            value = key_of(name, collection, told, dict(flat(answer.json)))
            if value is None:
                value = self._located(collection, name, answer) or self._listed(collection, name, row)
            if value is None:
                return None
            row.values[name] = value
        return row

    def _located(self, collection: Collection, name: str, answer: Answer) -> str | None:
        """The key in the Location of an answer."""
        template = re.sub(
            r"\\\{([^{}]+)\\\}",
            lambda found: f"(?P<{re.sub(chr(92) + 'W', '_', found[1])}>[^/?#]+)",
            re.escape(collection.item),
        )
        found = re.search(template + r"(?:[?#]|$)", str(answer.headers.get("location", "")))
        return found[re.sub(r"\W", "_", name)] if found else None

    def _listed(self, collection: Collection, name: str, row: Row) -> Any:
        """The key in the list, where the row that was made is known by its mark."""
        path = collection.listed.filled(row.values) if collection.listed is not None else None
        if path is None:
            return None
        for each in listed(self.client.send("GET", path, row.owner).json):
            if row.mark in json.dumps(each):
                return key_of(name, collection, dict(flat(each)), dict(flat(each)))
        return None

    def account(self, collection: Collection, owner: Person) -> Row | None:
        """Somebody's account as a row, where the rows of a collection are accounts and his own is among them."""
        is_theirs = (
            PEOPLE.search(collection.path)
            or _same_word(collection.word, "profile")
            or _same_word(collection.word, "author")
        )
        read = collection.read
        if not owner.facts or not is_theirs or read is None:
            return None
        values: dict[str, Any] = {}
        for name in collection.keys:
            value = key_of(name, collection, owner.facts, owner.facts)
            if value is None:
                return None
            values[name] = value
        path = read.filled(values)
        if path is None:
            return None
        answer = self.client.send("GET", path, owner)
        login = str(owner.facts.get("username", ""))
        if not answer.went_well or not any(each in answer.text for each in owner.words()):
            return None
        return Row(collection, owner, values, None, answer, login, account=True)

    def remember(self, operation: Operation, owner: Person, body: Any, answer: Answer, like: Row | None = None) -> None:
        """Keeps a row that an answer shows to be made by the way, so that it is tidied up too."""
        for collection in self.collections:
            if collection.create is operation and answer.went_well and not operation.is_hook:
                around = like.values if like is not None else {}
                row = self.made_by(collection, owner, around, body, answer, self.samples.mark)
                if row is not None and (like is None or row.values != like.values):
                    self.made.append(row)

    def tidy(self, admin: Person | None = None) -> list[Row]:
        """Deletes what was made, the newest first, as its owner or as an administrator; answers what could not be."""
        left = []
        for row in reversed(self.made):
            delete = row.collection.delete
            path = delete.filled(row.values) if delete is not None else None
            if row.gone:
                continue
            row.owner.refresh()
            for who in (row.owner, admin):
                if path is not None and who is not None and not row.gone:
                    row.gone = self.client.send("DELETE", path, who).status in GONE
            if not row.gone:
                left.append(row)
        return left


def key_of(name: str, collection: Collection, told: dict[str, Any], answered: dict[str, Any]) -> Any:
    """The value of a parameter of a path among what is known of a row: by its name, or by one that keys have."""
    plain = {_plain(key): value for key, value in told.items() if isinstance(value, str | int)}
    if _plain(name) in plain:
        return plain[_plain(name)]
    found = REFERENCE.match(name)
    suffix = _plain(name[len(found["word"]) :]) if found else ""
    wanted = [suffix, *KEYS] if found or name in KEYS else [*KEYS]
    own = {_plain(key): value for key, value in answered.items() if isinstance(value, str | int)}
    return next((own[_plain(each)] for each in wanted if each and _plain(each) in own), None)


def flat(value: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The fields of an object and of the objects in it, inner ones first, so that outer ones win in a dict."""
    if isinstance(value, dict):
        for each in value.values():
            if isinstance(each, dict) and depth < 3:
                yield from flat(each, depth + 1)
        yield from ((str(name), each) for name, each in value.items() if not isinstance(each, dict | list))


def listed(told: Any) -> list[Any]:
    """The rows of a list, alone or in an envelope."""
    if isinstance(told, list):
        return told
    if isinstance(told, dict):
        lists = [each for each in told.values() if isinstance(each, list)]
        inner = [each for each in told.values() if isinstance(each, dict)]
        return max(lists, key=len) if lists else next((found for each in inner if (found := listed(each))), [])
    return []


def _with(body: Any, extra: dict[str, Any] | None) -> Any:
    if not extra or not isinstance(body, dict):
        return body
    inner = next(iter(body.values()), None) if len(body) == 1 else None
    return {next(iter(body)): {**inner, **extra}} if isinstance(inner, dict) else {**body, **extra}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _same_word(one: str, other: str) -> bool:
    """Whether two words are one, in the singular or the plural."""
    a, b = _plain(one), _plain(other)
    forms = {a, a.removesuffix("s"), a.removesuffix("es"), re.sub("ies$", "y", a)}
    return bool(b) and bool(forms & {b, b.removesuffix("s"), b.removesuffix("es"), re.sub("ies$", "y", b)})


def fields_of(schema: Schema | None) -> set[str]:
    """The names of the fields of a schema, those of objects in it included."""
    return {way[-1] for way, _ in properties(schema)}
