"""`mainstay why` names the clause and the values that decide an answer, and agrees with `mainstay call`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mainstay.cli import call, routes, why

APP = """
from typing import Annotated
from uuid import UUID

from annotated_types import Len
from sqlalchemy import MetaData, exists, func
from sqlalchemy.orm import Mapped

from mainstay import Actor, Mainstay, Model, Resource, Settings, actor, anyone, field, opaque, owner, reference, role
from mainstay import signed_in, where
from mainstay.errors import Unauthenticated


class Own(Model):
    __abstract__ = True
    metadata = MetaData(naming_convention=Model.metadata.naming_convention)


class Album(Own):
    title: Mapped[Annotated[str, Len(1, 40)]] = field(unique=True)
    public: Mapped[bool] = field(default=False)
    notes: Mapped[Annotated[str, Len(0, 80)] | None]
    owner_id: Mapped[UUID] = field(default=actor.id)


class Guest(Own):
    album_id: Mapped[UUID] = reference(Album)
    guest_id: Mapped[UUID]


class Albums(Resource[Album]):
    lookup = Album.title
    writable = [Album.title, Album.public, Album.notes, Album.owner_id]
    filters = [Album.public]
    sorts = [Album.title]
    read = (
        where(Album.public)
        | owner(Album.owner_id)
        | where(exists().where(Guest.album_id == Album.id, Guest.guest_id == actor.id))
        | opaque(func.length(Album.title) == 9, "nine letters")
    )
    create = owner(Album.owner_id)
    update = owner(Album.owner_id) | role("admin")
    delete = role("admin")
    read_fields = {Album.notes: owner(Album.owner_id)}
    limits = {"create": "10/minute"}


class Guests(Resource[Guest]):
    writable = [Guest.album_id, Guest.guest_id]
    read = create = delete = update = anyone


PEOPLE = {"anna": Actor(UUID(int=1)), "ben": Actor(UUID(int=2)), "admin": Actor(UUID(int=3), frozenset({"admin"}))}


class People:
    scheme = "Bearer"

    async def identify(self, credentials):
        return await self.find(credentials.value)

    async def find(self, name):
        if name not in PEOPLE:
            raise Unauthenticated("Nobody is called that.")
        return PEOPLE[name]


app = Mainstay(resources=[Albums, Guests], identity=People(), settings=Settings(log="off"))
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str) -> Path:
    """A folder with an application, and three albums of anna's."""
    (tmp_path / "albums_app.py").write_text(APP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "albums_app", raising=False)
    monkeypatch.setenv("MAINSTAY_DATABASE_URL", database_url)
    monkeypatch.setenv("MAINSTAY_APP", "albums_app:app")
    told(call.app, "albums.create", "title=Alps", "public:=true", "notes=mine", "--as", "anna")
    made = told(call.app, "albums.create", "title=Beach", "--as", "anna")
    told(call.app, "albums.create", "title=Nineteen!", "--as", "anna")
    guest = "00000000-0000-0000-0000-000000000002"
    told(call.app, "guests.create", f"album_id={made['data']['id']}", f"guest_id={guest}", "--as", "anna")
    return tmp_path


def told(command: Any, *words: str) -> Any:
    """The document that a command prints."""
    done = CliRunner().invoke(command, list(words))
    assert not done.exception or isinstance(done.exception, SystemExit), done.output
    return json.loads(done.stdout) if done.stdout else None


def clauses(judged: dict[str, Any]) -> dict[str, str]:
    """The truth of each leaf of a policy, by its words."""
    parts = judged.get("any_of") or judged.get("all_of") or judged.get("not")
    if parts is None:
        return {judged["clause"]: judged["is"]}
    return {name: word for part in parts for name, word in clauses(part).items()}


