"""The page for people: it is there, it loads nothing from elsewhere, it can be turned off."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.app.kitchen import client, kitchen, open_kitchen

pytestmark = pytest.mark.requirement("A1.33")

NODE = shutil.which("node")
BROWSER = """
const { readFileSync } = require("fs");
globalThis.location = { href: "http://kitchen.test/docs" };
globalThis.SwaggerUIBundle = (options) => {
  const document = { ok: true, url: "/openapi.json", text: readFileSync("openapi.json", "utf8") };
  const other = { ok: true, url: "http://kitchen.test/api/v1/dishes", text: "no document" };
  const shown = [document, other].map((answer) => options.responseInterceptor(answer).text);
  console.log(JSON.stringify([JSON.parse(shown[0]), shown[1]]));
};
eval(readFileSync("start.js", "utf8"));
"""
"""What of a page Swagger UI asks: it hands every answer that it gets to the page first."""
FOREIGN = re.compile(r"""(?:src|href|url)\s*[=:(]\s*["']?(?:https?:)?//""")


async def test_the_page_and_all_that_it_loads_come_from_here(sqlite_url: str) -> None:
    async with open_kitchen(kitchen(sqlite_url)) as calling:
        page = await calling.get("/docs")
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert loaded == ["data:,", "docs/swagger-ui.css", "docs/swagger-ui.js", "docs/start.js"]
        assert not FOREIGN.search(page.text)
        for path in loaded[1:]:
            found = await calling.get(f"/{path}")
            assert found.status_code == 200
            assert found.headers["x-content-type-options"] == "nosniff"
            assert len(found.text) > 100
        script = (await calling.get("/docs/start.js")).text
        assert "validatorUrl: null" in script
        assert not FOREIGN.search(script)
        assert (await calling.get("/openapi.json")).status_code == 200


@pytest.mark.skipif(NODE is None, reason="there is no Node.js")
async def test_what_may_be_left_out_is_told_and_not_sent(sqlite_url: str, tmp_path: Path) -> None:
    async with open_kitchen(kitchen(sqlite_url)) as calling:
        (tmp_path / "start.js").write_text((await calling.get("/docs/start.js")).text)
        (tmp_path / "openapi.json").write_text((await calling.get("/openapi.json")).text)
    (tmp_path / "page.js").write_text(BROWSER)
    before = json.loads((tmp_path / "openapi.json").read_text())
    shown, other = of_page(tmp_path)
    assert other == "no document"
    (sort,) = [one for one in parameters(shown, "/api/v1/dishes") if one["name"] == "sort"]
    (same,) = [one for one in parameters(before, "/api/v1/dishes") if one["name"] == "sort"]
    assert sort["description"] == f"{same['description']} For example: `{same['example']}`."
    assert not [one for one in parameters(shown, "/api/v1/dishes") if "example" in one]
    of_one = parameters(shown, "/api/v1/dishes/{slug}")
    assert [one["name"] for one in of_one if "example" in one] == ["slug"]


def of_page(folder: Path) -> Any:
    """The document, and another answer, as the page hands them to Swagger UI."""
    words = [str(NODE), "page.js"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def parameters(document: Any, path: str) -> Any:
    """The parameters of a path's GET."""
    return document["paths"][path]["get"]["parameters"]


async def test_a_browser_is_told_to_load_nothing_from_elsewhere(sqlite_url: str) -> None:
    async with open_kitchen(kitchen(sqlite_url)) as calling:
        (policy,) = (await calling.get("/docs")).headers.get_list("content-security-policy")
        parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        assert parts["default-src"] == "'none'"
        assert {parts[name] for name in ("script-src", "connect-src")} == {"'self'"}
        assert parts["frame-ancestors"] == "'none'"


async def test_files_are_compressed_for_whoever_takes_that(sqlite_url: str) -> None:
    async with client(kitchen(sqlite_url)) as calling:
        plain = await calling.get("/docs/swagger-ui.css", headers={"Accept-Encoding": "identity"})
        small = await calling.get("/docs/swagger-ui.css", headers={"Accept-Encoding": "gzip"})
        assert "content-encoding" not in plain.headers
        assert small.headers["content-encoding"] == "gzip"
        assert int(small.headers["content-length"]) < int(plain.headers["content-length"]) / 4
        assert plain.text == small.text


async def test_the_page_is_not_there_where_it_is_turned_off(sqlite_url: str) -> None:
    async with client(kitchen(sqlite_url, docs=False)) as calling:
        assert (await calling.get("/docs")).status_code == 404
        assert (await calling.get("/docs/swagger-ui.js")).status_code == 404
