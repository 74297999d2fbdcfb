"""Makes accounts of the probes' own, and signs them in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mainstay.check.live import signing
from mainstay.check.live.answer import Answer
from mainstay.check.live.client import Client
from mainstay.check.live.document import Document
from mainstay.check.live.operations import Operation, properties
from mainstay.check.live.people import NOBODY, Person
from mainstay.check.live.samples import EMAIL, PASSWORD, Samples
from mainstay.check.live.settings import LiveSettings, SignIn, SignUp
from mainstay.check.live.signing import LOGIN, Signing

ME = re.compile(r"/(me|profile|whoami|self|current[-_]?user|user|account|userinfo)/?$", re.IGNORECASE)
REFUSED = (401, 403)
BEARER = "Authorization: Bearer {token}"


class Accounts:
    """Signs people up and in; `notes` says why where it cannot."""

    def __init__(self, client: Client, document: Document, samples: Samples, settings: LiveSettings) -> None:
        self.client = client
        self.document = document
        self.samples = samples
        self.settings = settings
        self.signing = self._signing(signing.guessed(document))
        self.made: list[Person] = []
        self.notes: list[str] = []
        self.me = next(iter(_asks_who(document)), None)
        """The operation that answers who asks."""
        self._header = settings.sign_in.header if settings.sign_in else ""

    @property
    def can_make(self) -> bool:
        """Whether one knows how to make an account and sign in."""
        return self.signing.up is not None and self.signing.into is not None

    def _signing(self, guessed: Signing) -> Signing:
        up, into = self.settings.sign_up, self.settings.sign_in
        return Signing(self._named(up) if up else guessed.up, self._named(into) if into else guessed.into)

    def _named(self, told: SignUp | SignIn) -> Operation:
        method, path = told.request.split(" ", 1)
        there = (each for each in self.document.operations if each.method == method and each.path == path)
        return next(there, Operation(method, path, documented=False))

    def newcomer(self, name: str) -> Person | None:
        """A new account, signed in; None, with a note, where that does not work."""
        if self.signing.up is None:
            self._note("no operation to sign up was found")
            return None
        if self.signing.into is None:
            self._note("no operation to sign in was found")
            return None
        login = self.samples.name()
        person = Person(
            name, facts={"username": login, "email": f"{login}@example.com"}, password=self.samples.password
        )
        answer = self.sign_up(person)
        if not answer.went_well:
            self._note(f"nobody could be signed up: {answer.exchange}")
            return None
        self._learn(person, answer.json)
        tried = self.sign_in(person)
        if not person.headers:
            self._note(f"who was signed up cannot sign in: {tried.exchange}")
            return None
        person.renew = self._renew
        self.made.append(person)
        if self.me is not None:
            self._learn(person, self.client.send("GET", self.me.path, person).json)
        return person

    def _note(self, words: str) -> None:
        if words not in self.notes:
            self.notes.append(words)

    def sign_up(self, person: Person, extra: dict[str, Any] | None = None) -> Answer:
        """Asks for an account of this person, with more in the body than it should have where `extra` says so."""
        up = self.signing.up
        assert up is not None
        told = self.settings.sign_up
        schema = up.body or up.form or up.upload or {}
        if told is not None and told.body:
            body = _filled(told.body, person)
        else:
            body = self.samples.body(schema, known=lambda name, inner: _of(person, name))
        if isinstance(body, dict):
            for way, inner in properties(schema):
                if LOGIN.search(way[-1]) and inner.get("type") in (None, "string"):
                    found = _at(body, way)
                    if isinstance(found, str):
                        person.facts[way[-1]] = found
            _innermost(body).update(extra or {})
        if up.body is None and up.form is not None and told is None:
            return self.client.send(up.method, up.path, NOBODY, form={key: str(value) for key, value in body.items()})
        return self.client.send(up.method, up.path, NOBODY, body=body)

    def sign_in(self, person: Person, password: str = "") -> Answer:
        """Signs somebody in, with another password where one is given; on success his headers say who he is."""
        answer: Answer | None = None
        for login, answer in self._tried(person, password or person.password):
            found = signing.token(answer, self.settings.sign_in.token if self.settings.sign_in else "")
            cookies = signing.cookies(answer)
            if answer.went_well and (found or cookies):
                person.login = login
                if not password or password == person.password:
                    person.token = found
                    person.headers = self._headers(found, cookies, person)
                return answer
            if answer.status == 429:
                break
        assert answer is not None
        return answer

    def signed_in(self, answer: Answer) -> bool:
        """Whether an answer of the sign-in let somebody in."""
        told = self.settings.sign_in
        return answer.went_well and bool(signing.token(answer, told.token if told else "") or signing.cookies(answer))

    def _tried(self, person: Person, password: str) -> Iterator[tuple[str, Answer]]:
        """The names that somebody may sign in with, and the answer to each."""
        for login in [person.login] if person.login else dict.fromkeys(self._logins(person)):
            yield login, self.ask_in(login, password)

    def _logins(self, person: Person) -> list[str]:
        into = self.signing.into
        names, _ = signing.credentials(into.body or into.form if into else None)
        exact = [str(person.facts[way[-1]]) for way in names if way[-1] in person.facts]
        others = [str(each) for name, each in person.facts.items() if LOGIN.search(name)]
        return [*exact, *others]

    def ask_in(self, login: str, password: str, *, patient: bool = True) -> Answer:
        """Asks to be let in under a name with a password."""
        into, told = self.signing.into, self.settings.sign_in
        assert into is not None
        schema = into.body or into.form or {}
        if told is not None and told.body:
            person = Person(login, facts={"username": login, "email": login}, password=password)
            body = _filled(told.body, person)
        else:
            body = self.samples.body(schema, known=lambda name, inner: _credential(name, login, password))
        as_form = told.form if told is not None else into.body is None and into.form is not None
        if as_form:
            sent = {key: str(value) for key, value in body.items() if value not in (None, "")}
            return self.client.send(into.method, into.path, NOBODY, form=sent, patient=patient)
        return self.client.send(into.method, into.path, NOBODY, body=body, patient=patient)

    def _renew(self, person: Person) -> None:
        before = dict(person.headers)
        self.sign_in(person)
        person.headers = person.headers or before

    def _headers(self, token: str, cookies: str, person: Person) -> dict[str, str]:
        """The headers that say who asks; of several ways the one that is not refused, found once."""
        if not token:
            return {"cookie": cookies}
        if not self._header:
            ways = self._ways()
            for way in ways if self.me is not None and len(ways) > 1 else ways[:1]:
                tried = Person(person.name, _header(way, token))
                if self.me is None or self.client.send("GET", self.me.path, tried).status not in REFUSED:
                    self._header = way
                    break
        return _header(self._header or BEARER, token)

    def _ways(self) -> list[str]:
        ways: list[str] = []
        for scheme in self.document.schemes.values():
            if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
                name = str(scheme.get("name") or "Authorization")
                if name.lower() == "authorization":
                    ways += [f"{name}: Bearer {{token}}", f"{name}: Token {{token}}"]
                ways.append(f"{name}: {{token}}")
            elif scheme.get("type") in ("http", "oauth2", "openIdConnect") and scheme.get("scheme") != "basic":
                ways.insert(0, BEARER)
        return list(dict.fromkeys([*ways, BEARER, "Authorization: Token {token}", "X-Auth-Token: {token}"]))

    def _learn(self, person: Person, told: Any, depth: int = 0) -> None:
        """Keeps what an answer says of an account, by its names; what was known stays."""
        if isinstance(told, dict) and depth < 3:
            for name, value in told.items():
                if isinstance(value, str | int) and not isinstance(value, bool):
                    person.facts.setdefault(str(name), value)
                else:
                    self._learn(person, value, depth + 1)


def _asks_who(document: Document) -> list[Operation]:
    """Operations that answer who asks, the plainest first."""
    asked = [each for each in document.operations if each.method == "GET" and not each.names and not each.is_harmful]
    named = [each for each in asked if ME.search(each.path)]
    return [*named, *(each for each in asked if each.secured and each not in named)]


def _header(way: str, token: str) -> dict[str, str]:
    name, _, value = way.partition(":")
    return {name.strip().lower(): value.strip().replace("{token}", token)}


def _of(person: Person, name: str) -> Any:
    """What a body that signs somebody up says under a name."""
    if PASSWORD.search(name):
        return person.password
    if EMAIL.search(name):
        return person.facts["email"]
    return person.facts["username"] if LOGIN.search(name) else None


def _credential(name: str, login: str, password: str) -> Any:
    if PASSWORD.search(name):
        return password
    if name == "grant_type":
        return "password"
    return login if LOGIN.search(name) else None


def _filled(template: Any, person: Person) -> Any:
    """A body that was told, with the name, the address and the password of somebody in it."""
    if isinstance(template, dict):
        return {key: _filled(value, person) for key, value in template.items()}
    if isinstance(template, list):
        return [_filled(each, person) for each in template]
    if isinstance(template, str):
        for key, value in (
            ("name", person.facts["username"]),
            ("email", person.facts["email"]),
            ("password", person.password),
        ):
            template = template.replace(f"{{{key}}}", str(value))
    return template


def _at(body: Any, way: tuple[str, ...]) -> Any:
    for part in way:
        body = body.get(part) if isinstance(body, dict) else None
    return body


def _innermost(body: dict[str, Any]) -> dict[str, Any]:
    """The object that holds the fields, where a body is one object in another: `{"user": {..}}`."""
    inner = next(iter(body.values()), None) if len(body) == 1 else None
    return inner if isinstance(inner, dict) else body
