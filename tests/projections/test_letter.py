"""An API to somebody else's letter: names, envelopes, errors, statuses, scheme, parameters and pages as specified."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from mainstay.compiler import compile as compiled_of
from mainstay.interchange import from_json, to_json
from tests.apps import gazette
from tests.apps.gazette import application, calling
from tests.apps.schemas import mistakes

ANNA = {"Authorization": "Token anna"}
BERT = {"Authorization": "Token bert"}


@pytest.fixture
async def paper(database_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the gazette, where Anna and Bert are known as reporters."""
    app = application(database_url)
    async with calling(app) as client:
        table = app.compiled.storage.tables["reporters"]
        async with app.sessions.begin() as session:
            for name, person in gazette.ACTORS.items():
                await session.execute(table.insert().values(id=person.id, full_name=name, home_town=None))
        yield client


async def write(paper: httpx2.AsyncClient, head: str, *, by: dict[str, str] = ANNA, **more: Any) -> httpx2.Response:
    """A new story."""
    story = {"headLine": head, "text": "What happened.", **more}
    return await paper.post("/api/stories", json={"newsItem": story}, headers=by)


async def test_names_and_envelopes_are_those_that_were_specified(paper: httpx2.AsyncClient) -> None:
    made = await write(paper, "Dragon seen", wordCount=3)
    assert made.status_code == 200
    story = made.json()["newsItem"]
    assert set(story) == {
        "id",
        "slug",
        "headLine",
        "text",
        "wordCount",
        "isLong",
        "printed",
        "reporterId",
        "createdAt",
        "updatedAt",
    }
    assert made.headers["location"] == "/api/stories/dragon-seen"
    found = await paper.get(made.headers["location"])
    assert found.json() == {"newsItem": story}
    changed = await paper.put("/api/story/dragon-seen", json={"newsItem": {"wordCount": 4}}, headers=ANNA)
    assert changed.json()["newsItem"]["wordCount"] == 4
    listed = await paper.get("/api/stories?include=writer&reporter.fullName=nobody")
    assert listed.json()["errors"] == {"reporter.fullName": ["is not a parameter here; did you mean writer.fullName?"]}
    listed = await paper.get("/api/stories?include=writer&writer.fullName=anna&wordCount[gte]=4&sort=-createdAt")
    assert listed.json()["storiesCount"] == 1
    assert listed.json()["stories"][0]["writer"]["fullName"] == "anna"


async def test_a_body_outside_its_envelope_is_told_what_is_missing(paper: httpx2.AsyncClient) -> None:
    for body in ({"headLine": "Dragon seen", "text": "-"}, {"data": {}}, {}, [], "newsItem"):
        answer = await paper.post("/api/stories", json=body, headers=ANNA)
        assert answer.status_code == 422
        assert answer.json()["errors"] == {"newsItem": ["must be given"]}
    beside = {"newsItem": {"headLine": "Dragon seen", "text": "-"}, "tags": []}
    answer = await paper.post("/api/stories", json=beside, headers=ANNA)
    assert answer.json()["errors"] == {"tags": ["does not belong beside newsItem"]}
    answer = await paper.post("/api/stories", json={"newsItem": None}, headers=ANNA)
    assert answer.json()["errors"] == {"body": ["the body must be a JSON object; it is not one"]}


async def test_every_error_has_the_specified_shape_and_status(paper: httpx2.AsyncClient) -> None:
    wrong = await write(paper, "", wordCount=-1, head_line="?")
    assert wrong.status_code == 422
    assert wrong.json()["status"] == 422
    assert set(wrong.json()["errors"]) == {"headLine", "wordCount", "head_line"}
    taken = await paper.post("/api/reporters", json={"reporter": {"fullName": "anna"}}, headers=ANNA)
    assert (taken.status_code, taken.json()["errors"]) == (422, {"fullName": ["is taken"]})
    unknown = await paper.get("/api/stories?wordCounts=3&perPage=x")
    assert unknown.json()["errors"] == {
        "wordCounts": ["is not a parameter here; did you mean wordCount?"],
        "perPage": ["is not a whole number from 1 to 100"],
    }
    broken = await paper.post("/api/stories", content=b"{", headers=ANNA | {"Content-Type": "application/json"})
    assert broken.status_code == 422
    assert list(broken.json()["errors"]) == ["body"]
    nobody = await paper.post("/api/stories", json={"newsItem": {"headLine": "-", "text": "-"}})
    assert (nobody.status_code, nobody.json()["errors"]) == (401, {"body": ["Sign in to do this."]})
    assert nobody.headers["www-authenticate"] == "Token"
    lost = await paper.get("/api/nothing")
    assert (lost.status_code, list(lost.json())) == (404, ["errors", "status"])
    other = await paper.put("/api/stories", json={})
    assert (other.status_code, other.json()["status"], other.headers["allow"]) == (405, 405, "GET, HEAD, OPTIONS, POST")
    custom = await paper.post("/api/weather", json={"degrees": "warm"}, headers=ANNA)
    assert (custom.status_code, list(custom.json()["errors"])) == (422, ["degrees"])
    assert (await paper.post("/api/weather", json={"degrees": 20})).json()["status"] == 401
    problem = await paper.get("/api/stories?x=1", headers={"Accept": "application/problem+json"})
    assert (problem.status_code, problem.json()["status"]) == (422, 422)


