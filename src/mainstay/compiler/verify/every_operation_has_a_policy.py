"""Nothing can be called without a policy; that everybody may must be written."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.compiler.draft import Draft
from mainstay.compiler.passes.operations import POLICY
from mainstay.compiler.problem import Problem


def every_operation_has_a_policy(draft: Draft) -> Iterator[Problem]:
    """A problem for each policy that an exposed operation needs and nobody wrote."""
    for resource in draft.resources:
        needed = dict.fromkeys(["read", *[POLICY[name] for name in resource.operations]])
        for name in needed:
            if name not in resource.policies:
                using = [operation for operation in resource.operations if POLICY[operation] == name]
                need = "needs" if len(using) == 1 else "need"
                who = f", which {', '.join(using)} {need}" if using else ", which guards every path to its rows"
                yield Problem(
                    resource.place(),
                    f"{resource.declared.__name__} has no policy {name!r}{who}",
                    f"write {name} = where(..), owner(..), role(..), signed_in or anyone; "
                    "or leave the operation out of `operations`",
                )
