"""`Resource`: what of a model is exposed, how, and to whom."""

from __future__ import annotations

import typing
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar, Generic, Literal, TypeVar

import msgspec
from sqlalchemy import ColumnExpressionArgument
from sqlalchemy.orm import InstrumentedAttribute, QueryableAttribute

from mainstay.behaviour import Call
from mainstay.declare.action import Actions
from mainstay.declare.computed import ComputedField, DerivedField
from mainstay.declare.policy import Policy

M = TypeVar("M")
Attribute = InstrumentedAttribute[Any]
OperationName = Literal["list", "get", "create", "replace", "update", "delete"]
EVERY_OPERATION: tuple[OperationName, ...] = ("list", "get", "create", "replace", "update", "delete")


class Through(msgspec.Struct, frozen=True, eq=False):
    """A column at the end of relations."""

    relations: tuple[Attribute | Via, ...]
    column: Any


class Unindexed(msgspec.Struct, frozen=True, eq=False):
    """A filter, `contains` on a filter, or a sort, that no index serves, and why that is right."""

    of: Attribute | Through | ComputedField
    reason: str


class Descending(msgspec.Struct, frozen=True, eq=False):
    """A column of a default sort, largest first."""

    column: Attribute


class Via(msgspec.Struct, frozen=True, eq=False):
    """A relation, answered as a certain resource answers it, so many rows of it, in a certain order."""

    relation: Attribute
    resource: type[Resource[Any]] | None = None
    """The one resource of the relation's target where nothing is said."""
    limit: int | None = None
    order: Sequence[Attribute | Descending] = ()


class Values(msgspec.Struct, frozen=True, eq=False):
    """Plain values of the rows that a relation leads to."""

    relation: Attribute | Via
    column: Attribute


class Together(msgspec.Struct, frozen=True, eq=False):
    """Columns that are filtered and sorted by together often enough for an index of their own."""

    columns: tuple[Attribute | Descending, ...]


class Owned(msgspec.Struct, frozen=True, eq=False):
    """Rows that live and die with the row: a list of objects in its body."""

    relation: Attribute
    resource: type[Resource[Any]] | None
    by: Attribute | None
    ordered_by: Attribute | None
    most: int
    depth: int


class Linked(msgspec.Struct, frozen=True, eq=False):
    """Rows that the row is linked with through a table of their own: a list of plain values in its body."""

    relation: Attribute | Via
    by: Attribute
    create_missing: bool
    most: int
    name: str | None


class NamedFilter(msgspec.Struct, frozen=True, eq=False):
    """A filter whose parameter has a name of its own."""

    name: str
    of: Attribute | Through | Unindexed | ColumnExpressionArgument[bool]
    all_rows: str | None
    via: tuple[type[Resource[Any]], ...]


class Listing(msgspec.Struct, frozen=True, eq=False):
    """A list of a resource beside its own."""

    path: str
    where: ColumnExpressionArgument[bool] | Policy | None
    allow: Policy | None
    order: Sequence[Attribute | Descending]
    description: str


class Route(msgspec.Struct, frozen=True, eq=False):
    """The method, path and status of an operation that somebody else has specified."""

    method: str | None
    path: str | None
    status: int | None


def route(method: str | None = None, path: str | None = None, status: int | None = None) -> Route:
    """How an operation is called, `route("PUT", "/articles/{slug}", 200)`, as far as it is otherwise than usual.

    The path stands behind the prefix and has the parameters, in braces, that it would have otherwise.
    """
    return Route(method, path, status)


def listing(
    path: str,
    *,
    where: ColumnExpressionArgument[bool] | Policy | None = None,
    allow: Policy | None = None,
    order: Sequence[Attribute | Descending] = (),
    description: str = "",
) -> Listing:
    """Another list of a resource: `feed = listing("/feed", where=.., allow=signed_in)`, the operation `articles.feed`.

    Its `path` stands behind that of the resource.  It has the rows that the caller may read and for which `where` is
    true, and is refused to whom `allow` refuses; it is filtered, sorted and paged as the resource's own list is.
    """
    return Listing(path, where, allow, order, description)


