"""The page for people: it is there, it loads nothing from elsewhere, it can be turned off."""

from __future__ import annotations

import re

import pytest

from tests.app.kitchen import client, kitchen, open_kitchen

pytestmark = pytest.mark.requirement("A1.33")

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
