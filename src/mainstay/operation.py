"""THE CENTRE: an application as frozen data.

The compiler makes one `Application` from what the user declared.  Every interface, test and proof is a
function of it and of nothing behind it; it goes to JSON and back without loss (`interchange.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from mainstay.named import named
from mainstay.policy.tree import ANYONE, Node
from mainstay.tables import Table
from mainstay.wire import Form

SCHEMA_VERSION = 1
"""Raised when an older reader could misunderstand what is written."""

RELEVANCE = "relevance"
"""What a list that is searched can be sorted by, besides its fields: how well each row was found."""

FARTHEST = 10_000
"""How many rows a page, or an offset, may pass over; a cursor goes on from there."""

Action = Literal["list", "get", "create", "replace", "update", "delete", "action", "opaque"]
Place = Literal["path", "query"]
Rows = Literal["none", "one", "many"]
Writable = Literal["never", "once", "always"]
Pages = Literal["cursor", "offset", "page"]


# What is exposed


class Counted(msgspec.Struct, frozen=True):
    """Rows that a computed field looks at, by the name of their source, and the policies that they count under."""

    source: str
    policies: tuple[str, ...]
    """`ratings` reads its rows, `ratings.stars` a field of them."""


class Computed(msgspec.Struct, frozen=True):
    """The value of a field that is kept in no column: an expression that the database evaluates."""

    value: Node
    counted: tuple[Counted, ...] = ()
    all_rows: str | None = None
    """Why rows count whoever may read them, where they do."""


class Derived(msgspec.Struct, frozen=True):
    """The value of a field that is kept in no column: a function of some of the row's columns, run in Python."""

    columns: tuple[str, ...]


class Field(msgspec.Struct, frozen=True):
    """A field of a resource, under the name that callers know it by."""

    name: str
    column: str
    """The column that it is kept in; the field's own name, which no column has, where it is kept in none."""
    kind: str
    form: Form
    description: str = ""
    nullable: bool = False
    readable: bool = True
    writable: Writable = "never"
    required: bool = False
    """Whether a create must give it."""
    read: Node = ANYONE
    """Who may read it, besides the resource's own policy."""
    write: Node = ANYONE
    """Who may set or change it, besides the operation's own policy."""
    computed: Computed | None = None
    derived: Derived | None = None


class Filter(msgspec.Struct, frozen=True):
    """A field to filter by, of the resource itself or over `relations`, one after the other."""

    name: str
    column: str
    kind: str
    form: Form
    operators: tuple[str, ...]
    relations: tuple[str, ...] = ()
    resource: str | None = None
    """The resource whose read policy guards the row that the relations end at."""
    unindexed: str | None = None
    """Why no index serves it, where that was written down."""
    guards: tuple[str, ...] = ()
    """For each relation, the resource whose read policy guards the rows that it leads to."""
    where: Computed | None = None
    """The condition that it is, of what the caller gives, where it is not the comparison of a column."""


class Sort(msgspec.Struct, frozen=True):
    """A field to sort by."""

    name: str
    column: str
    nullable: bool = False
    unindexed: str | None = None


class Include(msgspec.Struct, frozen=True):
    """Related rows to answer with, as `resource` answers them."""

    name: str
    relation: str
    resource: str
    many: bool = False
    """Whether they are a list."""
    order: tuple[tuple[str, bool], ...] = ()
    """Of a list, the target's columns in which it is sorted and whether descending, ended by its key."""
    limit: int = 0
    """Of a list, how many rows each parent's has at most: the first ones in its order."""
    embedded: bool = False
    """Whether it is answered without being asked for, as a field is."""
    value: str | None = None
    """The target's column whose values the list is of; None for a list of rows."""


class Owned(msgspec.Struct, frozen=True):
    """Rows of another resource that are written with a row that they live and die with."""

    name: str
    """What the list of them is called in a body."""
    relation: str
    resource: str
    parent: tuple[tuple[str, str], ...]
    """Pairs of columns: the child's, and the one of the row's key that it holds."""
    by: tuple[str, ...]
    """The child's fields by which it is known among those of its row."""
    create: Node
    update: Node
    delete: Node
    """Who may make, change and delete a child."""
    order: str | None = None
    """The column that keeps the order of the list."""
    most: int = 100
    depth: int = 1
    """How many levels of this list may stand in one another."""
    writable: Writable = "always"


