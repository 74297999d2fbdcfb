"""What a call asks for, read from its parameters: every mistake in them is told at once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import msgspec

from mainstay.engine.call import Call
from mainstay.engine.choosing import Choices
from mainstay.engine.filtering import FilterParameter, filter_parameters
from mainstay.engine.mistakes import Mistakes
from mainstay.engine.plan import SEARCHED, Condition, Order, Selection
from mainstay.engine.searching import Searching
from mainstay.engine.shapes import remembered
from mainstay.operation import FARTHEST, RELEVANCE, Application, Operation, Resource
from mainstay.storage import Storage

COUNTS = ("exact", "capped")

OF_THE_MOMENT = ("cursor", "q", "page", "offset")
"""Parameters that seldom come twice with the same value."""


class Asked(msgspec.Struct):
    """A read call's wishes, in the engine's words."""

    selection: Selection
    order: Order
    limit: int
    key: Sequence[Any] = ()
    above: list[Any] = []
    """The key of the parent in the path."""
    conditions: tuple[Condition, ...] = ()
    """In the order of the declaration, so that the same question in another order is the same shape."""
    filters: Sequence[Any] = ()
    """The conditions' values, in their order."""
    sorted_by: tuple[str, ...] = ()
    search: str = ""
    """The words that are searched for."""
    cursor: str | None = None
    page: int | None = None
    offset: int | None = None
    """Rows to pass over, where the page is not found by a cursor."""
    count: str | None = None


class Spelling(msgspec.Struct, frozen=True):
    """What parameters mean but for the values of their filters, remembered: most calls spell what another one has."""

    asked: Asked
    """All but those values."""
    values: tuple[tuple[int, Callable[[str], Any]], ...]
    """For each value its place among the parameters, and how it is read, in the order of the conditions."""

    def again(self, parameters: Sequence[tuple[str, str]]) -> Asked:
        """What parameters that are spelled so ask for; ValueError, ArithmeticError where a value means none."""
        asked: Asked = self.asked.__copy__()  # type: ignore[attr-defined]  # `copy.copy`, which looks for it first
        if self.values:
            asked.filters = [parse(parameters[place][1]) for place, parse in self.values]
        return asked


class Keys:
    """How the values in the path of one row are read; `before` of them are those of its parent."""

    def __init__(self, storage: Storage, resource: Resource, before: int = 0) -> None:
        self.columns = tuple(resource.field(name).column for name in resource.lookup)
        self.kinds = [storage.kind(resource.table, column) for column in self.columns]
        self.parses = [kind.parse for kind in self.kinds]
        self.names = resource.lookup
        self.before = before

    def read(self, call: Call, mistakes: Mistakes) -> list[Any]:
        """The values that stand in the path of a call."""
        return self.values(call.key[self.before :] if self.before else call.key, mistakes)

    def values(self, texts: Sequence[str], mistakes: Mistakes) -> list[Any]:
        """The values that texts mean."""
        try:
            return self.meant(texts)
        except (ValueError, ArithmeticError):
            parses = zip(self.names, self.parses, texts, strict=True)
            return [mistakes.parsed(parse, name, text) for name, parse, text in parses]

    def meant(self, texts: Sequence[str]) -> list[Any]:
        """The values that texts mean; ValueError, ArithmeticError where one means none."""
        if len(texts) == len(self.parses) == 1:
            return [self.parses[0](texts[0])]
        return [parse(text) for parse, text in zip(self.parses, texts, strict=True)]


def keys_before(application: Application, operation: Operation) -> int:
    """How many values stand in an operation's path before those of its own rows."""
    return 0 if operation.under is None else len(application.resource(operation.under.resource).lookup)


