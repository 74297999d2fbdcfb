"""A vulnerable API and a mended one, each on a real server of this machine, and what the probes find in them."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from fastapi import FastAPI

from mainstay.check.config import Config
from mainstay.check.live import address
from mainstay.check.live.settings import LiveSettings
from mainstay.check.probing import probe
from mainstay.check.review import Review
from tests.check.live.apps import mended, vulnerable


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The URL of an application while it is served."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def probed(url: str, settings: LiveSettings | None = None, config: Config | None = None) -> Review:
    """What the probes find at an address."""
    return probe(address.read(url, owned=False), settings or LiveSettings(), config or Config())


@pytest.fixture(scope="session")
def vulnerable_url() -> Iterator[str]:
    """Where the vulnerable API is."""
    with served(vulnerable.application()) as url:
        yield url


@pytest.fixture(scope="session")
def mended_url() -> Iterator[str]:
    """Where the mended API is."""
    with served(mended.application()) as url:
        yield url


@pytest.fixture(scope="session")
def on_vulnerable(vulnerable_url: str) -> Review:
    """What all probes find in the vulnerable API."""
    return probed(vulnerable_url)


@pytest.fixture(scope="session")
def on_mended(mended_url: str) -> Review:
    """What all probes find in the mended API."""
    return probed(mended_url)
