"""Lists walked by cursors: every row once, in order, both ways, whatever happens in between."""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import random
from typing import Any

import pytest

from mainstay.errors import InvalidCursor
from tests.engine.samples import blanks, rank
from tests.engine.world import World, world

SORTS = ["place", "rank", "label", "day"]
SIGNED = [sign + sort for sort in SORTS for sign in ("", "-")]
SIGNED += [f"{a},-{b}" for a, b in itertools.permutations(SORTS, 2)]
SIGNED += ["-label,rank", "-day,-rank", "rank,-day,label", "-place,label,-rank"]
LABELS = [None, "a", "B", "b", "ä", "é", "e\u0301", "\U0001f35d", "\uffee", "a b", "%", "_", "Z" * 40]


def entries(count: int, seed: int) -> list[dict[str, Any]]:
    """Rows with many ties and many nulls."""
    chosen = random.Random(seed)
    return [
        {
            "number": number,
            "place": chosen.choice([-5, 0, 1, 2, 2**40]),
            "rank": chosen.choice([None, None, 1, 2, 3]),
            "label": chosen.choice(LABELS),
            "day": chosen.choice([None, dt.date(2026, 1, 1), dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
            "starts": 0,
            "ends": 0,
        }
        for number in range(1, count + 1)
    ]


def distinct(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that have a pair of place and label of their own."""
    seen: set[Any] = set()
    kept = []
    for row in rows:
        pair = (row["place"], row["label"])
        if row["label"] is None or pair not in seen:
            seen.add(pair)
            kept.append(row)
    return kept


def in_order(rows: list[dict[str, Any]], sort: str, key: str = "number") -> list[Any]:
    """The keys of the rows as Python sorts them: null smallest, text by code point."""
    parts = sort.split(",")
    ordered = sorted(rows, key=lambda row: rank(row[key]), reverse=parts[-1].startswith("-"))
    for part in reversed(parts):
        name = part.removeprefix("-")
        ordered.sort(key=lambda row, name=name: rank(row[name]), reverse=part.startswith("-"))  # type: ignore[misc]
    return [row[key] for row in ordered]


async def forward(there: World, name: str, ask: dict[str, Any], key: str = "number") -> list[tuple[list[Any], Any]]:
    """Every page from the start by `next`, with what is beside it."""
    pages = []
    more: dict[str, Any] = {}
    while True:
        answer = await there.call(name, ask={**ask, **more})
        pages.append(([getattr(item, key) for item in answer.data], answer.meta))
        if answer.meta is None or answer.meta.next is None:
            return pages
        more = {"cursor": answer.meta.next}


@pytest.mark.requirement("A1.37")
async def test_every_sort_gives_every_row_once_in_pythons_order_and_back_again(there: World) -> None:
    rows = distinct(entries(60, 7))
    await there.insert("entries", *rows)
    for sort in SIGNED:
        limit = 7 if "," in sort else 5
        pages = await forward(there, "entries.list", {"sort": sort, "limit": limit})
        assert list(itertools.chain(*[page for page, _ in pages])) == in_order(rows, sort), sort
        assert pages[0][1].previous is None
        walked = [pages[-1][0]]
        before = pages[-1][1].previous
        while before is not None:
            answer = await there.call("entries.list", ask={"sort": sort, "limit": limit, "cursor": before})
            walked.append([item.number for item in answer.data])
            assert answer.meta is not None
            assert answer.meta.next is not None
            before = answer.meta.previous
        assert walked[::-1] == [page for page, _ in pages], sort


async def test_the_default_order_and_a_filter_are_walked_too(there: World) -> None:
    rows = distinct(entries(60, 11))
    await there.insert("entries", *rows)
    pages = await forward(there, "entries.list", {"limit": 4})
    assert list(itertools.chain(*[page for page, _ in pages])) == in_order(rows, "-day,rank")
    twos = [row for row in rows if row["place"] == 2]
    pages = await forward(there, "entries.list", {"limit": 2, "place": 2})
    assert list(itertools.chain(*[page for page, _ in pages])) == in_order(twos, "-day,rank")


async def test_values_of_every_kind_go_into_a_cursor_and_come_back(there: World) -> None:
    rows = blanks(there, 23)
    await there.insert("blanks", *rows)
    for sort in there.application.resource("blanks").sorts:
        for sign in ("", "-"):
            pages = await forward(there, "blanks.list", {"sort": sign + sort.name, "limit": 3}, "id")
            found = list(itertools.chain(*[page for page, _ in pages]))
            assert [str(key) for key in found] == [str(key) for key in in_order(rows, sign + sort.name, "id")], (
                sort.name
            )


async def test_rows_that_come_and_go_between_pages_move_no_other_row(there: World) -> None:
    rows = distinct(entries(40, 3))
    await there.insert("entries", *rows)
    expected = in_order(rows, "rank,-label")
    first = await there.call("entries.list", ask={"sort": "rank,-label", "limit": 10})
    assert first.meta is not None
    gone = {expected[3], expected[9], expected[15]}
    await there.run(f"DELETE FROM entries WHERE number IN ({', '.join(map(str, gone))})")
    new = [{"number": 900 + n, "place": 100 + n, "rank": n, "label": "m", "starts": 0, "ends": 0} for n in range(4)]
    await there.insert("entries", *new)
    seen = [item.number for item in first.data]
    cursor = first.meta.next
    while cursor is not None:
        answer = await there.call("entries.list", ask={"sort": "rank,-label", "limit": 10, "cursor": cursor})
        seen += [item.number for item in answer.data]
        assert answer.meta is not None
        cursor = answer.meta.next
    assert len(seen) == len(set(seen))
    assert [number for number in seen if number < 900] == [n for n in expected if n not in gone - set(expected[:10])]


async def cursor_of(there: World, **ask: Any) -> str:
    """A cursor to the second page."""
    answer = await there.call("entries.list", ask={"limit": 2, **ask})
    assert answer.meta is not None
    assert answer.meta.next is not None
    return answer.meta.next


@pytest.mark.requirement("A3.20")
async def test_a_cursor_that_was_not_made_here_for_this_list_and_sort_is_refused(
    there: World, module_database_url: str
) -> None:
    await there.insert("entries", *distinct(entries(20, 5)))
    cursor = await cursor_of(there, sort="rank")
    assert await there.told("entries.list", ask={"sort": "rank", "limit": 3, "cursor": cursor}) == 200
    wrong = [
        cursor[:-1],
        cursor + "A",
        cursor + "=",
        cursor + "!",
        "",
        "x",
        "ä",
        "\ud800",
        "A" * 5000,
        cursor.swapcase(),
    ]
    for place in range(len(cursor)):
        other = "A" if cursor[place] != "A" else "B"
        wrong.append(cursor[:place] + other + cursor[place + 1 :])
    for text in wrong:
        assert isinstance(await there.refused("entries.list", ask={"sort": "rank", "cursor": text}), InvalidCursor), (
            text
        )
    for sort in ("-rank", "place", "rank,place"):
        assert isinstance(await there.refused("entries.list", ask={"sort": sort, "cursor": cursor}), InvalidCursor)
    assert isinstance(await there.refused("entries.list", ask={"cursor": cursor}), InvalidCursor)
    assert isinstance(await there.refused("blanks.list", ask={"cursor": cursor}), InvalidCursor)
    async with world(module_database_url, cursor_key=b"another key") as other_world:
        error = await other_world.refused("entries.list", ask={"sort": "rank", "cursor": cursor})
        assert isinstance(error, InvalidCursor)
        assert error.code == "INVALID_CURSOR"


async def test_a_cursor_does_not_show_the_values_it_holds(there: World) -> None:
    rows = [{"number": n, "place": n, "label": f"canary{n}", "starts": 0, "ends": 0} for n in range(1, 5)]
    await there.insert("entries", *rows)
    cursor = await cursor_of(there, sort="label")
    assert b"canary" not in base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