class Questions:
    """How one read operation's parameters are read; made once, from data."""

    def __init__(self, application: Application, storage: Storage, operation: Operation) -> None:
        self.operation = operation
        self.resource: Resource = application.resource(operation.resource or "")
        self.keys = Keys(storage, self.resource, keys_before(application, operation))
        under = operation.under
        self.above = None if under is None else Keys(storage, application.resource(under.resource))
        self.choices = Choices(application, self.resource, operation)
        queried = [parameter for parameter in operation.parameters if parameter.place == "query"]
        self.known = {parameter.name: parameter.means or parameter.name for parameter in queried}
        """By the name of a parameter, what it is."""
        self.called = {means: name for name, means in self.known.items()}
        self.filters: dict[str, FilterParameter] = {}
        self.operators: dict[str, tuple[str, ...]] = {}
        """By the name of a filter, its parameters, one for each operator."""
        if operation.action == "list":
            for filter_ in self.resource.filters:
                found = filter_parameters(application, storage, self.resource, filter_)
                self.filters.update(found)
                self.operators[filter_.name] = tuple(found)
        self.filtering = frozenset(
            name
            for name, means in self.known.items()
            if means in self.filters and self.filters[means].condition.operator != "is_null"
        )
        """The names of the parameters whose value is no more than a condition's value."""
        self.spellings: dict[Hashable, Spelling] = {}
        self.gets = operation.action == "get"
        self.searching = Searching(self.called)
        self.places = {name: place for place, name in enumerate(self.filters)}
        self.plain = self.choices.selection("", "", Mistakes())
        self.order = operation.order or self.resource.order
        self.offset = None if operation.pages == "cursor" else 0
        self.page = 1 if operation.pages == "page" else None
        self.count = "exact" if operation.counts else None

    def usual(self) -> Asked:
        """What a call asks for that gives no parameter."""
        asked = Asked(self.plain, self.order, self.resource.paging.default)
        asked.page, asked.offset, asked.count = self.page, self.offset, self.count
        return asked

    def read(self, call: Call) -> Asked:
        """What the call asks for."""
        spelled: Hashable = ()
        if call.parameters:
            filtering = self.filtering
            spelled = tuple([pair[0] if pair[0] in filtering else pair for pair in call.parameters])
        known = self.spellings.get(spelled)
        if known is None:
            asked = self.spelled_out(call)
            self.remember(spelled, call.parameters, asked)
            return asked
        try:
            asked = known.again(call.parameters)
            if self.gets:
                asked.key = self.keys.meant(call.key[self.keys.before :])
            if self.above is not None:
                asked.above = self.above.meant(call.key[: self.keys.before])
        except (ValueError, ArithmeticError):
            return self.spelled_out(call)  # which tells what is wrong with all of it
        return asked

    def remember(self, spelled: Hashable, parameters: Sequence[tuple[str, str]], asked: Asked) -> None:
        """Keeps what parameters ask for."""
        if any(self.known[name] in OF_THE_MOMENT for name, _ in parameters):
            return
        places = {self.known[name]: place for place, (name, _) in enumerate(parameters)}
        names = sorted(places.keys() & self.filters.keys(), key=self.places.__getitem__)
        values = tuple([(places[name], self.filters[name].parse) for name in names])
        remembered(self.spellings, spelled, Spelling(asked, values))

    def read_path(self, call: Call, asked: Asked, mistakes: Mistakes) -> None:
        """The keys in the path, that of the parent and the row's own."""
        if self.gets:
            asked.key = self.keys.read(call, mistakes)
        if self.above is not None:
            asked.above = self.above.values(call.key[: self.keys.before], mistakes)

    def spelled_out(self, call: Call) -> Asked:
        """What the call asks for, one parameter after the other; ValidationError tells every mistake."""
        asked = self.usual()
        mistakes = Mistakes()
        given: dict[str, str] = {}
        for name, text in call.parameters:
            means = self.known.get(name)
            if means is None:
                self.tell_unknown(name, mistakes)
            elif means in given:
                mistakes.add(name, "given_twice", "is given twice; give it once")
            else:
                given[means] = text
        self.read_path(call, asked, mistakes)
        if given:
            self.filter(given, asked, mistakes)
            if "q" in given:
                self.search(given["q"], asked, mistakes)
            self.choose(given, asked, mistakes)
            self.turn(given, asked, mistakes)
        mistakes.check()
        return asked

    def tell_unknown(self, name: str, mistakes: Mistakes) -> None:
        """What exists instead of a parameter: where it names a filter, every operator of that filter."""
        field = name.partition("[")[0]
        names = self.operators.get(field)
        if names is None:
            mistakes.unknown(name, "unknown_parameter", "is not a parameter here", self.known)
        else:
            told = f"is not a parameter here; {field} is asked for by {', '.join(names)}"
            mistakes.add(name, "unknown_parameter", told)

    def filter(self, given: dict[str, str], asked: Asked, mistakes: Mistakes) -> None:
        """The filters with their values."""
        conditions: list[Condition] = []
        values: list[Any] = []
        names = [name for name in given if name in self.filters]
        if len(names) > 1:
            names.sort(key=self.places.__getitem__)
        for name in names:
            parameter = self.filters[name]
            value = mistakes.parsed(parameter.parse, name, given[name])
            conditions.append(parameter.asked(value))
            values.append(value)
        asked.conditions, asked.filters = tuple(conditions), values

    def search(self, text: str, asked: Asked, mistakes: Mistakes) -> None:
        """What is searched for, as the last of the conditions."""
        words = self.searching.words(text, mistakes)
        asked.conditions, asked.filters = (*asked.conditions, SEARCHED), [*asked.filters, words]
        asked.search = " ".join(words)

    def choose(self, given: dict[str, str], asked: Asked, mistakes: Mistakes) -> None:
        """What it is sorted by, and what of each row is answered."""
        sort = given.get("sort", "")
        if self.searching.possible and RELEVANCE in sort:
            asked.order = self.searching.by_relevance(sort, asked.order, asked.search, mistakes)
        else:
            asked.order, asked.sorted_by = self.choices.order(sort, mistakes)
        asked.selection = self.choices.selection(given.get("fields", ""), given.get("include", ""), mistakes)

    def turn(self, given: dict[str, str], asked: Asked, mistakes: Mistakes) -> None:
        """Which page of it."""
        called = self.called
        if "limit" in given:
            asked.limit = number(called["limit"], given["limit"], 1, self.resource.paging.maximum, mistakes)
        if "offset" in given:
            asked.offset = number(called["offset"], given["offset"], 0, FARTHEST, mistakes)
        if "page" in given:
            asked.page = number(called["page"], given["page"], 1, FARTHEST, mistakes)
            asked.offset = (asked.page - 1) * asked.limit
            asked.count = asked.count or ("capped" if self.offset is None else None)
            if asked.offset > FARTHEST:
                on = "; ask without page and follow `next`" if "cursor" in called else ""
                mistakes.add(called["page"], "too_far", f"passes over more than {FARTHEST} rows{on}")
            if "cursor" in given:
                mistakes.add(called["page"], "not_with_cursor", "cannot be given with cursor; give one of them")
        self.searching.turn(asked.order, asked.offset, mistakes)
        asked.cursor = given.get("cursor")
        if "count" in given:
            asked.count = given["count"]
            if asked.count not in COUNTS:
                mistakes.add(called["count"], "wrong_value", f"is not one of {', '.join(COUNTS)}")


def number(name: str, text: str, least: int, most: int, mistakes: Mistakes) -> int:
    """A whole number within bounds."""
    if text.isascii() and text.isdigit() and len(text) <= 9 and least <= int(text) <= most:
        return int(text)
    mistakes.add(name, "wrong_value", f"is not a whole number from {least} to {most}")
    return least
