"""The index of words, made and dropped with what it is an index of."""

from __future__ import annotations

from tests.migrate.house import House

PLAIN = """
class Paper(Base):
    title: Mapped[Annotated[str, Len(1, 100)]]
    body: Mapped[str]
"""
SEARCHED = PLAIN.replace("100)]]\n", "100)]] = field(search=True)\n")
MORE = SEARCHED.replace("body: Mapped[str]\n", "body: Mapped[str] = field(search=True)\n")
LONGER = MORE.replace("100", "90")
RENAMED = LONGER.replace("body:", "text:")


def found(house: House, word: str) -> list[str]:
    """The titles of the papers that have a word."""
    if house.url.startswith("sqlite"):
        ((name,),) = house.rows("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")
        keys = f'JOIN "{name}_keys" k ON k.k0 = p.id JOIN "{name}" w ON w.rowid = k.number'
        rows = house.rows(f"SELECT title FROM papers p {keys} WHERE \"{name}\" MATCH '{word}'")
    else:
        ((name,),) = house.rows(
            "SELECT attname FROM pg_attribute WHERE attname LIKE 'search%' AND attrelid = "
            "'papers'::regclass AND NOT attisdropped"
        )
        rows = house.rows(f"SELECT title FROM papers WHERE {name} @@ to_tsquery('simple', 'a{word} | b{word}')")
    return [title for (title,) in rows]


def insert(house: House, number: int, title: str, body: str) -> None:
    """A paper."""
    key = f"00000000-0000-0000-0000-{number:012}"
    house.execute(f"INSERT INTO papers (id, title, body) VALUES ('{key}', '{title}', '{body}')")


def test_words_are_found_after_every_change_of_their_table(house: House, other_url: str) -> None:
    house.make("First", PLAIN)
    insert(house, 1, "Früh", "about bread")
    schemas = [house.schema()]
    for message, source, words in (
        ("Searched", SEARCHED, ()),
        ("In the body too", MORE, ()),
        ("Shorter", LONGER, ()),
        ("Text for body", RENAMED, ("--rename", "papers.body:text")),
    ):
        house.make(message, source, *words)
        schemas.append(house.schema())
        assert found(house, "fruh") == ["Früh"], message
    assert found(house, "bread") == ["Früh"]
    assert "create_search_index(" in house.file("0002")
    assert schemas[-1] == house.created(other_url)
    house.run("check")
    for place in (3, 2, 1, 0):
        house.run("down", "--yes")
        assert house.schema() == schemas[place]
        if place:
            insert(house, 10 + place, "later", "water")
            assert len(found(house, "later")) == 4 - place
    for place in (1, 2, 3, 4):
        house.run("to", str(place + 1))
        assert house.schema() == schemas[place]
    assert sorted(found(house, "water")) == ["later"] * 3


def test_a_searched_table_that_goes_or_is_renamed_leaves_nothing_behind(house: House, other_url: str) -> None:
    house.make("First", MORE)
    insert(house, 1, "kept", "bread")
    before = house.schema()
    house.make("Sheets", MORE.replace("Paper", "Sheet"), "--rename", "papers:sheets")
    assert house.schema() == house.created(other_url)
    house.run("down")
    assert house.schema() == before
    assert found(house, "bread") == ["kept"]
    house.run("to", "0", "--yes")
    assert house.schema() == {}