async def test_only_the_specified_scheme_is_taken(paper: httpx2.AsyncClient) -> None:
    assert (await write(paper, "One", by={"Authorization": "Token anna"})).status_code == 200
    assert (await write(paper, "Two", by={"Authorization": "token anna"})).status_code == 200
    for wrong in ("Bearer anna", "Token carl", "anna"):
        assert (await write(paper, "Three", by={"Authorization": wrong})).status_code == 401
    assert (await paper.post("/api/weather", json={"degrees": 20}, headers=ANNA)).status_code == 201
    bearer = {"Authorization": "Bearer anna"}
    assert (await paper.post("/api/weather", json={"degrees": 20}, headers=bearer)).status_code == 401


async def test_pages_by_offset_have_the_exact_count_of_what_the_caller_may_read(paper: httpx2.AsyncClient) -> None:
    for number in range(7):
        await write(paper, f"Story {number}", printed=number != 3)
    seen = []
    for offset in (0, 4, 8):
        page = (await paper.get(f"/api/stories?sort=headLine&perPage=4&offset={offset}")).json()
        assert page["storiesCount"] == 6
        seen += [story["headLine"] for story in page["stories"]]
    assert seen == [f"Story {number}" for number in range(7) if number != 3]
    assert (await paper.get("/api/stories", headers=ANNA)).json()["storiesCount"] == 7
    for gone in ("limit=4", "cursor=x", "page=1", "count=exact", "fields=id"):
        name = gone.partition("=")[0]
        assert list((await paper.get(f"/api/stories?{gone}")).json()["errors"]) == [name]
    for wrong in ("-1", "x", "10001"):
        told = (await paper.get(f"/api/stories?offset={wrong}")).json()["errors"]
        assert told == {"offset": ["is not a whole number from 0 to 10000"]}


async def test_pages_by_number_say_which_they_are(paper: httpx2.AsyncClient) -> None:
    assert (await paper.get("/api/reporters?sort=fullName&perPage=1")).json() == {
        "reporters": [{"id": str(gazette.ACTORS["anna"].id), "fullName": "anna", "homeTown": None}],
        "pageNumber": 1,
        "of": 2,
    }
    second = (await paper.get("/api/reporters?sort=fullName&perPage=1&page=2")).json()
    assert (second["reporters"][0]["fullName"], second["pageNumber"], second["of"]) == ("bert", 2, 2)
    assert (await paper.get("/api/reporters?page=0")).json()["errors"] == {
        "page": ["is not a whole number from 1 to 10000"]
    }


