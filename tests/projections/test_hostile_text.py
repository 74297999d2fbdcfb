"""Text that would be markup or a script, were it not JSON: no answer lets a browser take it for one."""

from __future__ import annotations

import httpx2
import pytest

from mainstay import Mainstay, Settings
from tests.app.kitchen import SIGNED_IN, Dishes, open_kitchen

SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>"


def harmless(answer: httpx2.Response) -> None:
    """Fails where a browser could take an answer for a page."""
    assert answer.headers["content-type"].partition(";")[0] in ("application/json", "application/problem+json")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.requirement("A3.09")
async def test_a_script_that_is_kept_comes_back_as_the_text_that_it_is(calling: httpx2.AsyncClient) -> None:
    body = {"slug": "xss", "title": SCRIPT, "served": True}
    made = await calling.post("/api/v1/dishes", json=body, headers=SIGNED_IN)
    assert made.status_code == 201
    as_page = {"Accept": "text/html, */*"}
    for answer in (made, await calling.get("/api/v1/dishes/xss", headers=as_page), await calling.get("/api/v1/dishes")):
        harmless(answer)
        data = answer.json()["data"]
        assert (data[0] if isinstance(data, list) else data)["title"] == SCRIPT


@pytest.mark.requirement("A3.09")
@pytest.mark.parametrize("accept", ["*/*", "text/html, */*", "application/problem+json"])
async def test_a_script_in_what_is_refused_comes_back_as_text_if_at_all(
    calling: httpx2.AsyncClient, accept: str
) -> None:
    headers = {**SIGNED_IN, "Accept": accept}
    for answer, status in [
        (await calling.get(f"/api/v1/dishes/{SCRIPT}", headers=headers), 404),
        (await calling.get(f"/{SCRIPT}", headers=headers), 404),
        (await calling.get("/api/v1/dishes", params={SCRIPT: "1"}, headers=headers), 400),
        (await calling.get("/api/v1/dishes", params={"sort": SCRIPT}, headers=headers), 400),
        (await calling.post("/api/v1/dishes", json={SCRIPT: SCRIPT}, headers=headers), 400),
        (await calling.post("/api/v1/dishes", content=SCRIPT.encode(), headers=headers), 415),
        (await calling.post("/custom/orders", json={"table": SCRIPT, "dishes": []}, headers=headers), 400),
        (await calling.get("/custom/me", headers={"Authorization": SCRIPT, "Accept": accept}), 401),
    ]:
        assert answer.status_code == status, answer.text
        harmless(answer)
    answer = await calling.get("/api/v1/dishes", headers={**headers, "X-Request-ID": SCRIPT})
    assert SCRIPT not in answer.headers["x-request-id"]


@pytest.mark.requirement("A3.09")
async def test_the_page_for_people_has_the_name_of_the_application_as_text(sqlite_url: str) -> None:
    app = Mainstay(resources=[Dishes], name=SCRIPT, database=sqlite_url, settings=Settings(log="off"))
    async with open_kitchen(app) as calling:
        page = (await calling.get("/docs")).text
    assert SCRIPT not in page
    assert "&lt;script&gt;alert" in page
