"""What the user writes: models, resources, policies."""

from mainstay.declare.account import Account
from mainstay.declare.action import Actions, action
from mainstay.declare.actor import actor, given
from mainstay.declare.computed import computed, derived
from mainstay.declare.field import field, reference
from mainstay.declare.model import Model, SoftDelete, Timestamps, Versioned
from mainstay.declare.mount import Mount, mount
from mainstay.declare.policy import Policy, anyone, no_one, opaque, owner, role, scope, signed_in, where
from mainstay.declare.resource import (
    Resource,
    descending,
    include,
    linked,
    listing,
    owned,
    parameter,
    route,
    through,
    together,
    unindexed,
    values,
    via,
)
from mainstay.declare.rule import rule
from mainstay.declare.wire import Wire

__all__ = [
    "Account",
    "Actions",
    "Model",
    "Mount",
    "Policy",
    "Resource",
    "SoftDelete",
    "Timestamps",
    "Versioned",
    "Wire",
    "action",
    "actor",
    "anyone",
    "computed",
    "derived",
    "descending",
    "field",
    "given",
    "include",
    "linked",
    "listing",
    "mount",
    "no_one",
    "opaque",
    "owned",
    "owner",
    "parameter",
    "reference",
    "role",
    "route",
    "rule",
    "scope",
    "signed_in",
    "through",
    "together",
    "unindexed",
    "values",
    "via",
    "where",
]
