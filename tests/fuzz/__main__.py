"""Lets Schemathesis make up calls of the recipes example, from its document, and judge the answers.

It is installed into an environment of its own inside of .venv, since its packages are not ours.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import httpx2
import typer

from examples.recipes.app import application
from examples.recipes.load import PASSWORD, address, fill

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
REQUIREMENTS = HERE / "requirements.txt"
PLACE = Path(sys.prefix) / "fuzz"
START_SECONDS = 30.0
UNLIMITED = {
    "MAINSTAY_ADDRESS_LIMIT": "",
    "MAINSTAY_USER_LIMIT": "",
    "MAINSTAY_SIGN_IN_LIMIT": "",
    "MAINSTAY_LOG": "off",
}


def fuzz(
    examples: Annotated[int, typer.Option(help="Calls to make up for each operation and phase.")] = 30,
    seconds: Annotated[int, typer.Option(help="When to stop, at the latest.")] = 600,
    seed: Annotated[int, typer.Option(help="The same seed, the same calls.")] = 1,
) -> None:
    """Run all phases of Schemathesis against the recipes example on SQLite.

    Ends with 1 where an answer is a 5xx or not as the document says.
    """
    install()
    with tempfile.TemporaryDirectory(prefix="mainstay-fuzz-") as folder, serving(Path(folder)) as url:
        command = [PLACE / "bin" / "schemathesis", "--config-file", HERE / "schemathesis.toml", "run"]
        who = f"Authorization: Bearer {key(url)}"
        options = ["--header", who, "--max-examples", str(examples), "--seed", str(seed), "--max-time", str(seconds)]
        done = subprocess.run([*command, f"{url}/openapi.json", *options], cwd=folder, check=False)
    raise typer.Exit(done.returncode)


def key(url: str) -> str:
    """An API key of the admin, which no sign-out ends."""
    auth = f"{url}/api/v1/auth"
    given = {"email": address("admin"), "password": PASSWORD}
    token = httpx2.post(f"{auth}/sign-in", json=given).json()["data"]["access_token"]
    made = httpx2.post(f"{auth}/api-keys", json={"name": "fuzz"}, headers={"Authorization": f"Bearer {token}"})
    return str(made.json()["data"]["key"])


def install() -> None:
    """Installs Schemathesis beside the packages of the project."""
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    stamp = PLACE / ".stamp"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing Schemathesis into {PLACE}")
    subprocess.run([sys.executable, "-m", "venv", "--clear", PLACE], check=True)
    pip = [PLACE / "bin" / "pip", "install", "--quiet", "--require-hashes"]
    subprocess.run([*pip, "-r", REQUIREMENTS], check=True)
    stamp.write_text(wanted)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The example with its recipes, on a free port, until the block ends."""
    database = f"sqlite:///{folder}/recipes.db"
    asyncio.run(fill(application(database)))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mainstay.cli", "serve", "examples.recipes.app:app", "--port", str(port)]
    environment = {**os.environ, **UNLIMITED, "MAINSTAY_DATABASE_URL": database}
    environment["MAINSTAY_SIGNING_KEY_FILE"] = str(folder / "signing.pem")
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(process, url)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def wait_for(process: subprocess.Popen[bytes], url: str) -> None:
    """Waits until the server answers."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx2.get(f"{url}/health/ready").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise RuntimeError("the example does not serve")


if __name__ == "__main__":
    typer.run(fuzz)
