"""Routes of the user's own FastAPI routers, as operations whose inside is not known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from mainstay.compiler.draft import Draft
from mainstay.compiler.passes.declared_policies import tree_of
from mainstay.compiler.passes.names import spoken
from mainstay.compiler.problem import Place
from mainstay.declare.mount import Mount
from mainstay.declare.policy import Policy
from mainstay.operation import Operation, Parameter
from mainstay.policy import tree
from mainstay.wire import Form

ABOUT_ROWS = (tree.Column, tree.Exists, tree.Opaque, tree.Now)


def routers(draft: Draft) -> None:
    """One opaque operation for each method of each route of a mounted router."""
    for position, mount in enumerate(draft.mounts):
        if not isinstance(mount, Mount) or not isinstance(mount.allow, Policy):
            draft.problem(
                first_place(getattr(mount, "router", mount), position),
                f"routers[{position}] is a FastAPI router without a policy",
                "write mount(router, allow=signed_in), or allow=anyone where everybody may call it",
            )
            continue
        place = first_place(mount.router, position)
        policy = tree_of(draft, mount.allow, place, {})
        if any(isinstance(node, ABOUT_ROWS) for node in policy.walk()):
            draft.problem(
                place,
                f"the policy of routers[{position}] looks at rows, which a router has none of",
                "use role(..), scope(..), signed_in or anyone, and check rows in the routes",
            )
        draft.mounted.append((mount, policy))
        for context in iter_route_contexts(mount.router.routes):
            route = context.original_route
            if isinstance(route, APIRoute):
                for operation in opaque(draft, context, route, policy):
                    draft.operations.append(operation)
                    draft.places[operation.method, operation.path] = place_of_route(route) or place
            else:
                named = f"{type(route).__name__} {context.path or ''}"
                draft.problem(
                    place_of_route(route) or place,
                    f"routers[{position}] has {named}, which no policy guards",
                    "serve it beside this one, as an application of its own: no policy can stand before it",
                )


def opaque(draft: Draft, context: RouteContext, route: APIRoute, policy: tree.Node) -> Iterator[Operation]:
    """The route's operations, under the path that it has with the prefixes of the routers around it."""
    for method in sorted(route.methods or ()):
        yield Operation(
            name=f"{route.name}.{method.lower()}" if len(route.methods or ()) > 1 else str(route.name),
            action="opaque",
            method=method,
            path=context.path_format or route.path_format,
            status=route.status_code or 200,
            policy=policy,
            summary=route.summary or spoken(str(route.name)),
            description=route.description,
            parameters=tuple(
                Parameter(name, "path", Form("string"), f"The {name.replace('_', ' ')} in the path.", True)
                for name in sorted(route.param_convertors)
            ),
            limits=draft.limits,
        )


def first_place(router: Any, position: int) -> Place:
    """Where the router's first endpoint is written."""
    contexts = iter_route_contexts(getattr(router, "routes", ()))
    places = (place_of_route(context.original_route) for context in contexts)
    return next((place for place in places if place is not None), Place(f"<routers[{position}]>", 0))


def place_of_route(route: Any) -> Place | None:
    """Where a route's endpoint is written; None where that is not known."""
    code = getattr(getattr(route, "endpoint", None), "__code__", None)
    return None if code is None else Place(code.co_filename, code.co_firstlineno)
