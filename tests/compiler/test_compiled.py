"""What is compiled: indexes, fields, relations, operations, and the same again."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.schema import CreateIndex

from mainstay import compiler
from mainstay.compiler.passes.declared_indexes import existing, serves
from mainstay.declare import Resource, actor, anyone, descending, owner, role, signed_in, through, together, where
from mainstay.interchange import from_json, to_json
from mainstay.operation import Application
from mainstay.policy import tree
from tests.compiler.models import Cook, Dish, Remark


class Cooks(Resource[Cook]):
    """Who cooks."""

    operations = ["list", "get"]
    hidden = [Cook.api_key]
    read = signed_in


class Dishes(Resource[Dish]):
    """Dishes,
    newest first.
    """

    writable = [Dish.title, Dish.slug, Dish.created_at]
    write_once = [Dish.author_id]
    filters = [Dish.author_id, Dish.rating, Dish.published, through(Dish.comments, Remark.text)]
    sorts = [Dish.created_at, Dish.rating, Dish.title]
    order = [descending(Dish.created_at)]
    includes = [Dish.author]
    indexes = [together(Dish.published, descending(Dish.rating))]
    lookup = Dish.slug
    read = where(Dish.published) | owner(Dish.author_id)
    create = signed_in
    update = delete = owner(Dish.author_id) | role("admin")
    read_fields = {Dish.rating: role("editor")}
    limits = {"create": "10/minute"}


class Remarks(Resource[Remark]):
    """What is said."""

    operations = ["list"]
    read = where(Remark.recipe.has(Dish.published))


@pytest.fixture(scope="module")
def compiled() -> compiler.Compiled:
    """The application of the three."""
    return compiler.compile([Dishes, Cooks, Remarks])


def columns(application: Application, table: str) -> set[tuple[str, ...]]:
    """The declared indexes of a table, a minus before what descends."""
    indexes = application.table(table).indexes
    return {tuple(f"{'-' if down else ''}{name}" for name, down in index.columns) for index in indexes}


@pytest.mark.requirement("A2.09", "A2.10", "A2.11", "A2.14")
def test_the_indexes_that_are_guaranteed_are_declared_and_no_more(compiled: compiler.Compiled) -> None:
    assert columns(compiled.application, "dishes") == {
        ("-created_at", "-id"),  # the default order, and sort=created_at backwards
        ("rating", "id"),  # sort=rating
        ("title", "id"),  # sort=title
        ("author_id", "-created_at", "-id"),  # the filter, the reference and the owner's policy
        ("rating", "-created_at", "-id"),
        ("published", "-created_at", "-id"),
        ("published", "-rating"),  # together(..)
    }
    assert columns(compiled.application, "remarks") == {("recipe_id",), ("text",)}
    assert columns(compiled.application, "cooks") == set()  # the key is enough
    for table in compiled.application.tables:
        orders = [list(index.columns) for index in table.indexes]
        for order in orders:
            others = [other for other in orders if other is not order] + list(
                existing(compiled.storage.tables[table.name])
            )
            assert not any(serves(other, order) for other in others), "one index is the beginning of another"
        declared = {index.name for index in compiled.storage.tables[table.name].indexes}
        assert {index.name for index in table.indexes} <= declared


def test_null_is_the_smallest_in_an_index_of_postgresql(compiled: compiler.Compiled) -> None:
    indexes = {index.name: index for index in compiled.storage.tables["dishes"].indexes}
    text = str(CreateIndex(indexes["ix_dishes_rating_id"]).compile(dialect=postgresql.dialect()))
    assert text == "CREATE INDEX ix_dishes_rating_id ON dishes (rating ASC NULLS FIRST, id)"
    text = str(CreateIndex(indexes["ix_dishes_published_rating_desc"]).compile(dialect=postgresql.dialect()))
    assert text.endswith("(published, rating DESC NULLS LAST)")


def test_compiled_twice_is_the_same(compiled: compiler.Compiled) -> None:
    again = compiler.compile([Dishes, Cooks, Remarks])
    assert again.application == compiled.application
    before = len(compiled.storage.tables["dishes"].indexes)
    assert len(again.storage.tables["dishes"].indexes) == before
    assert compiler.compile([Dishes, Cooks, Remarks], declare_indexes=False).application == compiled.application


@pytest.mark.requirement("A1.21")
def test_an_application_goes_to_json_and_back(compiled: compiler.Compiled) -> None:
    text = json.dumps(to_json(compiled.application), allow_nan=False)
    assert from_json(json.loads(text)) == compiled.application


def test_the_fields_and_who_may_do_what_with_them(compiled: compiler.Compiled) -> None:
    fields = {field.name: field for field in compiled.application.resource("dishes").fields}
    assert list(fields) == ["id", "title", "slug", "published", "pin", "created_at", "rating", "author_id"]
    assert {name: field.writable for name, field in fields.items() if field.writable != "never"} == {
        **dict.fromkeys(["title", "slug", "created_at"], "always"),
        "author_id": "once",
    }
    assert not fields["pin"].readable
    assert fields["rating"].read == tree.Role("editor")
    assert fields["title"].required
    assert not fields["author_id"].required
    assert "api_key" not in {field.name for field in compiled.application.resource("cooks").fields}
    table = compiled.application.table("dishes")
    assert table.column("author_id").default == "actor.id"
    assert table.column("published").default == "false"
    assert table.column("id").default == "generated"


@pytest.mark.requirement("A1.01", "A3.27")
def test_the_operations(compiled: compiler.Compiled) -> None:
    operations = {operation.name: operation for operation in compiled.application.operations}
    assert [(o.name, o.method, o.path, o.status) for o in compiled.application.operations] == [
        ("dishes.list", "GET", "/api/v1/dishes", 200),
        ("dishes.get", "GET", "/api/v1/dishes/{slug}", 200),
        ("dishes.create", "POST", "/api/v1/dishes", 201),
        ("dishes.replace", "PUT", "/api/v1/dishes/{slug}", 200),
        ("dishes.update", "PATCH", "/api/v1/dishes/{slug}", 200),
        ("dishes.delete", "DELETE", "/api/v1/dishes/{slug}", 204),
        ("cooks.list", "GET", "/api/v1/cooks", 200),
        ("cooks.get", "GET", "/api/v1/cooks/{id}", 200),
        ("remarks.list", "GET", "/api/v1/remarks", 200),
    ]
    assert [(limit.per, limit.calls, limit.seconds) for limit in operations["dishes.create"].limits] == [
        ("user", 10, 60),
        ("address", 10, 60),
    ]
    assert operations["dishes.list"].description == "Dishes,\nnewest first."
    assert operations["dishes.replace"].policy == operations["dishes.update"].policy
    body = operations["dishes.create"].body
    assert body is not None
    assert {part.name: part.required for part in body.parts} == {
        **dict.fromkeys(["title", "slug", "created_at"], True),
        "author_id": False,
    }
    answer = operations["dishes.get"].answer
    assert answer is not None
    assert {part.name for part in answer.parts if not part.required} == {"rating"}
    names = {parameter.name for parameter in operations["dishes.list"].parameters}
    assert {"author_id", "rating[is_null]", "comments.text[starts_with]", "published[in]", "cursor", "include"} <= names
    assert not {"author_id[lt]", "published[is_null]", "pin", "comments.text[ne]", "title[contains]"} & names


def test_a_filter_over_relations_is_guarded_at_each_of_them(compiled: compiler.Compiled) -> None:
    over = next(known for known in compiled.application.resource("dishes").filters if known.relations)
    assert (over.relations, over.guards, over.resource) == (("comments",), ("remarks",), "remarks")


class Base(DeclarativeBase):
    """Relations that are more, or less, than they seem."""


class Parent(Base):
    """One that has others."""

    __tablename__ = "parents"
    id: Mapped[int] = mapped_column(primary_key=True)
    all: Mapped[list[Child]] = relationship(back_populates="parent", foreign_keys="Child.parent_id")
    alive: Mapped[list[Child]] = relationship(
        primaryjoin="and_(Child.parent_id == Parent.id, Child.alive)", foreign_keys="Child.parent_id", viewonly=True
    )
    single: Mapped[Child] = relationship(foreign_keys="Child.parent_id", viewonly=True)
    twin: Mapped[Child] = relationship(foreign_keys="Child.only_id", viewonly=True)
    linked: Mapped[list[Child]] = relationship(secondary="links", viewonly=True)


class Child(Base):
    """One of them."""

    __tablename__ = "children"
    id: Mapped[int] = mapped_column(primary_key=True)
    alive: Mapped[bool]
    parent_id: Mapped[int] = mapped_column(sa.ForeignKey("parents.id"))
    only_id: Mapped[int] = mapped_column(sa.ForeignKey("parents.id"), unique=True)
    parent: Mapped[Parent] = relationship(back_populates="all", foreign_keys=parent_id)


sa.Table(
    "links",
    Base.metadata,
    sa.Column("parent_id", sa.ForeignKey("parents.id"), primary_key=True),
    sa.Column("child_id", sa.ForeignKey("children.id"), primary_key=True),
)


def test_a_relation_is_what_its_join_says() -> None:
    class Parents(Resource[Parent]):
        operations = ["list"]
        read = where(Parent.id == actor.id)

    class Children(Resource[Child]):
        operations = ["list"]
        read = anyone

    application = compiler.compile([Parents, Children]).application
    relations = {relation.name: relation for relation in application.table("parents").relations}
    assert {name: relation.many for name, relation in relations.items()} == {
        **dict.fromkeys(["all", "linked", "single"], True),
        "twin": False,
    }  # `alive` says more than equality
    assert [(step.table, step.pairs) for step in relations["linked"].steps] == [
        ("links", (("id", "parent_id"),)),
        ("children", (("child_id", "id"),)),
    ]
    parent = application.table("children").relation("parent")
    assert (parent.many, parent.steps[0].pairs) == (False, (("parent_id", "id"),))


def test_a_broken_relation_is_a_mistake_too() -> None:
    class Own(DeclarativeBase): ...

    class Lost(Own):
        __tablename__ = "losts"
        id: Mapped[int] = mapped_column(primary_key=True)
        other_id: Mapped[int] = mapped_column(sa.ForeignKey("nowhere.id"))

    class Losts(Resource[Lost]):
        read = anyone

    with pytest.raises(compiler.DeclarationErrors, match=r"SQLAlchemy cannot map the models.*nowhere"):
        compiler.compile([Losts])


def test_a_model_that_inherits_from_another_is_refused() -> None:
    class Own(DeclarativeBase): ...

    class Animal(Own):
        __tablename__ = "animals"
        id: Mapped[int] = mapped_column(primary_key=True)
        kind: Mapped[str]
        __mapper_args__: Any = {"polymorphic_on": "kind", "polymorphic_identity": "animal"}

    class Cat(Animal):
        __mapper_args__: Any = {"polymorphic_identity": "cat"}

    class Cats(Resource[Cat]):
        read = anyone

    with pytest.raises(compiler.DeclarationErrors, match="Cat is not mapped to one table of its own"):
        compiler.compile([Cats])


def test_a_class_that_could_not_be_defined_does_not_stop_the_others() -> None:
    class Own(DeclarativeBase): ...

    class Fine(Own):
        __tablename__ = "fines"
        id: Mapped[int] = mapped_column(primary_key=True)

    with pytest.raises(sa.exc.InvalidRequestError) as failure:

        class Again(Own):
            __tablename__ = "fines"
            id: Mapped[int] = mapped_column(primary_key=True)

    class Fines(Resource[Fine]):
        operations = ["list"]
        read = anyone

    assert compiler.compile([Fines]).application.resource("fines").title == "Fine"
    assert "already defined" in str(failure.value)  # the failure keeps the half-made class alive
