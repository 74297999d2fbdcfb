"""A column renamed or required in three migrations, while old code goes on."""

from __future__ import annotations

from tests.migrate.house import House

OLD = """
class Note(Base):
    body: Mapped[Annotated[str, Len(1, 200)]]
"""
RENAMED = OLD.replace("body:", "text:")
REQUIRED = OLD + "    kind: Mapped[Annotated[str, Len(1, 20)]]\n"


def insert(house: House, number: int, **columns: str) -> None:
    """A row with these columns, as somebody's code writes it."""
    names, values = ", ".join(["id", *columns]), ", ".join(f"'{value}'" for value in columns.values())
    house.execute(f"INSERT INTO notes ({names}) VALUES ('00000000-0000-0000-0000-{number:012}', {values})")


def test_old_and_new_code_see_what_the_other_writes_until_the_contract(house: House, other_url: str) -> None:
    house.make("First", OLD)
    insert(house, 1, body="before")
    house.models(RENAMED)
    said = house.run("make", "Text for body", "--rename", "notes.body:text", "--expand")
    assert said.count("wrote") == 3
    house.run("to", "2")
    insert(house, 2, body="old code")
    insert(house, 3, text="new code")
    house.execute("UPDATE notes SET body = 'old code again' WHERE text = 'new code'")
    house.execute("UPDATE notes SET text = 'new code again' WHERE body = 'old code'")
    both = house.rows("SELECT body, text FROM notes ORDER BY id")
    assert both == [("before", None), ("new code again",) * 2, ("old code again",) * 2]
    house.run("to", "3")
    assert house.rows("SELECT body, text FROM notes ORDER BY id")[0] == ("before", "before")
    assert "loses" not in house.run("up"), "what was in the old column is in the new one"
    texts = house.rows("SELECT text FROM notes ORDER BY id")
    assert texts == [("before",), ("new code again",), ("old code again",)]
    assert house.schema() == house.created(other_url)
    house.run("check")
    for _ in range(3):
        house.run("down")
    assert house.rows("SELECT body FROM notes ORDER BY id") == texts


def test_a_required_column_is_filled_between(house: House, other_url: str) -> None:
    house.make("First", OLD)
    insert(house, 1, body="before")
    house.models(REQUIRED)
    house.run("make", "Kinds", "--expand", "--fill", "notes.kind='plain'")
    house.run("to", "2")
    insert(house, 2, body="old code")
    insert(house, 3, body="new code", kind="new")
    house.run("up")
    assert house.rows("SELECT kind FROM notes ORDER BY id") == [("plain",), ("plain",), ("new",)]
    assert house.schema() == house.created(other_url)
    house.run("check")


def test_a_renaming_keeps_what_is_there(house: House, other_url: str) -> None:
    house.make("First", OLD)
    insert(house, 1, body="kept")
    before = house.schema()
    house.make("Text for body", RENAMED, "--rename", "notes.body:text")
    assert house.rows("SELECT text FROM notes") == [("kept",)]
    assert house.schema() == house.created(other_url)
    house.run("check")
    house.run("down")
    assert house.rows("SELECT body FROM notes") == [("kept",)]
    assert house.schema() == before


def test_a_table_is_renamed(house: House, other_url: str) -> None:
    house.make("First", OLD)
    insert(house, 1, body="kept")
    house.make("Remarks", OLD.replace("Note", "Remark"), "--rename", "notes:remarks")
    assert house.rows("SELECT body FROM remarks") == [("kept",)]
    assert house.schema() == house.created(other_url)
    house.run("check")
    house.run("down")
    assert house.rows("SELECT body FROM notes") == [("kept",)]


BOUND = """
class Pad(Base):
    name: Mapped[str]


class Note(Base):
    body: Mapped[Annotated[str, Len(1, 200)]] = field(unique=True)
    pad_id: Mapped[UUID] = reference(Pad, on_delete="cascade")
    order: Mapped[int] = field(index=True)
"""
BOUND_ANEW = BOUND.replace("body:", "text:").replace("pad_id:", "block_id:").replace("order:", "place:")


def test_columns_that_are_unique_refer_to_others_or_are_words_of_sql_are_renamed_in_steps(
    house: House, other_url: str
) -> None:
    house.make("First", BOUND)
    key = "'00000000-0000-0000-0000-000000000001'"
    columns = 'id, body, pad_id, "order"'
    house.execute(
        f"INSERT INTO pads VALUES ({key}, 'red')", f"INSERT INTO notes ({columns}) VALUES ({key}, 'a', {key}, 4)"
    )
    before = house.rows(f"SELECT {columns} FROM notes")
    house.models(BOUND_ANEW)
    renames = ("notes.body:text", "notes.pad_id:block_id", "notes.order:place")
    house.run("make", "Names", "--expand", *(word for one in renames for word in ("--rename", one)))
    house.run("to", "3")
    assert house.rows("SELECT id, text, block_id, place FROM notes") == before
    house.run("up")
    assert house.schema() == house.created(other_url)
    house.run("check")
    house.run("to", "1", "--yes")
    assert house.rows(f"SELECT {columns} FROM notes") == before
