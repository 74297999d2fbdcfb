"""A client that walks through the example over HTTP, says what happened, and notices what should not."""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.text import Text

from examples.recipes.load import PASSWORD, address

ROOT = Path(__file__).parents[2]
"""Where `examples` lies."""
START_SECONDS = 60.0
AUTH = "/api/v1/auth"
UNKNOWN = "nobody-we-know"
"""Somebody whose token is made up."""
LONGEST = 150
"""Characters of an answer that are shown."""
COLOURS = {2: "green", 3: "cyan", 4: "yellow", 5: "red"}
"""Of a status, by its first digit."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answered."""

    status: int
    headers: dict[str, str]
    """By name in lower case."""
    json: Any

    @property
    def data(self) -> Any:
        """The part of the answer that was asked for."""
        return self.json["data"]

    @property
    def error(self) -> Any:
        """The part of the answer that says what is wrong."""
        return self.json["error"]

    @property
    def etag(self) -> str:
        """The version of what was answered."""
        return self.headers["etag"]


Look = Callable[[Reply], object]
"""Makes a line of what is worth seeing in a reply; raises where something is missing."""


@dataclass(slots=True)
class Tour:
    """A client that expects something of each answer."""

    url: str
    console: Console
    wrong: list[str] = field(default_factory=list)
    steps: int = 0
    signed_in: dict[str, Any] = field(default_factory=dict)
    """By handle, what somebody's sign-in was answered with."""

    def chapter(self, title: str) -> None:
        """Begins a part."""
        self.console.print(f"\n[bold]{title}[/bold]")

    def ask(
        self,
        method: str,
        path: str,
        expected: int,
        look: Look,
        *,
        by: str | None = None,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Sends one request, prints it with a line of the answer, and remembers where it is not as expected."""
        reply = self.send(method, path, by=by, body=body, headers=headers)
        self.steps += 1
        try:
            seen = look(reply)
            fault = "" if seen is not False else "this is not what was expected"
        except (LookupError, TypeError) as error:
            seen, fault = reply.json, f"the answer lacks {error}"
        if reply.status != expected:
            seen, fault = reply.json, f"expected {expected}"
        self.show(method, path, by, reply.status, seen, fault)
        if fault:
            self.wrong.append(f"{method} {path} as {by or 'nobody'}: {reply.status}, {fault}")
        return reply

    def send(
        self,
        method: str,
        path: str,
        *,
        by: str | None = None,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Sends one request as somebody, who signs in for the first one; waits where too many came from here."""
        sent = dict(headers or {})
        if by is not None:
            sent["Authorization"] = f"Bearer {self.token(by)}"
        reply = send(self.url, method, path, body=body, headers=sent)
        while reply.status == 429:
            seconds = int(reply.headers["retry-after"])
            self.console.print(f"  {path} has been called often enough; waiting {seconds} seconds", style="dim")
            time.sleep(seconds)
            reply = send(self.url, method, path, body=body, headers=sent)
        return reply

    def token(self, handle: str) -> str:
        """Somebody's access token."""
        if handle == UNKNOWN:
            return "made-up"
        if handle not in self.signed_in:
            given = {"email": address(handle), "password": PASSWORD}
            reply = self.send("POST", f"{AUTH}/sign-in", body=given)
            self.steps += 1
            self.show("POST", f"{AUTH}/sign-in", handle, reply.status, "an access token and a refresh token", "")
            self.signed_in[handle] = reply.data
        return str(self.signed_in[handle]["access_token"])

    def show(self, method: str, path: str, by: str | None, status: int, seen: object, fault: str) -> None:
        """Prints one step."""
        shown = re.sub(r"(cursor=.{8})[^&]+", r"\1…", path)
        line = Text(f"  {by or 'nobody':<13.13} {method:<7} ")
        line.append(shown, "bold")
        line.append(f"  {status}", COLOURS.get(status // 100, "red"))
        self.console.print(line, soft_wrap=True)
        text = Text(f"{fault}: ", "bold red") if fault else Text("", "dim")
        text.append("as expected" if seen is True else str(seen))
        if not fault:
            text.truncate(LONGEST, overflow="ellipsis")
        self.console.print(Text(" " * 24).append(text), soft_wrap=True)

    def walk(self) -> None:
        """The whole way."""
        reading(self)
        drafts(self)
        writing(self)
        opinions(self)
        mistakes(self)
        signing_in(self)


def send(url: str, method: str, path: str, *, body: object = None, headers: dict[str, str] | None = None) -> Reply:
    """One request on a connection of its own; `body` is sent as JSON, or as it is where it is bytes."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=30)
    sent = dict(headers or {})
    if body is not None:
        sent.setdefault("Content-Type", "application/json")
    try:
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        connection.request(method, path, data, sent)
        answer = connection.getresponse()
        text = answer.read()
        known = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, known, json.loads(text) if text else None)
    finally:
        connection.close()


def titles(reply: Reply) -> str:
    """The titles of a list."""
    return ", ".join(row["title"] for row in reply.data)


def refusal(reply: Reply) -> str:
    """The code and the sentence of an error, with its first detail."""
    error = reply.error
    details = [f"{detail['field']}: {detail['message']}" for detail in error.get("details") or ()]
    return " / ".join([f"{error['code']}: {error['message']}", *details])


def conversation(reply: Reply) -> str:
    """What is said about a recipe, by whom."""
    row = reply.data
    said = "; ".join(f"{one['author']['name']}: {one['body']}" for one in row["comments"])
    return f"{row['title']}, {row['stars']} stars, {row['comment_count']} comments. {said}"


def nothing(reply: Reply) -> bool:
    """That there is no body."""
    return reply.json is None


def reading(tour: Tour) -> None:
    """Lists, pages, filters, sorts, includes, and what need not be sent again."""
    recipes = "/api/v1/recipes"
    tour.chapter("Reading, without signing in")
    first = tour.ask("GET", f"{recipes}?limit=3", 200, titles)
    second = tour.ask("GET", f"{recipes}?limit=3&cursor={first.json['meta']['next']}", 200, titles)
    tour.ask(
        "GET",
        f"{recipes}?limit=3&cursor={second.json['meta']['previous']}",
        200,
        lambda reply: reply.data == first.data and f"back again: {titles(reply)}",
    )
    tour.ask("GET", f"{recipes}?limit=3&sort=-minutes,title", 200, lambda reply: [r["minutes"] for r in reply.data])
    tour.ask("GET", f"{recipes}?minutes[lte]=15&tags.name=quick&sort=minutes&limit=4", 200, titles)
    tour.ask("GET", f"{recipes}?title[starts_with]=Spaghetti&fields=slug,title", 200, lambda reply: reply.data)
    tour.ask(
        "GET",
        f"{recipes}?author.handle=luke-smith&include=author&limit=1",
        200,
        lambda reply: f"{reply.data[0]['title']}, by {reply.data[0]['author']['name']}",
    )
    tour.ask(
        "GET",
        f"{recipes}?sort=-stars&limit=3&fields=title,stars,like_count",
        200,
        lambda reply: [f"{row['title']}: {row['stars']} stars, {row['like_count']} likes" for row in reply.data],
    )
    tour.ask("GET", f"{recipes}?q=creme+brulee", 200, lambda reply: "Crème brûlée" in titles(reply) and titles(reply))
    tour.ask("GET", f"{recipes}?q=crepe&tags.name=french&limit=3", 200, titles)
    tour.ask("GET", f"{recipes}?q=rice&sort=relevance&limit=3", 200, titles)
    tour.ask("GET", f"{recipes}?limit=1&count=exact", 200, lambda reply: f"{reply.json['meta']['total']} published")
    tour.ask(
        "GET", f"{recipes}?limit=2&page=5", 200, lambda reply: f"page {reply.json['meta']['page']}: {titles(reply)}"
    )

    one = f"{recipes}/aglio-e-olio"
    found = tour.ask("GET", one, 200, lambda reply: f"{reply.data['title']} {reply.data['tags']}, ETag {reply.etag}")
    tour.ask("GET", one, 304, nothing, headers={"If-None-Match": found.etag})
    tour.ask("GET", f"{one}?include=comments.author&fields=title,stars,comment_count", 200, conversation)
    tour.ask("HEAD", one, 200, lambda reply: nothing(reply) and f"no body, ETag {reply.etag}")
    tour.ask("OPTIONS", one, 204, lambda reply: f"Allow: {reply.headers['allow']}")


def drafts(tour: Tour) -> None:
    """What depends on who asks."""
    tour.chapter("Who sees what")
    listed = tour.ask(
        "GET",
        "/api/v1/recipes?published=false&author.handle=luke-smith&limit=1&count=exact&include=author",
        200,
        lambda reply: f"{reply.json['meta']['total']} drafts of one author, which editors see; {titles(reply)} is one",
        by="editor",
    )
    draft = listed.data[0]
    path, author = f"/api/v1/recipes/{draft['slug']}", draft["author"]["handle"]
    tour.ask("GET", "/api/v1/recipes?published=false", 200, lambda reply: reply.data == [] and "no drafts for nobody")
    tour.ask("GET", path, 404, refusal)
    tour.ask("GET", path, 404, refusal, by="reader")
    tour.ask("GET", path, 200, lambda reply: f"its author's notes: {reply.data['notes']}", by=author)
    tour.ask(
        "GET", path, 200, lambda reply: "notes" not in reply.data and "the editor does not see the notes", by="editor"
    )

    person = f"/api/v1/people/{author}"
    tour.ask("GET", person, 200, lambda reply: "email" not in reply.data and f"{reply.data['name']}, without e-mail")
    tour.ask("GET", person, 200, lambda reply: reply.data["email"], by=author)
    tour.ask("GET", person, 200, lambda reply: reply.data["email"], by="admin")


def writing(tour: Tour) -> None:
    """A recipe from its first draft to its end."""
    slug = f"lemon-rice-{secrets.token_hex(3)}"
    recipes, one = "/api/v1/recipes", f"/api/v1/recipes/{slug}"
    rice: dict[str, Any] = {
        "slug": slug,
        "title": "Lemon rice",
        "ingredients": ["1 cup rice", "1 lemon"],
        "minutes": 25,
        "tags": ["quick", "rice"],
    }
    rice["directions"] = ["Cook the rice.", "Squeeze the lemon over it."]

    tour.chapter("Writing, from the first draft to the end")
    tour.ask(
        "POST", recipes, 401, lambda r: f"{refusal(r)} (WWW-Authenticate: {r.headers['www-authenticate']})", body=rice
    )
    tour.ask("POST", recipes, 401, refusal, body=rice, by=UNKNOWN)
    tour.ask("POST", recipes, 400, refusal, body={**rice, "titel": "Lemon rice", "minutes": -1}, by="reader")
    tour.ask("POST", recipes, 422, refusal, body={**rice, "tags": ["quick", "no-such-tag"]}, by="reader")
    draft = tour.ask("POST", recipes, 201, lambda r: f"Location: {r.headers['location']}", body=rice, by="reader")
    tour.ask("POST", recipes, 409, refusal, body=rice, by="reader")
    tour.ask("GET", one, 404, refusal)

    publish = {"published": True}
    tour.ask("PATCH", one, 428, refusal, body=publish, by="reader")
    shown = tour.ask(
        *("PATCH", one, 200, lambda r: r.data["published"] and f"published, now ETag {r.etag}"),
        body=publish,
        by="reader",
        headers={"If-Match": draft.etag},
    )
    tour.ask("GET", one, 200, lambda reply: f"everybody sees {reply.data['title']}")
    tagged = tour.ask(
        *("PATCH", one, 200, lambda r: r.data["tags"] == ["lemon", "rice"] and f"now under {r.data['tags']}"),
        body={"tags": ["rice", "lemon"]},
        by="reader",
        headers={"If-Match": shown.etag},
    )
    stale, now = {"If-Match": draft.etag}, {"If-Match": tagged.etag}
    tour.ask("PATCH", one, 412, refusal, body={"minutes": 30}, by="reader", headers=stale)
    tour.ask("PATCH", one, 403, refusal, body={"minutes": 30}, by="luke-smith", headers=now)
    tour.ask("PATCH", one, 403, refusal, body={"featured": True}, by="reader", headers=now)
    seen = tour.ask("GET", one, 200, lambda reply: f"the editor's ETag is {reply.etag}", by="editor")
    featured = tour.ask(
        "PATCH",
        one,
        200,
        lambda r: r.data["featured"] and "an editor may",
        body={"featured": True},
        by="editor",
        headers={"If-Match": seen.etag},
    )
    whole = {name: value for name, value in rice.items() if name != "slug"} | {"title": "Lemon rice with mint"}
    replaced = tour.ask(
        *("PUT", one, 200, lambda r: f"{r.data['title']}, published: {r.data['published']}"),
        body={**whole, "published": True, "featured": True},
        by="editor",
        headers={"If-Match": featured.etag},
    )
    tour.ask("DELETE", one, 403, refusal, by="editor", headers={"If-Match": replaced.etag})
    tour.ask("DELETE", one, 204, nothing, by="reader", headers={"If-Match": replaced.etag})
    tour.ask("GET", one, 404, refusal, by="reader")


def opinions(tour: Tour) -> None:
    """Comments, ratings and likes."""
    tour.chapter("What people make of it")
    recipe = tour.send("GET", "/api/v1/recipes/aglio-e-olio").data["id"]
    hidden = tour.send("GET", "/api/v1/recipes?published=false&limit=1", by="editor").data[0]["id"]
    said = {"recipe_id": recipe, "body": "Al dente, please."}
    comment = tour.ask("POST", "/api/v1/comments", 201, lambda reply: reply.data["body"], body=said, by="reader")
    path = f"/api/v1/comments/{comment.data['id']}"
    tour.ask("POST", "/api/v1/comments", 422, refusal, body={**said, "recipe_id": hidden}, by="reader")
    tour.ask("GET", "/api/v1/comments?recipe.slug=aglio-e-olio&include=author", 200, speakers)
    tour.ask("PATCH", path, 403, refusal, body={"body": "Overcooked is better."}, by="editor")
    tour.ask("DELETE", path, 204, nothing, by="editor")

    stars = tour.ask("POST", "/api/v1/ratings", 400, refusal, body={"recipe_id": recipe, "stars": 6}, by="reader")
    tour.send("DELETE", f"/api/v1/ratings/{recipe}/{me(tour)}", by="reader")
    stars = tour.ask(
        "POST",
        "/api/v1/ratings",
        201,
        lambda r: f"{r.data['stars']} stars",
        body={"recipe_id": recipe, "stars": 4},
        by="reader",
    )
    tour.ask("POST", "/api/v1/ratings", 409, refusal, body={"recipe_id": recipe, "stars": 5}, by="reader")
    mine = f"/api/v1/ratings/{recipe}/{stars.data['person_id']}"
    tour.ask("PATCH", mine, 200, lambda r: f"{r.data['stars']} stars now", body={"stars": 5}, by="reader")
    tour.ask("PATCH", mine, 403, refusal, body={"stars": 1}, by="luke-smith")
    tour.ask("DELETE", mine, 204, nothing, by="reader")

    tour.send("DELETE", f"/api/v1/likes/{recipe}/{me(tour)}", by="reader")
    liked = {"recipe_id": recipe}
    tour.ask("POST", "/api/v1/likes", 201, lambda reply: reply.headers["location"], body=liked, by="reader")
    tour.ask("GET", "/api/v1/recipes?liked=true", 200, lambda r: f"the reader likes {titles(r)}", by="reader")
    tour.ask("GET", "/api/v1/recipes?liked=true", 200, lambda r: r.data == [] and "and nobody likes anything")
    tour.ask("GET", "/api/v1/likes?include=recipe", 200, lambda r: r.data[0]["recipe"]["title"], by="reader")
    tour.ask("GET", f"/api/v1/likes/{recipe}/{me(tour)}", 404, refusal, by="admin")
    tour.ask("GET", "/api/v1/likes", 401, refusal)
    tour.ask("DELETE", f"/api/v1/likes/{recipe}/{me(tour)}", 204, nothing, by="reader")


def speakers(reply: Reply) -> str:
    """Who says what."""
    return "; ".join(f"{row['author']['name']}: {row['body']}" for row in reply.data)


def me(tour: Tour) -> str:
    """The identifier of the reader."""
    return str(tour.send("GET", "/api/v1/people/reader").data["id"])


def mistakes(tour: Tour) -> None:
    """Calls that are refused, each with what would be right."""
    recipes = "/api/v1/recipes"
    tour.chapter("Mistakes, and what is said about them")
    tour.ask("GET", f"{recipes}?sort=titel", 400, refusal)
    tour.ask("GET", f"{recipes}?minute=10", 400, refusal)
    tour.ask("GET", f"{recipes}?minutes=ten&limit=1000", 400, refusal)
    tour.ask("GET", f"{recipes}?cursor=made-up", 400, refusal)
    tour.ask("GET", f"{recipes}?sort=relevance", 400, refusal)
    tour.ask("GET", f"{recipes}/no-such-dish", 404, refusal)
    tour.ask("GET", "/api/v1/recipies", 404, refusal)
    tour.ask("DELETE", recipes, 405, lambda reply: f"{refusal(reply)} Allow: {reply.headers['allow']}", by="admin")
    tour.ask(
        "POST",
        "/api/v1/people",
        403,
        refusal,
        body={"handle": "new", "name": "New", "email": "new@example.org"},
        by="reader",
    )
    tour.ask("POST", "/api/v1/tags", 400, refusal, body=b'{"name": "a", "name": "b"}', by="editor")
    tour.ask("POST", "/api/v1/tags", 415, refusal, body=b"name=a", by="editor", headers={"Content-Type": "text/plain"})
    tour.ask("GET", recipes, 406, refusal, headers={"Accept": "image/png"})
    tour.ask("GET", "/health", 200, lambda reply: reply.json["status"])


def signing_in(tour: Tour) -> None:
    """What one can do with an account, from its first day to its last."""
    tour.chapter("Accounts")
    handle = f"cook-{secrets.token_hex(3)}"
    cook = {"email": address(handle), "handle": handle, "name": "A Cook", "password": "password1234"}
    tour.ask("POST", f"{AUTH}/sign-up", 400, refusal, body=cook)
    cook |= {"password": "a pinch of salt and thyme"}
    tour.ask("POST", f"{AUTH}/sign-up", 201, lambda reply: f"{reply.data['email']} is made", body=cook)
    tour.ask("GET", f"/api/v1/people/{handle}", 200, lambda reply: reply.data["name"])
    tour.ask("POST", f"{AUTH}/sign-in", 401, refusal, body={"email": cook["email"], "password": "not the password"})
    tour.ask("GET", f"{AUTH}/me", 200, lambda reply: f"{reply.data['email']} {reply.data['roles']}", by="editor")
    key = tour.ask(
        *("POST", f"{AUTH}/api-keys", 201, lambda reply: f"a key for programs: {reply.data['key'][:17]}…"),
        body={"name": "the tour"},
        by="editor",
    )
    with_key = {"Authorization": f"Bearer {key.data['key']}"}
    tour.ask("GET", f"{AUTH}/me", 200, lambda reply: f"the key's: {reply.data['email']}", headers=with_key)
    tour.ask("DELETE", f"{AUTH}/api-keys/{key.data['id']}", 204, nothing, by="editor")
    tour.ask("GET", f"{AUTH}/me", 401, refusal, headers=with_key)

    once = {"refresh_token": tour.signed_in["reader"]["refresh_token"]}
    tour.ask("POST", f"{AUTH}/refresh", 200, lambda reply: f"good for {reply.data['expires_in']} seconds", body=once)
    tour.ask("POST", f"{AUTH}/refresh", 401, refusal, body=once)
    tour.ask(
        "GET", f"{AUTH}/me", 401, lambda r: f"{refusal(r)} A second use ends it: it may be a thief's.", by="reader"
    )
    tour.ask("POST", f"{AUTH}/sign-out", 204, nothing, body={}, by="editor")
    tour.ask("GET", f"{AUTH}/me", 401, refusal, by="editor")
    tour.signed_in.clear()


@contextmanager
def server() -> Iterator[str]:
    """The example on a free port with a database of its own, as long as the block lasts; its URL."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="mainstay-tour-") as folder:
        command = [sys.executable, "-m", "examples.recipes", "serve", "--quiet", "--port", str(port)]
        environment = os.environ | {
            "MAINSTAY_DATABASE_URL": f"sqlite:///{folder}/recipes.db",
            "MAINSTAY_SIGNING_KEY_FILE": f"{folder}/signing.pem",
        }
        with open(f"{folder}/log", "wb") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        try:
            wait_for(f"http://127.0.0.1:{port}", process, f"{folder}/log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for(url: str, process: subprocess.Popen[bytes], log: str) -> None:
    """Returns when the server is ready; raises with its log where it ends before."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if send(url, "GET", "/health/ready").status == 200:
                return
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
    with open(log, errors="replace") as written:
        raise RuntimeError(f"the server did not start:\n{written.read()[-3000:]}")


def run(url: str | None, console: Console) -> int:
    """Walks through the server at `url`, or through one of its own; 1 where an answer was not as expected."""
    if url is None:
        with server() as started:
            return run(started, console)
    tour = Tour(url, console)
    tour.walk()
    console.print(f"\n{tour.steps} requests, {len(tour.wrong)} not as expected")
    for line in tour.wrong:
        console.print(f"  {line}", style="red", soft_wrap=True, markup=False)
    return 1 if tour.wrong else 0
