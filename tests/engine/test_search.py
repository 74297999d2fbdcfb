"""Searching: what is found, in which order, by whom, and that the index is never behind the rows."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from annotated_types import Len
from sqlalchemy.orm import Mapped

from mainstay import compiler
from mainstay.actor import NOBODY, Actor
from mainstay.backing.open import database, sessions
from mainstay.declare import Model, Resource, SoftDelete, actor, anyone, descending, field, owner, role, where
from mainstay.errors import InvalidCursor, MainstayError, ValidationError
from mainstay.kinds.words import LONGEST_TEXT, MOST_WORDS, words
from tests.engine.world import World

ANNA, BERT, EDITOR = Actor(UUID(int=1)), Actor(UUID(int=2)), Actor(UUID(int=3), roles=frozenset({"editor"}))


class Essay(Model, SoftDelete):
    """A text with a note that not everybody may read, and one that depends on the row."""

    __tablename__ = "searched_essays"

    number: Mapped[int] = field(unique=True)
    title: Mapped[Annotated[str, Len(1, 200)]] = field(search=True)
    body: Mapped[str | None] = field(search=True)
    remark: Mapped[str | None] = field(search=True)
    review: Mapped[str | None] = field(search=True)
    open: Mapped[bool] = field(default=True)
    author_id: Mapped[UUID] = field(default=actor.id)


class Essays(Resource[Essay]):
    """Open ones for everybody, the others for their authors."""

    name = "essays"
    writable = [Essay.number, Essay.title, Essay.body, Essay.remark, Essay.review, Essay.open]
    filters = [Essay.open]
    sorts = [Essay.number, Essay.title]
    order = [descending(Essay.number)]
    read = where(Essay.open) | owner(Essay.author_id)
    create = anyone
    update = delete = anyone
    read_fields = {Essay.remark: role("editor"), Essay.review: owner(Essay.author_id)}


class Page(Model):
    """A row with a counted key."""

    __tablename__ = "searched_pages"

    id: Mapped[int] = field(primary_key=True)
    text: Mapped[str] = field(search=True)


class Pages(Resource[Page]):
    """Pages."""

    name = "pages"
    writable = [Page.text]
    read = create = update = delete = anyone


class Line(Model):
    """A row with a key of two columns, one of which is called as those of the index are."""

    __tablename__ = "searched_lines"

    number: Mapped[int] = field(primary_key=True)
    rowid: Mapped[Annotated[str, Len(1, 10)]] = field(primary_key=True, name="row id")
    text: Mapped[str] = field(search=True, name="rank")


class Lines(Resource[Line]):
    """Lines."""

    name = "lines"
    writable = [Line.text]
    write_once = [Line.number, Line.rowid]
    read = create = update = delete = anyone


MADE = compiler.compile([Essays, Pages, Lines])


@pytest.fixture
async def there(database_url: str) -> AsyncIterator[World]:
    """The application on an empty database."""
    opened = World(MADE, database(database_url))
    await opened.engine.open()
    await opened.database.create_missing(metadata())
    yield opened
    await opened.engine.close()


def metadata() -> sa.MetaData:
    """The tables of this module alone."""
    only = sa.MetaData()
    for name in ("searched_essays", "searched_pages", "searched_lines"):
        copied = MADE.storage.tables[name].to_metadata(only)
        copied.info.update(MADE.storage.tables[name].info)
    return only


async def write(there: World, *titles: str, **more: Any) -> list[str]:
    """Essays with these titles, numbered on."""
    count = len(await there.rows("searched_essays"))
    made = []
    for place, title in enumerate(titles):
        body = {"number": count + place + 1, "title": title, **more}
        made.append((await there.data("essays.create", body=body, by=ANNA))["id"])
    return made


async def titles(there: World, q: str, *, by: Actor = NOBODY, **ask: Any) -> list[str]:
    """The titles of the essays that are found."""
    return [row["title"] for row in await there.data("essays.list", ask={"q": q, "limit": "100", **ask}, by=by)]


@pytest.mark.parametrize(
    "text, found, missed",
    [
        ("Crème brûlée", ["creme brulee", "CRÈME", "brûl", "creme, brulee!", "Cre\u0301me"], ["cremes", "rulee"]),
        ("Straße nach Süden", ["strasse", "STRASSE", "straße", "suden", "süd nach"], ["sueden", "str asse"]),
        ("ΣΊΣΥΦΟΣ Привет Éire", ["σισυφος", "ΠРИВЕТ".replace("Π", "П"), "eire"], ["sisyphos"]),
        ("Risengrød, Æbler, œuf, Łódź", ["risengrod", "aeb", "OEUF", "lodz łódź", "RISENGRØD"], ["risengroed"]),
        ("half-baked e-mail to a.b@example.com", ["half baked", "example", "e-mail", "b@example"], ["ebaked"]),
        ("I don't: 'quoted' \"words\" AND OR NOT NEAR(a b) title:x ^y *z \\ {c}", ["don't", "near(", "not"], ["dont"]),
        ("½ cup ﬁsh № 5, 100% 1.5e3", ["1", "fish", "no 5", "100", "5e3"], ["15"]),
        ("雪の結晶 and पकाने की विधि 한국어", ["雪", "पकाने", "한국"], ["の結晶 x"]),
        ("soft\u00adhyphen zero\u200bwidth", ["softhyphen", "zerowidth"], ["hyphen"]),
        ("🍕 pizza", ["pizza 🍕", "🍕pizza"], ["calzone 🍕"]),
        ("x" * 70 + " end", ["x" * 65, "end", "x" * 80], ["y" * 61]),
    ],
)
async def test_words_are_found_without_case_and_accents_by_their_beginnings(
    there: World, text: str, found: Sequence[str], missed: Sequence[str]
) -> None:
    await write(there, text, "something else")
    for q in found:
        assert await titles(there, q) == [text], q
    for q in missed:
        assert await titles(there, q) == [], q


async def test_every_word_must_be_there_in_any_of_the_fields(there: World) -> None:
    await write(there, "Pasta with garlic", body="boil, fry")
    await write(there, "Pasta with lemon", body="boil it in garlic")
    await write(there, "Rice", body=None)
    assert await titles(there, "pasta garlic") == ["Pasta with lemon", "Pasta with garlic"]
    assert await titles(there, "garlic fry") == ["Pasta with garlic"]
    assert await titles(there, "pasta rice") == []


HOSTILE = (
    *('"', "'", '"""', "a*", "* *b", "title:a", "{a b}: c", "a AND", "OR", "NOT a", "NEAR(a b, 2)", "^a", "a'b", "a\\"),
    *("a:*", "a & b | !c", "<->", "(a", "a)", "a -b", "+a", "$1", "?", "%a_", "--", "a\u0001b", "''':*"),
    "; DROP TABLE searched_essays",
)


