"""A value goes to SQLite and to PostgreSQL and comes back the same, and is the same bytes on the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal as Exact
from functools import partial
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from mainstay import kinds
from mainstay.backing.databases.database import CheckViolation, Command, Database, Script
from mainstay.backing.open import database
from mainstay.kinds import KindType
from mainstay.kinds.kind import Inline
from tests.kinds.cases import CASES

METADATA = sa.MetaData()
TABLE = sa.Table(
    "samples",
    METADATA,
    sa.Column("number", KindType(kinds.Integer()), primary_key=True, autoincrement=False),
    *[sa.Column(name, KindType(kind)) for name, kind in CASES.items()],
    sqlite_strict=True,
)
COUNTED = sa.Table(
    "counted",
    METADATA,
    sa.Column("id", KindType(kinds.Integer()), primary_key=True),
    sa.Column("word", KindType(kinds.Text())),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)


def rows() -> list[dict[str, Any]]:
    """As many rows as the kind with the most samples has, and one that is all null."""
    samples = {name: kind.samples() for name, kind in CASES.items()}
    longest = max(map(len, samples.values()))
    filled = [{name: values[place % len(values)] for name, values in samples.items()} for place in range(longest)]
    return [*filled, dict.fromkeys(CASES)]


def stored(kind: kinds.Kind, value: Any, on: Database) -> Any:
    """A value as the driver takes it: by the kind, then by its column's type."""
    own = kind.store(on.name)
    inner = kind.column(on.name).dialect_impl(on.dialect).bind_processor(on.dialect)
    for conversion in (own, inner):
        value = value if conversion is None or value is None else conversion(value)
    return value


def converted(values: Sequence[Any], which: str, on: Database) -> list[Any]:
    """Stored values of a row in another form."""
    conversions = [getattr(kind, which)(on.name) for kind in CASES.values()]
    return [
        value if conversion is None or value is None else conversion(value)
        for conversion, value in zip(conversions, values, strict=True)
    ]


@asynccontextmanager
async def opened(url: str, metadata: sa.MetaData = METADATA) -> AsyncIterator[Database]:
    """A database with the tables, used by its raw driver."""
    on = database(url)
    await on.open()
    try:
        await on.create_missing(metadata)
        yield on
    finally:
        await on.close()


async def fill(on: Database) -> None:
    """Writes the rows."""
    insert = str(sa.insert(TABLE).compile(dialect=on.dialect))

    def script() -> Script[None]:
        for number, row in enumerate(rows()):
            values = [stored(CASES[name], value, on) for name, value in row.items()]
            yield Command(insert, (number, *values))

    await on.write(script)


async def answers(on: Database) -> Sequence[Sequence[Any]]:
    """The stored rows, without their numbers."""
    text = f"SELECT {', '.join(CASES)} FROM samples ORDER BY number"
    return [tuple(row) for row in await on.read(text, ())]


def test_every_kind_has_a_case() -> None:
    assert {type(kind) for kind in CASES.values()} == set(kinds.ALL)


@pytest.mark.parametrize("name", CASES)
def test_samples_are_several_and_different(name: str) -> None:
    samples = CASES[name].samples()
    assert len(samples) >= 2
    assert all(sample not in samples[:place] for place, sample in enumerate(samples))


@pytest.mark.requirement("A2.05", "A2.07")
async def test_python_stored_python(database_url: str) -> None:
    async with opened(database_url) as on:
        await fill(on)
        loaded = [dict(zip(CASES, converted(row, "load", on), strict=True)) for row in await answers(on)]
    assert loaded == rows()
    assert all(isinstance(loaded[0][name], type(value)) for name, value in rows()[0].items())


@pytest.mark.requirement("A1.21")
async def test_the_wire_is_the_same_on_every_database_and_from_python(sqlite_url: str, postgres_url: str) -> None:
    written = []
    for url in (sqlite_url, postgres_url):
        async with opened(url) as on:
            await fill(on)
            written.append([[msgspec.json.encode(v) for v in converted(row, "wire", on)] for row in await answers(on)])
    assert written[0] == written[1]
    encoders = [kind.encode() for kind in CASES.values()]
    for bytes_, row in zip(written[0], rows(), strict=True):
        python = [
            msgspec.json.encode(value if encode is None or value is None else encode(value))
            for encode, value in zip(encoders, row.values(), strict=True)
        ]
        assert bytes_ == python
    first = dict(zip(CASES, written[0][0], strict=True))
    assert first["euros"] == b'{"amount":"0.00","currency":"EUR"}'
    assert first["dinars"] == b'{"amount":"0.000","currency":"KWD"}'
    assert first["decimal_tiny"] == b'"0.00000000"'
    assert first["moment"] == b'"2026-11-21T18:30:00Z"'
    assert first["choice_of_members"] == b'"1"'
    assert first["json"] == '{"kilojoules":1200,"perPortion":{"a":0.25,"salt":1.5},"note":"Ä 雪"}'.encode()


async def test_what_is_written_out_for_every_row_says_what_its_function_does(database_url: str) -> None:
    seen = set()
    async with opened(database_url) as on:
        await fill(on)
        for row in await answers(on):
            for (name, kind), value in zip(CASES.items(), row, strict=True):
                wire = kind.wire(on.name)
                if isinstance(wire, Inline) and value is not None:
                    seen.add(name)
                    assert eval(wire.text.format("value", "wire.function")) == wire(value)
    assert "moment" in seen