async def test_the_document_describes_what_is_answered(paper: httpx2.AsyncClient) -> None:
    document = (await paper.get("/openapi.json")).json()
    told = "Knows the actors that it is given, each by its token."
    scheme = {"type": "http", "scheme": "token", "description": told}
    assert document["components"]["securitySchemes"] == {"actor": scheme}
    await write(paper, "Dragon seen")
    answers = {
        ("/api/stories", "get", "200"): await paper.get("/api/stories"),
        ("/api/stories", "post", "200"): await write(paper, "Dragon gone"),
        ("/api/stories", "post", "422"): await write(paper, ""),
        ("/api/stories", "post", "401"): await write(paper, "Dragon", by={}),
        ("/api/reporters", "get", "200"): await paper.get("/api/reporters"),
        ("/api/weather", "post", "422"): await paper.post("/api/weather", json={}, headers=ANNA),
    }
    for (path, method, status), answer in answers.items():
        told = document["paths"][path][method]["responses"]
        assert str(answer.status_code) == status
        schema = told[status]["content"]["application/json"]["schema"]
        assert mistakes(answer.json(), schema, document) == []
    described = document["paths"]["/api/stories"]
    assert {one["name"] for one in described["get"]["parameters"]} >= {"perPage", "offset", "wordCount[gte]"}
    body = described["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["required"] == ["newsItem"]
    assert "400" not in described["post"]["responses"]
    assert "409" not in described["post"]["responses"]


def test_a_letter_goes_to_json_and_back() -> None:
    made = compiled_of(gazette.RESOURCES, wire=gazette.WIRE).application
    assert made.letter.statuses == (("VALIDATION_ERROR", 422), ("CONFLICT", 422))
    assert from_json(json.loads(json.dumps(to_json(made)))) == made


async def test_methods_paths_and_statuses_are_those_that_were_specified(paper: httpx2.AsyncClient) -> None:
    await write(paper, "Dragon seen")
    assert (await paper.patch("/api/stories/dragon-seen", json={}, headers=ANNA)).headers[
        "allow"
    ] == "GET, HEAD, OPTIONS"
    assert (await paper.put("/api/story/dragon-seen", json={"newsItem": {}}, headers=BERT)).status_code == 403
    assert (await paper.put("/api/story/dragon", json={"newsItem": {}}, headers=ANNA)).status_code == 404
    gone = await paper.post("/api/stories/dragon-seen/withdraw", headers=ANNA)
    assert (gone.status_code, gone.content, "content-type" in gone.headers) == (200, b"", False)
    assert (await paper.get("/api/stories/dragon-seen")).status_code == 404


async def test_a_list_leaves_out_what_only_one_row_has(paper: httpx2.AsyncClient) -> None:
    whole = (await write(paper, "Dragon seen")).json()["newsItem"]
    (listed,) = (await paper.get("/api/stories")).json()["stories"]
    assert set(whole) - set(listed) == {"text", "isLong"}
    assert (await paper.get("/api/stories/dragon-seen")).json()["newsItem"] == whole


async def test_a_slug_is_made_of_the_title_and_follows_it(paper: httpx2.AsyncClient) -> None:
    first = (await write(paper, "Crème Brûlée: 7 ways!")).json()["newsItem"]
    assert first["slug"] == "creme-brulee-7-ways"
    second = (await write(paper, "Creme brulee 7 ways")).json()["newsItem"]
    assert re.fullmatch(r"creme-brulee-7-ways-[a-z2-9]{6}", second["slug"])
    nameless = (await write(paper, "雪")).json()["newsItem"]
    assert re.fullmatch(r"[a-z2-9]{6}", nameless["slug"])
    path = f"/api/story/{second['slug']}"
    same = await paper.put(path, json={"newsItem": {"text": "more"}}, headers=ANNA)
    assert same.json()["newsItem"]["slug"] == second["slug"]
    same = await paper.put(path, json={"newsItem": {"headLine": "Creme brulee 7 ways"}}, headers=ANNA)
    assert same.json()["newsItem"]["slug"] == second["slug"]
    other = await paper.put(path, json={"newsItem": {"headLine": "Soup"}}, headers=ANNA)
    assert other.json()["newsItem"]["slug"] == "soup"
    taken = await paper.put("/api/story/soup", json={"newsItem": {"headLine": "Crème brûlée 7 ways"}}, headers=ANNA)
    assert re.fullmatch(r"creme-brulee-7-ways-[a-z2-9]{6}", taken.json()["newsItem"]["slug"])


async def test_a_slug_that_is_given_is_kept_and_may_be_taken(paper: httpx2.AsyncClient) -> None:
    long = {"notice": {"text": "A very long notice that hangs on the board"}}
    made = await paper.post("/api/notices", json=long)
    assert (made.status_code, made.json()["notice"]["slug"]) == (201, "a-very-long-notice-t")
    again = (await paper.post("/api/notices", json=long)).json()["notice"]
    assert re.fullmatch(r"a-very-long-n-[a-z2-9]{6}", again["slug"])
    given = await paper.post("/api/notices", json={"notice": {"text": "x", "slug": "mine"}})
    assert given.json()["notice"]["slug"] == "mine"
    given = await paper.post("/api/notices", json={"notice": {"text": "y", "slug": "mine"}})
    assert (given.status_code, given.json()["errors"]) == (422, {"slug": ["is taken"]})
    changed = await paper.patch("/api/notices/mine", json={"notice": {"text": "other"}})
    assert changed.json()["notice"]["slug"] == "mine"
    replaced = await paper.put("/api/notices/mine", json={"notice": {"text": None}})
    assert replaced.json()["notice"] == {"id": given_id(changed), "text": None, "slug": "mine"}
    assert (await paper.post("/api/notices", json={"notice": {}})).status_code == 201


def given_id(answer: httpx2.Response) -> str:
    """The key of a notice."""
    key: str = answer.json()["notice"]["id"]
    return key


async def test_titles_that_are_written_at_once_have_slugs_of_their_own(paper: httpx2.AsyncClient) -> None:
    answers = await asyncio.gather(*[write(paper, "The same") for _ in range(24)])
    assert {answer.status_code for answer in answers} == {200}
    slugs = {answer.json()["newsItem"]["slug"] for answer in answers}
    assert len(slugs) == 24
    assert "the-same" in slugs


async def heads(paper: httpx2.AsyncClient, query: str, *, by: dict[str, str] | None = None) -> list[str]:
    """The head lines of a list."""
    answer = await paper.get(f"/api/stories{query}", headers=by)
    assert answer.status_code == 200, answer.text
    assert answer.json()["storiesCount"] == len(answer.json()["stories"])
    return [story["headLine"] for story in answer.json()["stories"]]


async def test_a_parameter_has_its_own_name(paper: httpx2.AsyncClient) -> None:
    await write(paper, "Dragon seen", wordCount=3)
    await write(paper, "Dragon gone", by=BERT, wordCount=4)
    assert await heads(paper, "?by=bert") == ["Dragon gone"]
    assert await heads(paper, "?words_written=3") == ["Dragon seen"]
    assert await heads(paper, "?by=nobody") == []
    told = (await paper.get("/api/stories?by[in]=bert")).json()["errors"]
    assert told == {"by[in]": ["is not a parameter here; by is asked for by by"]}


async def test_another_list_has_a_path_a_condition_a_policy_and_an_order(paper: httpx2.AsyncClient) -> None:
    for number in range(3):
        await write(paper, f"Anna {number}", wordCount=number, printed=number != 1)
        await write(paper, f"Bert {number}", by=BERT, wordCount=10 + number, printed=number != 1)
    assert await heads(paper, "/longest") == ["Bert 2", "Bert 0", "Anna 2", "Anna 0"]
    assert await heads(paper, "/longest?sort=headLine&by=anna", by=ANNA) == ["Anna 0", "Anna 1", "Anna 2"]
    assert await heads(paper, "/longest?perPage=4&wordCount[lt]=12&by=bert") == ["Bert 0"]
    assert await heads(paper, "/drafts") == []
    assert await heads(paper, "/drafts", by=ANNA) == ["Anna 1"]
    assert await heads(paper, "/feed", by=ANNA) == []
    nobody = await paper.get("/api/stories/feed")
    assert (nobody.status_code, nobody.json()["errors"]) == (401, {"body": ["Sign in to do this."]})
    await follow(paper, "anna", "bert")
    assert await heads(paper, "/feed?sort=headLine", by=ANNA) == ["Bert 0", "Bert 2"]
    assert await heads(paper, "/feed", by=BERT) == []


async def follow(paper: httpx2.AsyncClient, reader: str, reporter: str) -> None:
    """Lets one reporter follow another."""
    app = paper._transport.app  # type: ignore[attr-defined]
    keys = {"reader_id": gazette.ACTORS[reader].id, "reporter_id": gazette.ACTORS[reporter].id}
    async with app.sessions.begin() as session:
        await session.execute(app.compiled.storage.tables["followings"].insert().values(**keys))


async def test_a_parameter_is_a_condition_of_its_value_as_far_as_the_caller_may_read(paper: httpx2.AsyncClient) -> None:
    await write(paper, "Anna's", wordCount=3)
    await write(paper, "Bert's", by=BERT, wordCount=3)
    await write(paper, "Bert's short one", by=BERT, wordCount=2)
    await follow(paper, "anna", "bert")
    assert await heads(paper, "?readBy=anna&sort=headLine", by=ANNA) == ["Bert's", "Bert's short one"]
    assert await heads(paper, "?readBy=anna&sort=headLine&wordCount=3", by=BERT) == ["Bert's"]
    assert await heads(paper, "?readBy=anna") == []
    assert await heads(paper, "?readBy=bert", by=ANNA) == []
    assert await heads(paper, "?liked_by=anna") == ["Bert's"]
    assert await heads(paper, "?liked_by=nobody") == []
    assert await heads(paper, "/longest?liked_by=anna&readBy=anna", by=BERT) == ["Bert's"]
