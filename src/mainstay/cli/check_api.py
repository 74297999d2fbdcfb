"""`mainstay check URL`: what its options say of a running API, and the review of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from mainstay.check import probing
from mainstay.check.config import Config, WrongConfiguration
from mainstay.check.live import address
from mainstay.check.live.address import WrongAddress
from mainstay.check.live.client import Gone
from mainstay.check.live.document import WrongDocument
from mainstay.check.live.settings import LiveSettings, WrongSettings, identity
from mainstay.check.probing import NothingToAsk
from mainstay.check.review import Review


@dataclass(frozen=True, slots=True)
class Told:
    """Options that go before what the configuration says."""

    openapi: str | None
    identities: tuple[str, ...]
    requests: int | None
    seconds: float | None

    def over(self, settings: LiveSettings) -> LiveSettings:
        """The settings with these options before them."""
        named = {each.partition("=")[0].strip(): each.partition("=")[2].strip() for each in self.identities}
        for each in self.identities:
            identity(each)
        return replace(
            settings,
            openapi=self.openapi if self.openapi is not None else settings.openapi,
            requests=self.requests or settings.requests,
            seconds=self.seconds or settings.seconds,
            identities={**settings.identities, **named},
        )


def reviewed_api(
    url: str, config: Config, told: Told, *, source: Path | None, owned: bool, known: frozenset[str]
) -> Review:
    """The review of a running API; raises WrongConfiguration with what cannot be used."""
    try:
        settings = told.over(config.live)
        with Console(stderr=True).status("asking") as status:
            return probing.probe(
                address.read(url, owned=owned), settings, config, source=source, known=known, progress=status.update
            )
    except (WrongAddress, WrongDocument, WrongSettings, NothingToAsk, Gone) as error:
        raise WrongConfiguration(str(error)) from None
