"""Mistakes in what is searched are told with file, line and what to do."""

from __future__ import annotations

from functools import partial
from types import new_class
from typing import Annotated, Any

from annotated_types import Len
from sqlalchemy.orm import Mapped

from mainstay import compiler, kinds
from mainstay.declare import Model, Resource, anyone, field, role
from mainstay.interchange import from_json, to_json
from tests.compiler.test_mistakes import problems, the as the_in

the = partial(the_in, file=__file__)


class Poem(Model):
    """A text in many parts."""

    __tablename__ = "searched_poems"

    a: Mapped[Annotated[str, Len(1, 40)]] = field(search=True)
    b: Mapped[str] = field(search=True)
    c: Mapped[str | None] = field(search=True)
    d: Mapped[Annotated[str, kinds.Email()]] = field(search=True)
    relevance: Mapped[int] = field()


class Wrong(Model):
    """A number is no text, and a secret none that may be read."""

    __tablename__ = "searched_wrongly"

    size: Mapped[int] = field(search=True)  # no text


class Hidden(Model):
    """Nobody may read a secret."""

    __tablename__ = "searched_secretly"

    word: Mapped[Annotated[str, kinds.Secret()]] = field(search=True)  # a secret


class Endless(Model):
    """More than an index has letters for."""

    __tablename__ = "searched_endlessly"

    a: Mapped[str] = field(search=True)
    b: Mapped[str] = field(search=True)
    c: Mapped[str] = field(search=True)
    d: Mapped[str] = field(search=True)
    e: Mapped[str] = field(search=True)
    f: Mapped[str] = field(search=True)
    g: Mapped[str] = field(search=True)
    h: Mapped[str] = field(search=True)
    i: Mapped[str] = field(search=True)  # the ninth


class Poems(Resource[Poem]):
    """Poems."""

    operations = ["list", "get"]
    hidden = [Poem.d]
    read = anyone


def resource_of(model: type[Any]) -> Any:
    """A resource that lists rows of a model."""
    given = {"operations": ["list"], "read": anyone, "__module__": __name__}
    return new_class(f"{model.__name__}s", (Resource[model],), {}, lambda names: names.update(given))  # type: ignore[valid-type]


def test_what_is_searched_is_part_of_the_application() -> None:
    application = compiler.compile([Poems]).application
    poems, table = application.resource("searched_poems"), application.table("searched_poems")
    assert poems.search == ("a", "b", "c")
    assert table.search is not None
    assert table.search.columns == ("a", "b", "c", "d")
    listing = {parameter.name: parameter for parameter in application.operation("searched_poems.list").parameters}
    assert "one of: a, b, c." in listing["q"].description
    assert "relevance" in listing["sort"].description
    assert "q" not in {parameter.name for parameter in application.operation("searched_poems.get").parameters}
    assert from_json(to_json(application)) == application


def test_an_index_of_other_columns_is_another_index() -> None:
    names = {
        compiler.compile([resource_of(model)]).application.tables[0].search.name  # type: ignore[union-attr]
        for model in (Poem, Other)
    }
    assert len(names) == 2


class Other(Model):
    """Fewer columns."""

    __tablename__ = "searched_others"

    a: Mapped[str] = field(search=True)


def test_only_text_that_may_be_read_is_searched() -> None:
    the(problems(resource_of(Wrong)), "# no text", what="searched_wrongly.size, of kind integer", do="for text")
    the(problems(resource_of(Hidden)), "# a secret", what="of kind secret, is searched", do="may be read")


def test_an_index_has_room_for_so_many_columns() -> None:
    the(problems(resource_of(Endless)), "# the ninth", what="9 columns", do="search 8 at most")


def test_the_index_must_be_made_here() -> None:
    found = problems(resource_of(Other), declare_indexes=False)
    the(found, "a: Mapped[str] = field(search=True)", what="would have to be there", do="leave declare_indexes on")


class Guarded(Resource[Poem]):
    """Everything under another policy."""

    operations = ["list"]
    read = anyone
    read_fields = {Poem.a: role("a"), Poem.b: role("b"), Poem.c: role("c"), Poem.d: role("d")}


class Sorted(Resource[Poem]):
    """Sorted by a field whose name is taken."""

    operations = ["list"]
    sorts = [Poem.relevance]
    read = anyone


def test_policies_of_searched_fields_are_few() -> None:
    the(problems(Guarded), "read_fields = ", what="4 different policies", do="let 3 do")


def test_relevance_is_no_field_to_sort_by() -> None:
    the(problems(Sorted), "sorts = [Poem.relevance]", what="names relevance", do="another name")
