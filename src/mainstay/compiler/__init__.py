"""Declarations to operations: passes make the application, verifiers look for mistakes.

Both run to their end before anything is said, so that all mistakes are told together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec
import sqlalchemy as sa

from mainstay.compiler.draft import Draft
from mainstay.compiler.finish import finish
from mainstay.compiler.passes.actions import actions
from mainstay.compiler.passes.acyclic_references import acyclic
from mainstay.compiler.passes.behaviours import behaviours, transitions
from mainstay.compiler.passes.computed_fields import computed_fields
from mainstay.compiler.passes.conditions import condition_policies
from mainstay.compiler.passes.counted_rows import counted_rows
from mainstay.compiler.passes.declared_fields import fields
from mainstay.compiler.passes.declared_includes import includes
from mainstay.compiler.passes.declared_indexes import declare_indexes as put_indexes, indexes
from mainstay.compiler.passes.declared_lists import lists
from mainstay.compiler.passes.declared_policies import policies
from mainstay.compiler.passes.declared_search import declare_search as put_search, search
from mainstay.compiler.passes.derived_fields import derived_fields
from mainstay.compiler.passes.letters import letters
from mainstay.compiler.passes.linked_rows import links
from mainstay.compiler.passes.listings import listings
from mainstay.compiler.passes.mounted_routers import routers
from mainstay.compiler.passes.names import names
from mainstay.compiler.passes.operations import operations
from mainstay.compiler.passes.owned_rows import owned
from mainstay.compiler.passes.parents import nested_paths, parents
from mainstay.compiler.passes.resources import resources
from mainstay.compiler.passes.routes import routes
from mainstay.compiler.passes.tables import tables
from mainstay.compiler.problem import DeclarationErrors, Place, Problem
from mainstay.compiler.verify.every_filter_and_sort_has_an_index import every_filter_and_sort_has_an_index
from mainstay.compiler.verify.every_operation_has_a_policy import every_operation_has_a_policy
from mainstay.compiler.verify.every_write_can_be_made import every_write_can_be_made
from mainstay.compiler.verify.includes_are_bounded import includes_are_bounded
from mainstay.compiler.verify.includes_name_one_resource import includes_name_one_resource
from mainstay.compiler.verify.lookups_are_unique import lookups_are_unique
from mainstay.compiler.verify.names_and_paths_are_unique import names_and_paths_are_unique
from mainstay.compiler.verify.numbers_are_exact import numbers_are_exact
from mainstay.compiler.verify.searches_can_be_served import searches_can_be_served
from mainstay.compiler.verify.secrets_are_not_readable import secrets_are_not_readable
from mainstay.declare.action import Actions
from mainstay.declare.mount import Mount
from mainstay.declare.wire import Wire
from mainstay.operation import Application, Limit
from mainstay.storage import Storage

PASSES: tuple[Callable[[Draft], None], ...] = (
    resources,
    tables,
    fields,
    computed_fields,
    derived_fields,
    transitions,
    policies,
    parents,
    owned,
    links,
    acyclic,
    lists,
    listings,
    includes,
    indexes,
    names,
    counted_rows,
    search,
    condition_policies,
    operations,
    nested_paths,
    routes,
    behaviours,
    actions,
    routers,
    letters,
)
"""What is made of the declarations, in order."""

VERIFIERS: tuple[Callable[[Draft], Iterable[Problem]], ...] = (
    every_operation_has_a_policy,
    every_filter_and_sort_has_an_index,
    every_write_can_be_made,
    includes_are_bounded,
    includes_name_one_resource,
    lookups_are_unique,
    names_and_paths_are_unique,
    numbers_are_exact,
    searches_can_be_served,
    secrets_are_not_readable,
)
"""What could still be wrong, one thing each."""


class Compiled(msgspec.Struct, frozen=True):
    """An application as data, and how its tables are kept."""

    application: Application
    storage: Storage


def compile(  # noqa: A001 - it is called compiler.compile
    declared: Sequence[type[Actions]],
    *,
    routers: Sequence[Mount] = (),
    name: str = "Mainstay",
    version: str = "0.1.0",
    description: str = "",
    prefix: str = "/api/v1",
    database: str = "sqlite",
    declare_indexes: bool = True,
    limits: tuple[Limit, ...] = (),
    wire: Wire | None = None,
    metadata: sa.MetaData | None = None,
) -> Compiled:
    """The application that the declarations mean.

    `database` is the kind of database that it will run on; with `declare_indexes` off, the tables must
    have every index already; `metadata` has tables that are the application's even without a resource.
    Raises `DeclarationErrors` with every mistake there is.
    """
    draft = Draft(
        declared, routers, name, version, description, prefix, database, declare_indexes, limits, wire, metadata
    )
    for run in PASSES:
        run(draft)
        if draft.is_unreadable:
            raise DeclarationErrors(draft.problems)
    for verify in VERIFIERS:
        draft.problems.extend(verify(draft))
    if draft.problems:
        raise DeclarationErrors(sorted(dict.fromkeys(draft.problems), key=lambda problem: problem.place))
    if draft.declare_indexes:
        put_indexes(draft)
    put_search(draft)
    return finish(draft, Compiled)


__all__ = ["PASSES", "VERIFIERS", "Compiled", "DeclarationErrors", "Place", "Problem", "compile"]