async def test_hostile_text_is_searched_for_and_never_a_fault(there: World) -> None:
    await write(there, "a b c or not near drop table searched essays 1 title")
    for q in HOSTILE:
        if words(q):
            assert await titles(there, q) in (["a b c or not near drop table searched essays 1 title"], []), q
            await titles(there, q, sort="relevance")
        else:
            assert (await there.refused("essays.list", ask={"q": q})).status == 400, q


async def told(there: World, **ask: str) -> tuple[str, str, str]:
    """The one mistake of a list: field, code, words."""
    refused = await there.refused("essays.list", ask=ask)
    assert isinstance(refused, ValidationError)
    ((field_, code, message),) = [(item.field, item.code, item.message) for item in refused.details]
    return field_, code, message


async def test_mistakes_say_what_would_be_right(there: World) -> None:
    assert await told(there, q=" .,") == ("q", "wrong_value", "has no word in it; give some letters or digits")
    assert await told(there, q="a" * 201) == ("q", "too_long", "has 201 characters; 200 are the most")
    many = " ".join(map(str, range(MOST_WORDS + 1)))
    assert await told(there, q=many) == ("q", "too_many", "has 11 different words; 10 are the most")
    assert await told(there, sort="relevance") == (
        "sort",
        "needs_search",
        "names relevance where nothing is searched; give q too",
    )
    for sort in ("-relevance", "relevance,title", "title,relevance"):
        assert (await told(there, q="a", sort=sort))[
            2
        ] == "names relevance beside something; write sort=relevance alone"
    assert (await told(there, q="a", sort="relevance", page="102", limit="10"))[1] == "too_far"
    assert (await there.refused("pages.list", ask={"q": "a", "sort": "text"})).status == 400


async def test_a_search_keeps_sorts_filters_counts_and_cursors(there: World) -> None:
    await write(there, *[f"soup {number % 3}" for number in range(9)])
    await write(there, "soup closed", open=False)
    await write(there, *[f"stew {number}" for number in range(3)])
    assert len(await titles(there, "soup", by=ANNA)) == 10
    assert await titles(there, "soup", by=ANNA, open="false") == ["soup closed"]
    assert await titles(there, "soup", sort="title") == sorted(f"soup {number % 3}" for number in range(9))
    seen: list[int] = []
    ask = {"q": "Soup", "sort": "-title", "limit": "4", "count": "exact"}
    answer = await there.call("essays.list", ask=ask)
    assert answer.meta is not None
    assert answer.meta.total == 9
    while True:
        seen += [row.number for row in answer.data]
        if answer.meta is None or answer.meta.next is None:
            break
        answer = await there.call(
            "essays.list", ask={"q": "söup", "sort": "-title", "limit": "4", "cursor": answer.meta.next}
        )
    assert len(seen) == len(set(seen)) == 9


