"""What PocketBase is asked is what all are asked, and its answers are compared in everybody's words."""

from __future__ import annotations

from random import Random
from urllib.parse import parse_qs, urlsplit

import msgspec

from benchmarks import data, requests, tokens
from benchmarks.agree import content
from benchmarks.requests import Request
from benchmarks.translation import TRANSLATIONS, token_key

POCKETBASE = TRANSLATIONS["pocketbase"]
ROW = {
    "author": "a1",
    "body": "Chop.",
    "collectionId": "pbc_1",
    "collectionName": "recipes",
    "created_at": "2024-01-01 00:11:00.007Z",
    "id": "r1",
    "published": True,
    "servings": 4,
    "tags": ["t1"],
    "title": "Soup",
}


def test_a_list_is_asked_for_as_an_expression() -> None:
    request = requests.made("W6", Random(1))
    asked = urlsplit(POCKETBASE.request(request).target)
    author = parse_qs(urlsplit(request.target).query)["author_id"][0]
    assert asked.path == "/api/collections/recipes/records"
    assert parse_qs(asked.query) == {
        "filter": [f"author='{author}' && published=true"],
        "sort": ["-created_at,-id"],
        "perPage": ["20"],
        "skipTotal": ["1"],
        "expand": ["comments_via_recipe,tags"],
    }


def test_a_row_is_created_with_its_words() -> None:
    request = requests.made("W4", Random(1))
    asked = POCKETBASE.request(request)
    given, translated = msgspec.json.decode(request.body), msgspec.json.decode(asked.body)
    assert (asked.method, asked.target) == ("POST", "/api/collections/recipes/records")
    assert translated == {"author": given.pop("author_id"), **given}
    status, body = POCKETBASE.answer(request, 200, msgspec.json.encode(ROW))
    assert status == 201
    assert content(body, created=True) == [(True, "Soup", "Chop.", True, 4, "a1")]


def test_a_caller_shows_a_token_that_their_own_key_signs() -> None:
    author = str(data.author_id(1))
    request = requests.guarded(f"author_id={author}&published=true&sort=-created_at&limit=20", data.author_id(1))
    asked = POCKETBASE.request(request)
    assert asked.target.startswith("/api/collections/guarded_recipes/records?")
    claims = msgspec.json.decode(tokens.decoded(asked.headers["Authorization"].split(".")[1]))
    assert (claims["id"], claims["type"], claims["collectionId"]) == (author, "auth", "pbc_1469868592")
    secret = token_key(author).encode() + tokens.SECRET
    assert asked.headers["Authorization"] == tokens.signed(claims, secret)
    forged = Request("GET", request.target, {"Authorization": "Bearer e30.e30.forged"})
    assert POCKETBASE.request(forged).headers["Authorization"] == "e30.e30.forged"


def test_what_came_along_is_compared_and_what_did_not_is_none() -> None:
    request = requests.made("W6", Random(1))
    comment, tag = {"id": "c1", "text": "Good."}, {"id": "t1", "name": "warm"}
    rows = [{**ROW, "expand": {"comments_via_recipe": [comment], "tags": [tag]}}, ROW]
    status, body = POCKETBASE.answer(request, 200, msgspec.json.encode({"items": rows, "page": 1}))
    assert status == 200
    common = (("r1", "2024-01-01T00:11:00"), "Soup", "Chop.", True, 4, "a1")
    assert content(body, created=False) == [(*common, [("c1", "Good.")], [("t1", "warm")]), (*common, [], [])]


def test_an_empty_list_is_its_refusal_and_nobody_elses() -> None:
    empty = msgspec.json.encode({"data": []})
    assert POCKETBASE.refuses(200, empty)
    assert POCKETBASE.refuses(400, b"{}")
    assert not POCKETBASE.refuses(200, msgspec.json.encode({"data": [1]}))
    assert not TRANSLATIONS[""].refuses(200, empty)
