"""How an API is asked: whom, how often, as whom; what is left behind, and what a report shows of it."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header, Request
from fastapi.responses import JSONResponse, RedirectResponse
from typer.testing import CliRunner

from mainstay.check.config import Config, of
from mainstay.check.live import address
from mainstay.check.live.address import WrongAddress
from mainstay.check.live.settings import LiveSettings, WrongSettings, identity
from mainstay.check.probing import NothingToAsk
from mainstay.check.report import html, markdown, sarif
from mainstay.check.review import Review
from mainstay.cli import app as command
from tests.check.live.apps import vulnerable
from tests.check.live.conftest import probed, served

ALONE = Config(ignore=("guesses-unlimited",))


def check(*arguments: object) -> tuple[int, str]:
    answer = CliRunner().invoke(command, ["check", *map(str, arguments)])
    return answer.exit_code, " ".join(answer.output.split())


@pytest.mark.parametrize("url", ["https://api.example", "http://192.0.2.1", "http://[2001:db8::1]:80"])
def test_what_is_not_this_machine_is_refused_unless_it_is_told_to_be_owned(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **more: [(2, 1, 6, "", ("192.0.2.1", 80))])
    with pytest.raises(WrongAddress, match="say --i-own-this"):
        address.read(url, owned=False)
    assert str(address.read(url + "/api/", owned=True)) == url + "/api"


def test_a_name_that_stands_for_another_machine_too_is_not_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(2, 1, 6, "", ("127.0.0.1", 80)), (2, 1, 6, "", ("192.0.2.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **more: both)
    with pytest.raises(WrongAddress):
        address.read("http://here.example", owned=False)


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1", "127.0.0.1", "http://", "http://a:b@127.0.0.1", "http://127.0.0.1:0x"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(WrongAddress):
        address.read(url, owned=True)


def test_the_command_refuses_another_machine_and_says_what_would_be_right() -> None:
    status, text = check("http://192.0.2.1:80")
    assert status == 2
    assert "192.0.2.1 is not this machine" in text


def test_no_more_is_asked_than_is_allowed_and_what_was_not_asked_is_told(vulnerable_url: str) -> None:
    result = probed(vulnerable_url, LiveSettings(requests=60))
    assert result.asked <= 66, "a tenth more for tidying up"
    note = next(each for each in result.notes if "not asked to the end" in each)
    assert note.startswith("60 requests were sent")
    assert "guesses-unlimited" in note


def test_no_longer_is_asked_than_is_allowed(vulnerable_url: str) -> None:
    result = probed(vulnerable_url, LiveSettings(seconds=0.3))
    assert result.seconds < 3
    assert any("0.3 seconds have gone by" in each for each in result.notes)


def test_an_answer_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        (tmp_path / "api.yml").write_text("openapi: 3.0.0\npaths: {/a: {get: {responses: {}}}}\n")
        result = probed(url, LiveSettings(openapi=str(tmp_path / "api.yml"), timeout=0.1, requests=20))
    assert result.findings == []
    assert result.seconds < 6


def test_what_answers_no_more_ends_the_review(tmp_path: Path) -> None:
    (tmp_path / "api.yml").write_text("openapi: 3.0.0\npaths: {/a: {get: {responses: {}}}}\n")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    result = probed(url, LiveSettings(openapi=str(tmp_path / "api.yml")))
    assert any("answers no more" in each for each in result.notes)


def test_an_api_without_a_document_and_a_source_is_not_asked() -> None:
    with served(FastAPI(openapi_url=None)) as url, pytest.raises(NothingToAsk, match="--openapi, or its source"):
        probed(url)


def test_no_redirect_is_followed_and_no_proxy_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    asked: list[str] = []
    elsewhere, app = FastAPI(openapi_url=None), FastAPI()

    @elsewhere.get("/{path:path}")
    def anything(path: str) -> str:
        asked.append(path)
        return path

    with served(elsewhere) as other:

        @app.get("/away")
        def away() -> RedirectResponse:
            return RedirectResponse(other)

        with served(app) as url:
            assert probed(url, config=ALONE).asked > 20
    assert asked == []


def test_what_was_made_is_deleted_and_what_cannot_be_is_told(on_vulnerable: Review, vulnerable_url: str) -> None:
    left = next(each for each in on_vulnerable.notes if each.startswith("left behind"))
    assert "in /notes" not in left
    assert "in /orders" in left
    assert "accounts" in left


def test_others_rows_are_neither_touched_nor_shown() -> None:
    """Everything that somebody else has stays as it is, and what a list answers of it stands in no report."""
    app = vulnerable.application()
    before: dict[str, Any] = {}
    with served(app) as url:
        for name in ("walter", "jesse"):
            body = {"username": name, "email": f"{name}@example.org", "password": "correct horse battery"}
            before[name] = asked(url, "POST", "/sign-up", body)[1]
            token = asked(url, "POST", "/sign-in", {"username": name, "password": "correct horse battery"})[1]
            note = {"title": f"of {name}", "text": "a private thing"}
            asked(url, "POST", "/notes", note, {"authorization": f"Bearer {token['access_token']}"})
        result = probed(url)
        for name in ("walter", "jesse"):
            sign_in = asked(url, "POST", "/sign-in", {"username": name, "password": "correct horse battery"})
            assert sign_in[0] == 200
            token = sign_in[1]["access_token"]
            notes = asked(url, "GET", "/notes", None, {"authorization": f"Bearer {token}"})[1]
            assert [each["text"] for each in notes] == ["a private thing"]
    for write in (html.text, markdown.text, sarif.text):
        report = write(result)
        assert "walter" not in report
        assert "correct horse" not in report


def asked(url: str, method: str, path: str, body: Any, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    """The status and the body of an answer."""
    import http.client

    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    given = {"content-type": "application/json", **(headers or {})}
    connection.request(method, path, json.dumps(body) if body is not None else None, given)
    answer = connection.getresponse()
    told = json.loads(answer.read() or b"null")
    connection.close()
    return answer.status, told


def test_secrets_are_shortened_in_every_report(on_vulnerable: Review) -> None:
    shown = [
        str(each) + each.request_text + each.answer_text for one in on_vulnerable.findings for each in one.exchanges
    ]
    assert any("Probe-…" in each for each in shown), "a password is told by its first letters"
    assert not any("-9a!" in each for each in shown), "the end of the password of every account"
    assert any("Bearer eyJ" in each for each in shown)
    assert not any(len(part) > 60 for each in shown for part in each.split() if part.startswith("eyJ"))


def test_a_finding_of_a_probe_is_in_every_form_of_report(on_vulnerable: Review) -> None:
    log = json.loads(sarif.text(on_vulnerable))["runs"][0]
    place = log["results"][0]["locations"][0]["logicalLocations"][0]
    assert place["kind"] == "resource"
    assert "POST /sign-up" in html.text(on_vulnerable)
    assert "### high: dave sets the password of carol" in markdown.text(on_vulnerable)


def test_the_command_asks_and_ends_with_1(vulnerable_url: str, tmp_path: Path) -> None:
    output = tmp_path / "report.json"
    status, text = check(vulnerable_url, "--format", "json", "--output", output, "--requests", 150)
    assert status == 1, text
    told = json.loads(output.read_text())
    assert told["requests"] <= 165
    first = next(each for each in told["findings"] if each["rule"] == "row-of-others-read")
    assert (first["path"], first["line"]) == ("GET /notes/{note_id}", 0)
    assert [each["who"] for each in first["exchanges"]] == ["alice", "alice", "bob"]
    assert check(vulnerable_url, "--requests", 150, "--baseline", tmp_path / "b", "--write-baseline")[0] == 0
    status, text = check(vulnerable_url, "--requests", 150, "--baseline", tmp_path / "b")
    assert status == 0, text


@pytest.fixture
def closed() -> Iterator[str]:
    """An API in which nobody can sign up, that knows two people and an administrator by a header."""
    app = FastAPI()
    people = {"token-of-ann": "ann", "token-of-ben": "ben", "token-of-root": "root"}
    notes: dict[int, dict[str, Any]] = {}

    def caller(request: Request) -> str | None:
        return people.get(request.headers.get("x-key", ""))

    @app.middleware("http")
    async def known(request: Request, call_next: Callable[..., Any]) -> Any:
        if request.url.path.startswith(("/notes", "/me")) and caller(request) is None:
            return JSONResponse({}, 401)
        return await call_next(request)

    @app.get("/notes", openapi_extra=vulnerable.BEARER)
    def listed(request: Request) -> list[dict[str, Any]]:
        return [each for each in notes.values() if each["owner"] == caller(request)]

    @app.post("/notes", openapi_extra=vulnerable.BEARER)
    def create(request: Request, body: vulnerable.NoteBody) -> dict[str, Any]:
        notes[len(notes) + 1] = {"id": len(notes) + 1, "owner": caller(request), **body.model_dump()}
        return notes[len(notes)]

    @app.get("/notes/{note_id}", openapi_extra=vulnerable.BEARER)
    def one(note_id: int, x_key: Annotated[str, Header()] = "") -> dict[str, Any]:
        return notes[note_id]

    tags: dict[int, dict[str, Any]] = {}

    @app.post("/tags", openapi_extra=vulnerable.BEARER)
    def create_tag(request: Request, body: vulnerable.NoteBody) -> Any:
        if caller(request) != "root":
            return JSONResponse({}, 403)
        tags[len(tags) + 1] = {"id": len(tags) + 1, "title": body.title}
        return tags[len(tags)]

    @app.get("/tags/{tag_id}", openapi_extra=vulnerable.BEARER)
    def tag(tag_id: int) -> Any:
        return tags[tag_id] if tag_id in tags else JSONResponse({}, 404)

    @app.delete("/tags/{tag_id}", openapi_extra=vulnerable.BEARER)
    def delete_tag(request: Request, tag_id: int) -> Any:
        return tags.pop(tag_id, {}) if caller(request) else JSONResponse({}, 401)

    @app.put("/me/password", openapi_extra=vulnerable.BEARER)
    def password(request: Request, body: vulnerable.Password) -> None:
        people.clear()

    with served(app) as url:
        yield url


KEYS = {"ann": "X-Key: token-of-ann", "ben": "X-Key: token-of-ben", "admin": "X-Key: token-of-root"}


def test_people_are_those_whose_headers_are_given_and_no_account_of_theirs_is_changed(closed: str) -> None:
    result = probed(closed, LiveSettings(identities=KEYS), ALONE)
    found = {each.rule: each for each in result.findings}
    assert found["row-of-others-read"].what.startswith("ben reads the note of ann, which is not in the list")
    assert not any("nobody is signed in" in each for each in result.notes)
    status, _ = asked(closed, "GET", "/notes", None, {"x-key": "token-of-ann"})
    assert status == 200, "PUT /me/password would have forgotten everybody"


def test_an_administrator_makes_what_others_may_not_and_they_must_not_change_it(closed: str) -> None:
    result = probed(closed, LiveSettings(identities=KEYS), ALONE)
    found = [(str(each.place), each.confidence) for each in result.findings if each.rule == "admin-operation-open"]
    assert found == [("DELETE /tags/{tag_id}", "proven")]
    assert not any("in /tags" in each for each in result.notes), "the administrator tidies up"
    without = LiveSettings(identities={name: header for name, header in KEYS.items() if name != "admin"})
    assert "admin-operation-open" not in {each.rule for each in probed(closed, without, ALONE).findings}


def test_without_people_much_is_not_asked_and_that_is_told(closed: str) -> None:
    result = probed(closed)
    assert any("nobody is signed in" in each and "give two with --identity" in each for each in result.notes)
    assert {each.rule for each in result.findings} <= {
        "health-unanswered", "request-id-missing", "security-headers-missing", "wrong-input-breaks"
    }  # fmt: skip


def test_what_is_skipped_is_not_asked_and_what_is_public_is_not_found(closed: str) -> None:
    public = LiveSettings(identities=KEYS, public=("GET /notes/{note_id}",))
    assert "row-of-others-read" not in {each.rule for each in probed(closed, public).findings}
    skipped = LiveSettings(identities=KEYS, skip=("POST /notes",))
    result = probed(closed, skipped)
    assert "row-of-others-read" not in {each.rule for each in result.findings}
    assert asked(closed, "GET", "/notes", None, {"x-key": "token-of-ben"})[1] == []


def test_an_identity_is_a_name_and_a_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANN", "abc")
    assert identity("ann=Authorization: Bearer ${ANN}") == ("ann", {"Authorization": "Bearer abc"})
    for wrong in ("ann", "=A: b", "ann=b", "ann=A: ${NOBODY_HAS_THIS}"):
        with pytest.raises(WrongSettings):
            identity(wrong)


@pytest.mark.parametrize(
    "told,words",
    [
        ({"request": 5}, "did you mean requests"),
        ({"requests": "many"}, "is a number"),
        ({"public": ["/menu"]}, 'such as "GET /menu"'),
        ({"identities": {"ann": "abc"}}, "alice='Authorization: Bearer"),
        ({"sign-in": {"body": {}}}, 'such as "POST /login"'),
        ({"sign-in": {"request": "POST /a", "header": "x"}}, 'such as "Authorization: Bearer'),
        ({"sign-up": {"request": "POST /a", "form": True}}, "has no 'form'"),
    ],
)
def test_wrong_settings_say_what_would_be_right(told: dict[str, Any], words: str) -> None:
    with pytest.raises(Exception, match=words):
        of({"live": told})


def test_settings_are_read_from_the_configuration() -> None:
    live = {
        "requests": 5,
        "public": ["GET /a"],
        "sign-in": {"request": "POST /in", "form": True},
        "identities": {"admin": "X-Key: ${SET_WHERE_IT_IS_ASKED}"},
    }
    told = of({"live": live}).live
    assert (told.requests, told.public) == (5, ("GET /a",))
    assert told.sign_in is not None
    assert told.sign_in.form