def parameter(
    name: str,
    of: Attribute | Through | Unindexed | ColumnExpressionArgument[bool],
    *,
    all_rows: str | None = None,
    via: type[Resource[Any]] | Sequence[type[Resource[Any]]] = (),
) -> NamedFilter:
    """A filter under a name of its own: `parameter("author", through(Article.author, User.username))` is `?author=`.

    It may be any condition over the row in which `given` is compared with a column:
    `parameter("fan", exists().where(Like.recipe_id == Recipe.id, Like.user_id == User.id, User.name == given))`.
    Rows elsewhere are seen as far as the caller may read them; `all_rows` is the reason why every row is, and
    `via` names the resources whose policies are meant where a model has several.
    """
    return NamedFilter(name, of, all_rows, (via,) if isinstance(via, type) else tuple(via))


def through(*path: Attribute | Via) -> Through:
    """A filter over relations: `through(Recipe.tags, Tag.slug)` is the parameter `tags.slug`.

    Each row on the way is one that the caller may read; `via(relation, resource)` says as which resource's,
    where a model has several.
    """
    return Through(tuple(path[:-1]), path[-1])


def unindexed(of: Attribute | Through | ComputedField, reason: str) -> Unindexed:
    """A filter or sort without an index; a text filter may then use `contains`, which reads every row."""
    return Unindexed(of, reason)


def via(
    relation: Attribute,
    resource: type[Resource[Any]],
    *,
    limit: int | None = None,
    order: Sequence[Attribute | Descending] = (),
) -> Via:
    """An include answered as `resource` answers it, where a model has several resources."""
    return Via(relation, resource, limit, order)


def include(relation: Attribute, *, limit: int | None = None, order: Sequence[Attribute | Descending] = ()) -> Via:
    """An include of many rows: at most `limit` (20) of each parent's, in `order` (that of the rows' resource)."""
    return Via(relation, None, limit, order)


def owned(
    relation: Attribute,
    resource: type[Resource[Any]] | None = None,
    *,
    by: Attribute | None = None,
    ordered_by: Attribute | None = None,
    most: int = 100,
    depth: int = 1,
) -> Owned:
    """Children that are written with their parent, as a list of objects in its body.

    `resource` says what of a child can be written, and by whom; it is the one resource of the children's
    model where nothing is said.  A child is known by its lookup, or by the field `by`.  `ordered_by` is a
    column of whole numbers that keeps the list's order.  At most `most` are written in one list; of rows
    that own rows of their own resource, lists are written `depth` levels deep.
    """
    return Owned(relation, resource, by, ordered_by, most, depth)


def linked(
    relation: Attribute | Via,
    *,
    by: Attribute,
    create_missing: bool = False,
    most: int = 100,
    name: str | None = None,
) -> Linked:
    """Links of a many-to-many relation, written as a list of values of the unique field `by`: `["vegan", "quick"]`.

    With `create_missing`, a value that no row has makes one, under the create policy of its resource.
    `name` is what the list is called where that is not the relation's name.
    """
    return Linked(relation, by, create_missing, most, name)


def values(relation: Attribute | Via, column: Attribute) -> Values:
    """A field that is a list of plain values: `tag_list = values(Article.tags, Tag.name)`, sorted by themselves.

    `include(Article.tags, limit=.., order=..)` in place of the relation says how many, and in which order.
    """
    return Values(relation, column)


def descending(column: Attribute) -> Descending:
    """Largest first, in `order` and `together`."""
    return Descending(column)


def together(*columns: Attribute | Descending) -> Together:
    """An index over several columns, in this order."""
    return Together(columns)