def test_a_404_is_told_by_clause_and_value(folder: Path) -> None:
    found = told(why.app, "albums.get", "Beach", "--as", "admin")
    assert (found["status"], found["code"], found["decided_by"]) == (404, "NOT_FOUND", ["albums.read"])
    assert found["because"] == "The row is there, and the caller may not read it."
    (read,) = found["policies"]
    assert clauses(read) == {
        "public": "false",
        "owner_id == actor.id": "false",
        "a row of guests with (guests.album_id == id and guests.guest_id == actor.id)": "false",
        "an expression of its own (nine letters)": "false",
    }
    owns = read["any_of"][1]["values"]
    assert [owns["owner_id"][-1], owns["actor.id"][-1]] == ["1", "3"]
    assert "rights of an operator" in found["note"]
    assert told(why.app, "albums.get", "Beach", "--as", "ben")["status"] == 200
    there = told(why.app, "albums.get", "Nineteen!")["policies"][0]["any_of"][3]
    assert (there["is"], there["evaluated_by"]) == ("true", "database")
    assert told(why.app, "albums.get", "Sea")["because"] == "There is no row with this key."


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_403_a_missing_row_and_a_hidden_field_are_told(folder: Path) -> None:
    found = told(why.app, "albums.update", "Beach", "--as", "ben")
    assert (found["status"], found["decided_by"]) == (403, ["albums.update"])
    assert found["policies"][1]["any_of"][1]["values"] == {"the caller's roles": []}
    found = told(why.app, "albums.update", "Alps", "owner_id=00000000-0000-0000-0000-000000000002", "--as", "anna")
    assert (found["status"], found["because"]) == (403, "The row would become one that the caller may not make.")
    found = told(why.app, "albums.delete", "Alps")
    assert (found["status"], found["because"]) == (401, "The caller is refused whatever the row.")
    found = told(why.app, "albums.list", "Beach", "--as", "admin")
    assert (found["status"], found["listed"], found["decided_by"]) == (200, False, ["albums.read"])
    found = told(why.app, "albums.list", "Beach", "public=true", "--as", "anna")
    assert (found["listed"], found["filters"]) == (False, [{"parameter": "public[eq]", "holds": False}])
    found = told(why.app, "albums.get", "Alps", "--as", "ben")
    assert (found["status"], [one["policy"] for one in found["hidden"]]) == (200, ["albums.notes (read field)"])


def test_it_agrees_with_call_for_everyone_and_every_row(folder: Path) -> None:
    for name in ("", "anna", "ben", "admin"):
        who = ("--as", name) if name else ()
        listed = {one["title"] for one in told(call.app, "albums.list", *who)["data"]}
        for title in ("Alps", "Beach", "Nineteen!", "Sea"):
            for operation, words in (("albums.get", ()), ("albums.update", ("public:=false",)), ("albums.delete", ())):
                found = told(why.app, operation, title, *words, *who)
                if found["status"] < 300 and operation != "albums.get":
                    continue  # it would be done
                done = told(call.app, operation, title, *words, *who)
                assert found["code"] == (done["error"]["code"] if "error" in done else None), (operation, title, name)
                if operation == "albums.get" and found["status"] == 200:
                    assert ("notes" in done["data"]) is (found["hidden"] == [])
            if title != "Sea":
                assert told(why.app, "albums.list", title, *who)["listed"] is (title in listed), (title, name)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_new_row_is_open_until_its_members_are_given(folder: Path) -> None:
    found = told(why.app, "albums.create", "--as", "anna")
    assert (found["status"], found["policies"][0]["is"]) == (None, "open")
    assert told(why.app, "albums.create", "title=Sea", "--as", "anna")["status"] == 201
    other = "owner_id=00000000-0000-0000-0000-000000000002"
    assert told(why.app, "albums.create", "title=Sea", other, "--as", "anna")["status"] == 403
    assert told(call.app, "albums.create", "title=Sea", other, "--as", "anna")["error"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    "words, said",
    [
        (("albums.gt", "Alps"), "did you mean albums.get?"),
        (("albums.list",), "say which row: its title"),
        (("albums.get",), "takes title first"),
        (
            ("albums.list", "Alps", "publik=true"),
            "The request is not valid. publik is not a parameter here; did you mean public?",
        ),
        (("albums.get", "Alps", "--as", "zoe"), "Nobody is called that."),
        (("albums.get", "Alps", "--as", "anna", "--token", "anna"), "give one of them"),
        (("albums_app:app",), "names no operation"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_line_that_asks_nothing_ends_with_2(folder: Path, words: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(why.app, list(words))
    assert (done.exit_code, done.stdout) == (2, ""), done.output
    assert said in done.stderr


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_routes_have_policy_and_limits_in_words(folder: Path) -> None:
    found = {one["operation"]: one for one in told(routes.app, "albums_app:app")}
    made = found["albums.create"]
    assert (made["method"], made["path"], made["policy"]) == ("POST", "/api/v1/albums", "owner_id == actor.id")
    assert {"100/minute per address", "1000/hour per user", "10/minute per user"} <= set(made["limits"])
    assert found["albums.list"]["policy"].startswith("public or owner_id == actor.id or a row of guests with (")