async def test_a_cursor_belongs_to_what_was_searched_for(there: World) -> None:
    await write(there, *["soup of the day"] * 4)
    for sort in ("number", "relevance"):
        answer = await there.call("essays.list", ask={"q": "soup", "sort": sort, "limit": "2"})
        assert answer.meta is not None
        cursor = answer.meta.next
        assert cursor is not None
        for other in ({"q": "day"}, {"q": "soup day"}, {}):
            with pytest.raises(MainstayError) as refused:
                await there.call("essays.list", ask={**other, "sort": sort if other else "number", "cursor": cursor})
            assert isinstance(refused.value, InvalidCursor | ValidationError)


async def test_relevance_counts_earlier_fields_and_whole_words_more(there: World) -> None:
    await write(there, "Something else", body="pasta")
    await write(there, "Pastas", body="noodles")
    await write(there, "Pasta", body="noodles")
    await write(there, "Pasta", body="pasta, all day")
    await write(there, "Something new", body="antipasti and pastas")
    found = await there.data("essays.list", ask={"q": "pasta", "sort": "relevance"})
    assert [row["number"] for row in found] == [4, 3, 2, 1, 5]
    seen: list[int] = []
    answer = await there.call("essays.list", ask={"q": "pasta", "sort": "relevance", "limit": "2", "count": "capped"})
    forward = [answer]
    while answer.meta is not None and answer.meta.next is not None:
        ask = {"q": "pasta", "sort": "relevance", "limit": "2", "cursor": answer.meta.next}
        forward.append(answer := await there.call("essays.list", ask=ask))
    seen = [row.number for page in forward for row in page.data]
    assert seen == [4, 3, 2, 1, 5]
    assert forward[-1].meta is not None
    back = await there.call(
        "essays.list", ask={"q": "pasta", "sort": "relevance", "limit": "2", "cursor": forward[-1].meta.previous}
    )
    assert [row.number for row in back.data] == [2, 1]
    page = await there.data("essays.list", ask={"q": "pasta", "sort": "relevance", "limit": "2", "page": "2"})
    assert [row["number"] for row in page] == [2, 1]


async def test_relevance_ends_after_a_thousand_rows(there: World) -> None:
    rows = [
        {"id": uuid.UUID(int=n + 1), "number": n, "title": "soup", "open": True, "author_id": ANNA.id}
        for n in range(1_020)
    ]
    await there.insert("searched_essays", *rows)
    count = 0
    ask = {"q": "soup", "sort": "relevance", "limit": "100"}
    answer = await there.call("essays.list", ask=ask)
    while True:
        count += len(answer.data)
        assert answer.meta is not None
        if answer.meta.next is None:
            break
        answer = await there.call("essays.list", ask={**ask, "cursor": answer.meta.next})
    assert count == 1_000


async def test_what_may_not_be_read_is_not_searched_and_does_not_rank(there: World) -> None:
    await write(there, "One", remark="zebra", review="yak")
    await there.call("essays.create", body={"number": 2, "title": "Two", "review": "yak zebra"}, by=BERT)
    await there.call("essays.create", body={"number": 3, "title": "Three zebra", "open": False}, by=BERT)
    for sort in ("number", "relevance"):
        assert await titles(there, "zebra", sort=sort) == []
        assert await titles(there, "yak", sort=sort) == []
        assert await titles(there, "yak", sort=sort, by=ANNA) == ["One"]
        assert await titles(there, "yak zebra", sort=sort, by=BERT) == ["Two"]
        assert await titles(there, "zebra", sort=sort, by=EDITOR) == ["One"]
        assert await titles(there, "one zebra", sort=sort, by=EDITOR) == ["One"]
        assert await titles(there, "one yak", sort=sort, by=EDITOR) == []
    assert sorted(await titles(there, "zebra", by=BERT)) == ["Three zebra", "Two"]
    await write(there, "Yak", remark="boat", review="plum")
    await write(there, "Boat yak plum", remark="", review="")
    ranked = {actor.id: await titles(there, "yak", sort="relevance", by=actor) for actor in (ANNA, NOBODY)}
    assert ranked[None] == ["Boat yak plum", "Yak"]
    assert ranked[ANNA.id] == ["Boat yak plum", "Yak", "One"]


