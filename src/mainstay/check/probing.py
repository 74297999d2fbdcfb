"""Reviews a running API: finds out what it offers, makes two people, and lets the probes ask."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mainstay.check import project as projects
from mainstay.check.config import Config
from mainstay.check.finding import CONFIDENCES, Finding, Found
from mainstay.check.flow.value import Step
from mainstay.check.gather import gather
from mainstay.check.live import find_document
from mainstay.check.live.accounts import Accounts
from mainstay.check.live.address import Address
from mainstay.check.live.client import Client, Gone
from mainstay.check.live.collections import collections
from mainstay.check.live.document import Document
from mainstay.check.live.limits import Spent
from mainstay.check.live.operations import Operation
from mainstay.check.live.people import Person
from mainstay.check.live.probe import Probe
from mainstay.check.live.rows import Rows
from mainstay.check.live.samples import Samples
from mainstay.check.live.service import Service
from mainstay.check.live.settings import LiveSettings, identity
from mainstay.check.probes import all_probes
from mainstay.check.review import Progress, Review, review_project
from mainstay.check.sourced import joined, operations as sourced_operations

NAMES = ("alice", "bob")
"""Who is signed up where nobody is given."""


class NothingToAsk(Exception):
    """Nothing is known of what the API offers; says where was looked."""


def probe(
    address: Address,
    settings: LiveSettings,
    config: Config,
    *,
    source: Path | None = None,
    known: frozenset[str] = frozenset(),
    progress: Progress | None = None,
) -> Review:
    """Reviews the API at an address, and its source with it; `known` sets fingerprints aside.

    Raises NothingToAsk, WrongDocument, WrongSettings and Gone.
    """
    say = progress or (lambda words: None)
    began = time.perf_counter()
    read, sourced = _read(source, config, known, say)
    samples = Samples()
    client = Client(address, settings.limits, mark=samples.mark)
    probes = tuple(each for each in all_probes() if each.name not in config.ignore)
    try:
        say("looking for the document")
        service = opened(client, samples, settings, sourced)
        findings = list(_asked(service, probes, say))
        if client.limited:
            service.notes.append(
                f"{client.limited} requests met a limit (429): what they would have shown is not known"
            )
        say("tidying up")
        _tidied(service)
    finally:
        client.close()
    new = [each for each in findings if each.fingerprint not in known]
    return replace(
        read,
        findings=sorted([*read.findings, *new], key=lambda each: each.order),
        known=[*read.known, *(each for each in findings if each.fingerprint in known)],
        seconds=time.perf_counter() - began,
        routes=len(service.operations),
        rules=(*read.rules, *probes),
        seen=read.seen | Counter(routes=len(service.operations)),
        asked=client.budget.requests,
        notes=service.notes,
    )


def _read(
    source: Path | None, config: Config, known: frozenset[str], say: Progress
) -> tuple[Review, tuple[Operation, ...]]:
    """The review of the source, and the operations in it; an empty one where there is none."""
    if source is None:
        return Review([], [], [], [], (), 0, 0, 0.0), ()
    say("reading the source")
    project = projects.read(source)
    facts = gather(project, config.environment)
    return review_project(project, config, known=known, progress=say, facts=facts), sourced_operations(facts)


def opened(client: Client, samples: Samples, settings: LiveSettings, sourced: tuple[Operation, ...] = ()) -> Service:
    """The service at an address, with the people who ask it; raises NothingToAsk."""
    document = find_document.found(client, settings.openapi)
    if document is None and not sourced:
        raise NothingToAsk(
            f"{client.address} has no OpenAPI document where they usually are; name it with --openapi, or its source "
            "with --source"
        )
    document = joined(document, sourced) if document is not None else Document(sourced, {}, "the source")
    asked = replace(document, operations=tuple(each for each in document.operations if str(each) not in settings.skip))
    accounts = Accounts(client, asked, samples, settings)
    rows = Rows(client, samples, accounts, collections(asked.operations))
    service = Service(client, document, samples, accounts, rows, settings, [], sourced=sourced)
    _people(service)
    return service


def _people(service: Service) -> None:
    """Those whose headers were given, and else two who are signed up."""
    for name, header in service.settings.identities.items():
        person = Person(name, identity(f"{name}={header}")[1])
        if name == "admin":
            service.admin = person
        else:
            service.people.append(person)
    for name in NAMES:
        if len(service.people) < 2 and name not in {each.name for each in service.people}:
            made = service.newcomer(name)
            if made is not None:
                service.people.append(made)
    if len(service.people) < 2:
        missing = "nobody is signed in" if not service.people else f"nobody but {service.people[0].name} is signed in"
        why = "; ".join(service.accounts.notes) or "no operations to sign up and to sign in were found"
        service.notes.append(f"{missing}, so that much cannot be asked ({why}); give two with --identity")


def _asked(service: Service, probes: tuple[Probe, ...], say: Progress) -> Iterator[Finding]:
    """The findings of all probes, until nothing is left of what may be asked."""
    for at, each in enumerate(probes):
        say(each.name)
        best: dict[str, Found] = {}
        ended = False
        try:
            for person in service.people:
                person.refresh()
            for found in each.ask(service):
                _keep(found, best)
        except (Spent, Gone) as end:
            left = ", ".join(later.name for later in probes[at:])
            service.notes.append(f"{end}: not asked to the end: {left}")
            ended = True
        except (LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
            service.notes.append(f"{each.name} broke on what was answered ({type(error).__name__}: {error})")
        yield from (_finding(each, found, service) for found in best.values())
        if ended:
            return


def _keep(found: Found, best: dict[str, Found]) -> None:
    """Of several findings of one probe on one operation, the surest stays."""
    before = best.get(found.place.path)
    if before is None or CONFIDENCES.index(found.confidence) < CONFIDENCES.index(before.confidence):
        best[found.place.path] = found


def _finding(each: Probe, found: Found, service: Service) -> Finding:
    """The finding that a report shows; where the source is known, with the place of the handler."""
    page = each.page
    known = (one.place for one in service.document.operations if str(one) == found.place.path and one.place is not None)
    handler = tuple(Step(place, "the handler") for place in known)
    return Finding(
        page.name, page.severity, found.confidence, found.place, "", found.what, page.why, page.standards, page.items,
        (*found.proof, *handler), found.fix or page.fix, found.exchanges,
    )  # fmt: skip


def _tidied(service: Service) -> None:
    """Deletes what was made, and tells what could not be."""
    service.client.budget.tidying = True
    try:
        left = service.rows.tidy(service.admin)
    except (Spent, Gone) as error:
        service.notes.append(f"not everything was tidied up: {error}")
        return
    rows = Counter(each.collection.path for each in left)
    told = [*(f"{count} in {path}" for path, count in rows.items())]
    if service.accounts.made:
        told.append(f"{len(service.accounts.made)} accounts")
    if told:
        service.notes.append(f"left behind, with names that begin with {service.samples.mark}: {', '.join(told)}")
