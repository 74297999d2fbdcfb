"""Gin: handlers of one `*gin.Context`, groups of routes, and middleware before them."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.flow.follow import Follower
from mainstay.check.flow.frame import Inputs
from mainstay.check.flow.program import Program
from mainstay.check.stacks.golang import REGISTERS, SHARED, Dialect, entries, uses
from mainstay.check.stacks.stack import Entry

CONTEXT = {
    "Param()": "path-",
    "Params": "path-",
    "Query()": "query",
    "DefaultQuery()": "query",
    "GetQuery()": "query",
    "QueryArray()": "query",
    "GetQueryArray()": "query",
    "QueryMap()": "query",
    "PostForm()": "body",
    "DefaultPostForm()": "body",
    "GetPostForm()": "body",
    "PostFormArray()": "body",
    "GetRawData()": "body",
    "GetHeader()": "header",
    "Cookie()": "cookie",
    "FormFile()": "file-",
    "MultipartForm()": "file",
    "Request": "=net/http.Request",
    "Bind()": "&body",
    "BindJSON()": "&body",
    "BindQuery()": "&query",
    "BindUri()": "&path",
    "BindXML()": "&body",
    "ShouldBind()": "&body",
    "ShouldBindJSON()": "&body",
    "ShouldBindXML()": "&body",
    "ShouldBindYAML()": "&body",
    "ShouldBindQuery()": "&query",
    "ShouldBindUri()": "&path",
    "ShouldBindHeader()": "&header",
    "ShouldBindWith()": "&body",
    "ShouldBindBodyWith()": "&body",
    "MustBindWith()": "&body",
}
ROOT = "github.com/gin-gonic/gin"


class Gin:
    """Gin."""

    name = "gin"
    inputs = Inputs({**SHARED, f"{ROOT}.Context": CONTEXT}, registers=REGISTERS, registering_types=(ROOT,))

    def present(self, program: Program, manifests: str) -> bool:
        """Whether it is imported or listed."""
        return ROOT in manifests or uses(program, ROOT)

    def entries(self, follower: Follower) -> Iterator[Entry]:
        """Functions that are given to a route."""
        yield from entries(follower, Dialect((ROOT,), (1,)), self.name)