async def test_the_index_follows_every_write(there: World) -> None:
    """Compiled writes, soft deletes, deletes; on a key of two columns and on a counted one too."""
    (one,) = await write(there, "first words", body="stay")
    await there.call("essays.update", one, body={"title": "second thoughts"})
    assert await titles(there, "first") == []
    assert await titles(there, "second stay") == ["second thoughts"]
    await there.call("essays.update", one, body={"open": False})
    assert await titles(there, "second") == []
    assert await titles(there, "second", by=ANNA) == ["second thoughts"]
    await there.call("essays.replace", one, body={"number": 1, "title": "third", "open": True}, by=ANNA)
    assert await titles(there, "third") == ["third"]
    assert await titles(there, "stay") == []
    await there.call("essays.delete", one)
    assert await titles(there, "third", by=ANNA) == []

    page = await there.data("pages.create", body={"text": "one"})
    other = await there.data("pages.create", body={"text": "one more"})
    assert other["id"] == page["id"] + 1
    await there.call("pages.delete", page["id"])
    assert [row["id"] for row in await there.data("pages.list", ask={"q": "one"})] == [other["id"]]

    for number, row_id in ((1, "a"), (1, "b"), (2, "a")):
        await there.call("lines.create", body={"number": number, "rowid": row_id, "text": f"verse {number}{row_id}"})
    await there.call("lines.update", 1, "b", body={"text": "chorus"})
    for sort in ({}, {"sort": "relevance"}):
        found = await there.data("lines.list", ask={"q": "verse", **sort})
        assert [(row["number"], row["rowid"]) for row in found] == [(1, "a"), (2, "a")]


async def test_the_index_follows_a_session_and_raw_text(there: World, database_url: str) -> None:
    opened = sessions(database_url, there.database.behind)
    try:
        async with opened.begin() as session:
            page, gone = Page(text="by the mapper"), Page(text="by nobody")
            session.add_all([page, gone])
            await session.flush()
            assert gone.id == page.id + 1
            page.text = "by its unit of work"
            await session.delete(gone)
        async with opened.begin() as session:
            await session.execute(sa.insert(Page).values([{"text": "in bulk one"}, {"text": "in bulk two"}]))
            await session.execute(sa.update(Page).where(Page.text == "in bulk one").values(text="changed in bulk"))
            await session.execute(sa.text("UPDATE searched_pages SET text = 'raw ' || text WHERE text LIKE 'in bulk%'"))
    finally:
        await opened.close()
    for q, count in {"mapper": 0, "unit": 1, "nobody": 0, "bulk": 2, "changed": 1, "raw": 1, "one": 0}.items():
        assert len(await there.data("pages.list", ask={"q": q})) == count, q


async def test_a_replaced_row_and_a_changed_key_are_found_once(there: World) -> None:
    await there.run("INSERT INTO searched_pages (id, text) VALUES (7, 'old words')")
    insert = "INTO searched_pages (id, text) VALUES (7, 'new words')"
    if there.database.name == "sqlite":
        await there.run(f"INSERT OR REPLACE {insert}")
    else:
        await there.run(f"INSERT {insert} ON CONFLICT (id) DO UPDATE SET text = excluded.text")
    assert await there.data("pages.list", ask={"q": "old"}) == []
    assert [row["id"] for row in await there.data("pages.list", ask={"q": "new"})] == [7]
    await there.run("UPDATE searched_pages SET id = 9 WHERE id = 7")
    assert [row["id"] for row in await there.data("pages.list", ask={"q": "new"})] == [9]


LOST = {
    "sqlite": "SELECT type, name FROM sqlite_schema "
    "WHERE name GLOB 'searched_*_search_????????' OR name GLOB 'searched_*_update'",
    "postgresql": "SELECT 'column', attname FROM pg_attribute "
    "WHERE attrelid = 'searched_essays'::regclass AND attname LIKE 'search_%'",
}


@pytest.mark.parametrize("how", ["create_missing", "rebuild_search"])
async def test_a_lost_index_is_made_again_from_the_rows(there: World, how: str) -> None:
    one, _ = await write(there, "Crème brûlée", "Rice")
    for kind, name in await there.database.behind.read(LOST[there.database.name], ()):
        await there.run(
            f'ALTER TABLE searched_essays DROP COLUMN "{name}"' if kind == "column" else f'DROP {kind} "{name}"'
        )
    with pytest.raises(Exception, match="search_"):
        await titles(there, "creme")
    await getattr(there.database.behind, how)(metadata())
    assert await titles(there, "creme") == ["Crème brûlée"]
    await there.call("essays.update", one, body={"title": "Soup"})
    assert (await titles(there, "soup"), await titles(there, "creme")) == (["Soup"], [])


async def test_only_the_beginning_of_an_endless_text_is_indexed(there: World) -> None:
    await there.call("pages.create", body={"text": "early " + "word " * (LONGEST_TEXT // 5) + "late"})
    assert len(await there.data("pages.list", ask={"q": "early"})) == 1
    assert len(await there.data("pages.list", ask={"q": "late"})) == 0
