"""A sign-in that takes as many wrong passwords as anybody likes."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.finding import Found
from mainstay.check.live.probe import found
from mainstay.check.live.service import Service

GUESSES = 30
"""Wrong passwords for one account; a person mistypes three."""


def ask(service: Service) -> Iterator[Found]:
    """Tries wrong passwords for a new account, as fast as they are answered, and then the right one."""
    into = service.accounts.signing.into
    person = service.newcomer("frank")
    if into is None or person is None:
        return
    answers = []
    for number in range(GUESSES):
        answers.append(
            service.accounts.ask_in(person.login, f"Wrong-{number}-{service.samples.password}", patient=False)
        )
        if answers[-1].status in (0, 403, 423, 429, 503):
            return
    right = service.accounts.ask_in(person.login, person.password, patient=False)
    if service.accounts.signed_in(right):
        seconds = sum(each.seconds for each in answers)
        what = (
            f"{GUESSES} wrong passwords for one account were answered in {seconds:.1f} s, and then the right one let in"
        )
        yield found(into, what, "likely", answers[0], answers[-1], right)