async def test_a_session_of_sqlalchemy_sees_the_same_values(sqlite_url: str, postgres_url: str) -> None:
    numbered = [{"number": number, **row} for number, row in enumerate(rows())]
    select = sa.select(*[TABLE.c[name] for name in CASES]).order_by(TABLE.c.number)
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        METADATA.create_all(connection)
        connection.execute(sa.insert(TABLE), numbered)
        assert [dict(row) for row in connection.execute(select).mappings()] == rows()
    engine.dispose()
    on_postgresql = create_async_engine(postgres_url.replace("postgresql:", "postgresql+asyncpg:"))
    async with on_postgresql.begin() as running:
        await running.run_sync(METADATA.create_all)
        await running.execute(sa.insert(TABLE), numbered)
        assert [dict(row) for row in (await running.execute(select)).mappings()] == rows()
    await on_postgresql.dispose()


async def test_null_is_null_for_every_kind(database_url: str) -> None:
    missing = " AND ".join(f"{name} IS NULL" for name in CASES)
    async with opened(database_url) as on:
        await fill(on)
        assert len(await on.read(f"SELECT number FROM samples WHERE {missing}", ())) == 1


@pytest.mark.requirement("A2.01")
async def test_an_integer_key_counts_up_and_is_never_given_again(database_url: str) -> None:
    def script() -> Script[list[int]]:
        keys = []
        for _ in range(2):
            (row,) = yield Command("INSERT INTO counted (word) VALUES ('a') RETURNING id")
            keys.append(row[0])
        yield Command("DELETE FROM counted")
        (row,) = yield Command("INSERT INTO counted (word) VALUES ('a') RETURNING id")
        return [*keys, row[0]]

    assert kinds.of_column(COUNTED.c.id) == kinds.IntegerKey()
    async with opened(database_url) as on:
        assert await on.write(script) == [1, 2, 3]


async def test_text_sorts_by_code_point(database_url: str) -> None:
    words = ["", " ", "A", "Z", "a", "aa", "ab", "z", "~", "Ä", "ß", "é", "ff", "𝒜", "😀"]
    async with opened(database_url) as on:
        insert = str(sa.insert(COUNTED).values(word="").compile(dialect=on.dialect)).partition(" RETURNING")[0]

        def script() -> Script[None]:
            for word in reversed(words):
                yield Command(insert, (word,))

        await on.write(script)
        found = [row[0] for row in await on.read("SELECT word FROM counted ORDER BY word", ())]
    assert found == sorted(words)


BOUNDED: tuple[tuple[kinds.Kind, str], ...] = (
    (kinds.Text(min_length=2, max_length=3), "'a'"),
    (kinds.Text(min_length=2, max_length=3), "'ä'"),
    (kinds.Slug(), "''"),
    (kinds.Choice(words=("draft", "it's")), "'lost'"),
    (kinds.Integer(ge=1, lt=10), "10"),
    (kinds.Float(gt=0.5), "0.5"),
    (kinds.Decimal(6, 2, ge=1), "{0.99}"),
    (kinds.Money(currency="EUR", le=5), "{5.01}"),
)


@pytest.mark.requirement("A2.05")
@pytest.mark.parametrize("kind, broken", BOUNDED, ids=[f"{kind.name}{broken}" for kind, broken in BOUNDED])
async def test_a_check_holds_the_column_to_its_kind(kind: kinds.Kind, broken: str, database_url: str) -> None:
    metadata = sa.MetaData()
    table = sa.Table("held", metadata, sa.Column("value", KindType(kind)), sqlite_strict=True)
    table.append_constraint(sa.CheckConstraint(kind.check(table.c.value), name="held_value"))  # type: ignore[arg-type]

    def insert(value: str) -> Script[None]:
        yield Command(f"INSERT INTO held (value) VALUES ({value})")

    async with opened(database_url, metadata) as on:
        if broken.startswith("{"):  # a decimal: scaled on SQLite
            broken = broken[1:-1].replace(".", "") if on.name == "sqlite" else broken[1:-1]
        with pytest.raises(CheckViolation):
            await on.write(lambda: insert(broken))
        for sample in (*kind.samples(), None):
            value = sa.literal(sample, KindType(kind))
            text = str(value.compile(dialect=on.dialect, compile_kwargs={"literal_binds": True}))
            await on.write(partial(insert, text))


async def test_null_and_too_many_digits_through_a_session(sqlite_url: str, postgres_url: str) -> None:
    """Nothing is SQL's null, not JSON's; a digit too many is rounded as PostgreSQL does it."""
    row = {"number": 1, "json": None, "decimal": Exact("0.125"), "euros": Exact("-0.125")}
    insert = sa.insert(TABLE).values(row)
    select = sa.select(TABLE.c.decimal, TABLE.c.euros).where(TABLE.c.json.is_(None))
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        METADATA.create_all(connection)
        connection.execute(insert)
        assert tuple(connection.execute(select).one()) == (Exact("0.13"), Exact("-0.13"))
    engine.dispose()
    on_postgresql = create_async_engine(postgres_url.replace("postgresql:", "postgresql+asyncpg:"))
    async with on_postgresql.begin() as running:
        await running.run_sync(METADATA.create_all)
        await running.execute(insert)
        assert tuple((await running.execute(select)).one()) == (Exact("0.13"), Exact("-0.13"))
    await on_postgresql.dispose()
