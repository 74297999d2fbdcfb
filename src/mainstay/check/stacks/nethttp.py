"""net/http of Go, and routers with its handlers: chi, gorilla/mux and httprouter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.flow.follow import Follower
from mainstay.check.flow.frame import Inputs
from mainstay.check.flow.program import Program
from mainstay.check.stacks.golang import REGISTERS, SHARED, Dialect, entries, uses
from mainstay.check.stacks.stack import Entry

ROUTERS = ("net/http", "github.com/go-chi/chi", "github.com/gorilla/mux", "github.com/julienschmidt/httprouter")
SERVES = re.compile(r"\*http\.Request\b|http\.(ListenAndServe|HandleFunc|NewServeMux)")


class NetHTTP:
    """net/http."""

    name = "nethttp"
    inputs = Inputs(
        {
            **SHARED,
            "github.com/go-chi/chi": {"URLParam()": "path-"},
            "github.com/gorilla/mux": {"Vars()": "path-"},
            "github.com/julienschmidt/httprouter.Params": {"ByName()": "path-"},
        },
        registers=REGISTERS,
        registering_types=ROUTERS,
    )

    def present(self, program: Program, manifests: str) -> bool:
        """Whether a program serves with it."""
        return any(each in manifests for each in ROUTERS[1:]) or (
            uses(program, *ROUTERS)
            and any(unit.source.language == "go" and SERVES.search(unit.source.text) for unit in program.units)
        )

    def entries(self, follower: Follower) -> Iterator[Entry]:
        """Functions that are given to a route."""
        yield from entries(follower, Dialect(ROUTERS, (2, 3)), self.name)