class Links(msgspec.Struct, frozen=True):
    """Rows of another resource that a row is linked with by a write, each named by a value of a unique field."""

    name: str
    """What the list of values is called in a body."""
    relation: str
    resource: str
    field: str
    """The field of the other resource whose values are given."""
    form: Form
    link: str | None
    """The resource that exposes the rows of the link table, where one does: who may read them."""
    add: Node
    remove: Node
    """Who may make and delete a link."""
    create: Node | None = None
    """Who may make a row for a value that none has; None where nobody can."""
    most: int = 100
    writable: Writable = "always"


class Transitions(msgspec.Struct, frozen=True):
    """Which choice of a column may follow which."""

    column: str
    steps: tuple[tuple[str | None, tuple[str, ...]], ...]
    """Each choice that something may follow, with what may; None stands before the first, where that is not any."""

    def allows(self, before: str | None, after: str) -> bool:
        """Whether one choice may follow another; None is before a new row's first."""
        steps = dict(self.steps)
        if before is None:
            return None not in steps or after in steps[None]
        return before == after or after in steps.get(before, ())


class Paging(msgspec.Struct, frozen=True):
    """How many rows a list answers: where the caller does not say, and at most."""

    default: int = 20
    maximum: int = 100


class Resource(msgspec.Struct, frozen=True):
    """Rows of a table as callers may see them."""

    name: str
    title: str
    table: str
    description: str
    fields: tuple[Field, ...]
    lookup: tuple[str, ...]
    """Names of the fields that stand in a path; unique together."""
    read: Node
    """Which rows exist for whom: the guard of every path to them."""
    filters: tuple[Filter, ...] = ()
    sorts: tuple[Sort, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    """Columns of the default sort and whether descending, ended by the key."""
    includes: tuple[Include, ...] = ()
    include_depth: int = 1
    """How many relations, one after the other, `include` may follow: `comments.author` are two."""
    paging: Paging = Paging()
    search: tuple[str, ...] = ()
    """Names of the fields that `q` looks into, those first in which a word weighs most."""
    version: str | None = None
    """The column that counts the writes of a row."""
    deleted: str | None = None
    """The column that marks a row as deleted where rows are kept."""
    transitions: tuple[Transitions, ...] = ()
    must_match: bool = False
    """Whether a write must say which version it read."""
    owned: tuple[Owned, ...] = ()
    links: tuple[Links, ...] = ()
    row: str = ""
    """What one of the rows is, in words."""
    acyclic: tuple[str, ...] = ()
    """Columns that refer to a row of the same table, by which no row may become its own ancestor."""

    def field(self, name: str) -> Field:
        """The field called `name`; KeyError where there is none."""
        return named(self.fields, name)


# What can be done


class Parameter(msgspec.Struct, frozen=True):
    """A value given beside the body."""

    name: str
    place: Place
    form: Form
    description: str
    required: bool = False
    means: str = ""
    """What it is, where that is not its name: `limit` of a parameter called `per_page`."""


class Part(msgspec.Struct, frozen=True):
    """A member of an object in a body or an answer."""

    name: str
    form: Form
    required: bool
    nullable: bool = False
    description: str = ""
    each: Shape | None = None
    """What each object holds, where it is a list of objects."""


class Shape(msgspec.Struct, frozen=True):
    """An object in a body or an answer."""

    name: str
    parts: tuple[Part, ...]
    description: str = ""
    form: Form | None = None
    """Where it is no object of known parts: what it is instead."""
    closed: bool = False
    """Whether it can have no other members."""


class Behaviour(msgspec.Struct, frozen=True):
    """How the user's code behind an action is called."""

    rows: Rows = "none"
    """Whether it is about the row that the path names, about those whose keys the body lists, or about none."""
    keys: int = 0
    """How many of the parameters in the path are the key of the row: the first ones."""
    argument: str = ""
    """The part of the body that lists the keys of many rows."""
    whole: str = ""
    """The one argument that the whole body is, where it is."""
    answers: str | None = None
    """The resource of the row that it answers, where it answers one."""
    transaction: bool = True
    """Whether it is one transaction; it opens its own otherwise."""
    timeout: float = 5.0
    """Seconds after which its transaction is undone."""


class Limit(msgspec.Struct, frozen=True):
    """So many calls in so many seconds for each address or each user."""

    per: Literal["address", "user"]
    calls: int
    seconds: int
    shared: str = ""
    """The name under which operations use it up together; an address's then by whoever calls from there."""


class Under(msgspec.Struct, frozen=True):
    """The row in whose path an operation stands, which then is about those rows alone that lead to it by `relation`."""

    relation: str
    resource: str
    """As which that row is read: nothing is there where it may not be.  Its lookup's values are the path's first."""


class Operation(msgspec.Struct, frozen=True):
    """One thing that can be done: all that an interface, a test or a proof needs to know of it."""

    name: str
    """`recipes.list`: stable, unique."""
    action: Action
    method: str
    path: str
    """With the prefix, its parameters in braces."""
    status: int
    """HTTP's, when it is done."""
    policy: Node
    """Who may ask for it.  A list has the rows for which this is true and which its resource lets the caller read."""
    summary: str = ""
    description: str = ""
    resource: str | None = None
    under: Under | None = None
    """The row that stands before it in the path."""
    parameters: tuple[Parameter, ...] = ()
    body: Shape | None = None
    answer: Shape | None = None
    many: bool = False
    """Whether the answer is a list of its shape."""
    errors: tuple[str, ...] = ()
    """Codes of the errors that it can answer with."""
    limits: tuple[Limit, ...] = ()
    behaviour: Behaviour | None = None
    """Of an action."""
    rules: tuple[str, ...] = ()
    """The business rules that a write is asked for, in words."""
    overridden: bool = False
    """Whether a write is done by the user's code."""
    statements: int = 0
    """The most statements that one call runs, whatever the rows; 0 where that is not known."""
    order: tuple[tuple[str, bool], ...] = ()
    """The sort of a list that is not its resource's: columns and whether descending, ended by the key."""
    pages: Pages = "cursor"
    """How a list is paged."""
    counts: bool = False
    """Whether a list always counts its rows exactly."""
    answer_as: str | None = None
    """The template of its answers as JSON (`template.py`); None for Mainstay's own envelope."""
    body_as: str | None = None
    """The template of its bodies as JSON; None where the body stands alone."""


class Group(msgspec.Struct, frozen=True):
    """Actions that stand together and are about no rows of their own."""

    name: str
    """What stands before the dot in the names of its operations."""
    description: str


class Letter(msgspec.Struct, frozen=True):
    """What of every answer somebody else has specified; nothing where Mainstay's own ways are good."""

    scheme: str | None = None
    """What stands before credentials, in place of the identity's own scheme."""
    errors: str | None = None
    """The template of an error's body as JSON; None for Mainstay's own."""
    general: str = "base"
    """The field under which is told what is wrong with no field alone."""
    statuses: tuple[tuple[str, int], ...] = ()
    """Codes of errors, and the status of those and of the errors below them."""


class Application(msgspec.Struct, frozen=True):
    """A whole backend."""

    name: str
    version: str
    description: str
    prefix: str
    tables: tuple[Table, ...]
    resources: tuple[Resource, ...]
    operations: tuple[Operation, ...]
    letter: Letter = Letter()
    groups: tuple[Group, ...] = ()
    schema_version: int = SCHEMA_VERSION

    def table(self, name: str) -> Table:
        """The table called `name`; KeyError where there is none."""
        return named(self.tables, name)

    def resource(self, name: str) -> Resource:
        """The resource called `name`; KeyError where there is none."""
        return named(self.resources, name)

    def operation(self, name: str) -> Operation:
        """The operation called `name`; KeyError where there is none."""
        return named(self.operations, name)

    def resources_of(self, table: str) -> Iterator[Resource]:
        """The resources that expose rows of `table`."""
        return (resource for resource in self.resources if resource.table == table)
