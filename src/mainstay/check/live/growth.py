"""Lists before and after many rows were made in them: how many they answer, and how long that takes."""

from __future__ import annotations

import json
import re
import statistics
from dataclasses import dataclass
from urllib.parse import urlencode

from mainstay.check.live.answer import Answer
from mainstay.check.live.collections import Collection
from mainstay.check.live.operations import Operation, Parameter
from mainstay.check.live.rows import listed
from mainstay.check.live.service import Service

FEW, MANY, LEFT = 5, 110, 30
"""Rows before and after; fewer where they cannot be deleted afterwards."""
MOST = 3
"""Collections that are grown."""
TIMES = 5
SIZE = re.compile(
    r"^(page_?|per_?)?(limit|size|page|count|take|first|top|max(_?results|_?items)?|n)$|^page\[(size|limit)\]$",
    re.IGNORECASE,
)
PAGE = re.compile(r"page|offset|skip|cursor|after|before|start|limit|per_?page|take|first|top|size", re.IGNORECASE)
"""Parameters by which one goes through a list in pages."""


@dataclass(frozen=True, slots=True)
class Sized:
    """A list as it was answered: how many rows, those that were made here among them, and in how many seconds."""

    answer: Answer
    rows: int
    mine: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Growth:
    """A list with few rows, with many, and with as many as can be asked for."""

    operation: Operation
    made: int
    few: Sized
    many: Sized
    asked_for_all: Sized | None
    """What came when a hundred thousand were asked for; None where no parameter takes a number of rows."""
    pages: bool
    """Whether there is a parameter to go through it in pages, or a way on in the answer."""


def grown(service: Service) -> list[Growth]:
    """The lists of the first collections in which rows can be made, grown once."""
    if "grown" not in service.remembered:
        there: list[Growth] = []
        service.remembered["grown"] = there
        for collection in service.collections:
            if len(there) < MOST and collection.listed is not None and collection.create is not None:
                growth = _grown(service, collection, collection.listed)
                if growth is not None:
                    there.append(growth)
    return list(service.remembered["grown"])


def _grown(service: Service, collection: Collection, operation: Operation) -> Growth | None:
    owner = service.asker
    first = service.rows.make(collection, owner)
    path = operation.filled(first.values) if first is not None else None
    if path is None:
        return None
    made = 1 + _made(service, collection, FEW - 1)
    size = size_of(operation)
    few = _sized(service, path, size, FEW)
    if few is None:
        return None
    made += _made(service, collection, (MANY if collection.delete is not None else LEFT) - made)
    many = _sized(service, path, size, 100)
    whole = _sized(service, path, None, 0)
    if many is None or whole is None:
        return None
    every = _sized(service, path, size, 100_000) if size is not None else None
    pages = any(PAGE.search(each.name) for each in operation.parameters if each.place == "query") or _goes_on(
        whole.answer
    )
    return Growth(operation, made, few, whole if size is None else many, every, pages)


def _made(service: Service, collection: Collection, count: int) -> int:
    """Makes so many rows; answers how many could be."""
    for at in range(count):
        if service.rows.make(collection, service.asker) is None:
            return at
    return max(count, 0)


def size_of(operation: Operation) -> Parameter | None:
    """The parameter that says how many rows are answered."""
    there = [each for each in operation.parameters if each.place == "query" and SIZE.search(each.name)]
    best = [each for each in there if not re.fullmatch("page", each.name, re.IGNORECASE)]
    return next(iter(best), None)


def _sized(service: Service, path: str, size: Parameter | None, count: int) -> Sized | None:
    """The list, asked for a few times, with the time in the middle; None where it is refused."""
    query = f"?{urlencode({size.name: count})}" if size is not None else ""
    answers = [service.client.send("GET", path + query, service.asker) for _ in range(TIMES)]
    answer = answers[-1]
    if not answer.went_well:
        return Sized(answer, 0, 0, 0.0) if count == 100_000 else None
    rows = listed(answer.json)
    mine = sum(service.samples.mark in json.dumps(each) for each in rows)
    return Sized(answer, len(rows), mine, statistics.median(each.seconds for each in answers))


def _goes_on(answer: Answer) -> bool:
    """Whether an answer says how to go on, or how many there are."""
    if "link" in answer.headers or "x-total-count" in answer.headers or "content-range" in answer.headers:
        return True
    told = answer.json
    return isinstance(told, dict) and bool(
        re.search(r'"(next\w*|cursor|total\w*|page\w*|has_?more|count)"\s*:', json.dumps(told), re.IGNORECASE)
    )