class Resource(Actions, Generic[M]):
    """What callers may do with the rows of the model `M`.

    The class's docstring is its description.  Attributes that are `computed(..)` or `derived(..)` are fields
    of those names beside the model's.  Every operation needs a policy: `read` for list and get,
    and the guard of every other path to a row; `create`, `update` (also for replace) and `delete`.
    Its `name` is plural, the table's where nothing is said.
    """

    parent: ClassVar[Attribute | Via | None] = None
    """A relation to one row, under whose path these are served: `Comment.article` for `/articles/{slug}/comments`."""
    flat: ClassVar[bool] = False
    """Whether rows with a `parent` are served under a path of their own, too."""

    operations: ClassVar[Sequence[OperationName]] = EVERY_OPERATION
    """Those that are served: list, get, create, replace, update and delete, or some of them."""
    fields: ClassVar[Sequence[Attribute] | None] = None
    """The fields that are exposed; every column but the `hidden` ones where nothing is said."""
    hidden: ClassVar[Sequence[Attribute]] = ()
    """Columns that no caller sees."""
    writable: ClassVar[Sequence[Attribute | Owned | Linked]] = ()
    """The fields that can be written, and related rows that are written with the row."""
    write_once: ClassVar[Sequence[Attribute | Owned | Linked]] = ()
    """Set by create and never again."""
    acyclic: ClassVar[Sequence[Attribute]] = ()
    """References to rows of the same table by which no row may become its own ancestor."""

    filters: ClassVar[Sequence[Attribute | Through | Unindexed | NamedFilter]] = ()
    """What a list can be narrowed by, each with an index."""
    sorts: ClassVar[Sequence[Attribute | Unindexed]] = ()
    """What a list can be sorted by, each with an index."""
    order: ClassVar[Sequence[Attribute | Descending]] = ()
    """The sort of a list that does not ask for one; by key where nothing is said."""
    includes: ClassVar[Sequence[Attribute | Via]] = ()
    """Relations that `include` may name; from there on, what the includes of their resources name."""
    embedded: ClassVar[Sequence[Attribute | Via]] = ()
    """Relations that are answered without being asked for, as fields are."""
    include_depth: ClassVar[int] = 2
    """How many relations, one after the other, `include` may follow: `comments.author` are two."""
    lookup: ClassVar[Attribute | None] = None
    """The unique field that stands in paths; the key where nothing is said."""
    indexes: ClassVar[Sequence[Together]] = ()
    """Indexes over several columns, beside those that filters, sorts and policies have."""
    default_limit: ClassVar[int] = 20
    """How many rows a list has that does not say."""
    max_limit: ClassVar[int] = 100
    """How many rows a list may ask for."""
    must_match: ClassVar[bool] = False
    """Whether a change or a delete must say with If-Match which version it read (428 otherwise)."""

    transitions: ClassVar[Mapping[Attribute, Mapping[Any, Collection[Any]]]] = {}
    """Which choice may follow which: `{Order.state: {"pending": {"paid", "cancelled"}}}` (409 otherwise).

    A choice that is not a key ends the row's life; None as key says what a new row may begin with.
    """

    read: ClassVar[Policy]
    """Who may read a row: in lists and by itself, and before any other operation on it."""
    create: ClassVar[Policy]
    """Who may make a row, as it would become."""
    update: ClassVar[Policy]
    """Who may change a row, as it is and as it would become; for replace too."""
    delete: ClassVar[Policy]
    """Who may delete a row."""
    read_fields: ClassVar[Mapping[Attribute | ComputedField | DerivedField, Policy]] = {}
    """Who may read a field, besides `read`."""
    write_fields: ClassVar[Mapping[Attribute, Policy]] = {}
    """Who may set or change a field, besides `create` or `update`."""
    limits: ClassVar[Mapping[OperationName, str]] = {}
    """Limits of an operation for each caller: `{"create": "10/minute"}`."""
    list_hidden: ClassVar[Sequence[Attribute | ComputedField | DerivedField]] = ()
    """What a list leaves out unless `fields` asks for it; one row has it."""
    routes: ClassVar[Mapping[OperationName, Route]] = {}
    """Method, path and status of operations, where they are not the usual ones: `{"update": route("PUT")}`."""
    names: ClassVar[Mapping[Attribute, str]] = {}
    """What callers call a field or a relation, where that is not its name in the model."""

    # What the user may override

    async def on_create(self, call: Call, draft: dict[str, Any]) -> M:
        """Makes a row of the values in `draft`, by the model's attributes, and gives it; the policies are asked here.

        An override may change the draft before it awaits this one, and do more with the row after, in the same
        transaction.
        """
        row: M = await call.carry_out(draft)
        return row

    async def on_update(self, call: Call, row: M, changes: dict[str, Any]) -> M:
        """Sets the `changes` of a row that is locked and whose policy is true, and gives it as it has become."""
        changed: M = await call.carry_out(changes)
        return changed

    async def on_delete(self, call: Call, row: M) -> None:
        """Deletes a row that is locked and whose policy is true."""
        await call.carry_out()

    @classmethod
    def model(cls) -> type[Any] | None:
        """The model in `Resource[Model]`; None where it was left out."""
        for part in cls.__mro__:
            for base in getattr(part, "__orig_bases__", ()):
                if typing.get_origin(base) is Resource and isinstance(typing.get_args(base)[0], type):
                    model: type[Any] = typing.get_args(base)[0]
                    return model
        return None


def attribute_name(attribute: Any) -> str:
    """What an attribute is called in its class, or what stands in its place."""
    if isinstance(attribute, QueryableAttribute):
        return str(attribute.key)
    return repr(attribute) if isinstance(attribute, str | int | float | None) else f"a {type(attribute).__name__}"
