"""Echo: handlers of one `echo.Context` that answer an error, groups of routes, and middleware behind them."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.flow.follow import Follower
from mainstay.check.flow.frame import Inputs
from mainstay.check.flow.program import Program
from mainstay.check.stacks.golang import REGISTERS, SHARED, Dialect, entries, uses
from mainstay.check.stacks.stack import Entry

CONTEXT = {
    "Param()": "path-",
    "ParamValues()": "path-",
    "QueryParam()": "query",
    "QueryParams()": "query",
    "QueryString()": "query",
    "FormValue()": "body",
    "FormParams()": "body",
    "FormFile()": "file-",
    "MultipartForm()": "file",
    "Cookie()": "cookie",
    "Cookies()": "cookie",
    "Request()": "=net/http.Request",
    "Bind()": "&body",
}
ROOT = "github.com/labstack/echo"


class Echo:
    """Echo."""

    name = "echo"
    inputs = Inputs({**SHARED, f"{ROOT}.Context": CONTEXT}, registers=REGISTERS, registering_types=(ROOT,))

    def present(self, program: Program, manifests: str) -> bool:
        """Whether it is imported or listed."""
        return ROOT in manifests or uses(program, ROOT)

    def entries(self, follower: Follower) -> Iterator[Entry]:
        """Functions that are given to a route."""
        yield from entries(follower, Dialect((ROOT,), (1,), handler_first=True, late=True), self.name)
