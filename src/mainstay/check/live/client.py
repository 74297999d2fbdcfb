"""Sends requests to one API, counts them, and keeps what came back."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlencode

import httpx2

from mainstay.check.live.address import Address
from mainstay.check.live.answer import Answer, Request
from mainstay.check.live.limits import Budget, Limits
from mainstay.check.live.people import NOBODY, Person

LARGEST = 2_000_000
"""Bytes of an answer that are read."""
SILENCES = 3
"""So many requests in a row without any answer, and the API is taken for gone."""
PATIENCE = 15.0
"""Seconds that one 429 is waited for, at most."""
SHARE = 0.4
"""Of the time that is allowed, so much may go by in waiting for limits."""
TRIES = 3
Files = dict[str, tuple[str, bytes, str]]
"""What is uploaded: under each name of a field the name of the file, its bytes and its media type."""


class Gone(Exception):
    """The API answers no more; says after what."""


class Client:
    """Sends requests to one API and to nothing else: no redirect is followed, and no proxy asked."""

    def __init__(self, address: Address, limits: Limits, *, mark: str) -> None:
        self.address = address
        self.budget = Budget(limits)
        self.mark = mark
        self.journal: list[Answer] = []
        self.waited = 0.0
        """Seconds that went by in waiting for limits."""
        self.limited = 0
        """Requests that met a limit which was not looked for."""
        self._silent = 0
        self._http = httpx2.Client(trust_env=False, verify=True, timeout=httpx2.Timeout(limits.timeout), http2=False)

    def close(self) -> None:
        """Lets the connections go."""
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        who: Person = NOBODY,
        *,
        body: Any = None,
        form: dict[str, str] | None = None,
        files: Files | None = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        patient: bool = True,
        timeout: float | None = None,
    ) -> Answer:
        """Sends one request as somebody; raises Spent, and Gone.

        A 429 is waited for where its Retry-After is short, unless `patient` is False; a 428 is given the ETag that it
        asks for.
        """
        given = {"accept": "application/json, */*;q=0.5", **who.headers, **(headers or {})}
        if body is not None:
            content = json.dumps(body).encode()
            given.setdefault("content-type", "application/json")
        elif form is not None:
            content = urlencode(form).encode()
            given.setdefault("content-type", "application/x-www-form-urlencoded")
        answer = self._sent(method, path, who, given, content, files, timeout)
        for _ in range(TRIES if patient else 0):
            if answer.status != 429 or not self._waited(answer):
                break
            answer = self._sent(method, path, who, given, content, files, timeout)
        self.limited += patient and answer.status == 429
        if answer.status == 428 and "if-match" not in given:
            tag = self._sent("GET", path, who, {"accept": "*/*", **who.headers}, None, None, timeout).headers.get(
                "etag"
            )
            if tag is not None:
                answer = self._sent(method, path, who, {**given, "if-match": str(tag)}, content, files, timeout)
        return answer

    def _waited(self, answer: Answer) -> bool:
        """Waits as long as a 429 says; False where that is too long, all waiting so far considered."""
        wait = _seconds(answer)
        if wait is None or wait > PATIENCE or self.waited + wait > SHARE * self.budget.limits.seconds:
            return False
        time.sleep(wait)
        self.waited += wait
        return True

    def _sent(
        self,
        method: str,
        path: str,
        who: Person,
        headers: dict[str, str],
        content: bytes | None,
        files: Files | None,
        timeout: float | None,
    ) -> Answer:
        self.budget.spend()
        self._http.cookies.clear()
        seconds = timeout or self.budget.limits.timeout
        built = self._http.build_request(
            method, self.address.origin + path, headers=headers, content=content, files=files,
            timeout=httpx2.Timeout(seconds),
        )  # fmt: skip
        request = Request(who.name, method, path, tuple(headers.items()), b"(a file)" if files else content or b"")
        began = time.monotonic()
        try:
            answer = self._read(request, built, began, seconds)
            self._silent = 0
        except httpx2.TimeoutException:
            answer = self._silence(request, began, f"no answer within {seconds:g} s")
            self._silent = 0
        except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError) as error:
            answer = self._silence(request, began, f"{type(error).__name__}: {error}")
            self._silent += 1
        self.journal.append(answer)
        if self._silent >= SILENCES:
            raise Gone(
                f"{self.address.origin} answers no more ({answer.failure}), since {self.journal[-SILENCES].exchange}"
            )
        return answer

    def _read(self, request: Request, built: httpx2.Request, began: float, seconds: float) -> Answer:
        response = self._http.send(built, stream=True, follow_redirects=False)
        chunks: list[bytes] = []
        size = 0
        try:
            for chunk in response.iter_bytes():
                chunks.append(chunk)
                size += len(chunk)
                if size > LARGEST or time.monotonic() - began > seconds:
                    break
        finally:
            response.close()
        took = time.monotonic() - began
        return Answer(request, response.status_code, response.headers, b"".join(chunks), took, mark=self.mark)

    def _silence(self, request: Request, began: float, why: str) -> Answer:
        return Answer(request, 0, httpx2.Headers(), b"", time.monotonic() - began, why, self.mark)


def _seconds(answer: Answer) -> float | None:
    """What Retry-After says, where it says seconds."""
    value = str(answer.headers.get("retry-after", ""))
    return float(value) if value.isdigit() else None
