"""Both servers over real connections: answers, what is cut, what is finished."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.serving import APP, Served, command, received, serving

SERVERS = ("granian", "uvicorn")
SHORT = {"header_timeout": 1, "body_timeout": 1}


@pytest.fixture(scope="module", params=SERVERS)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with short time-outs."""
    with serving(tmp_path_factory.mktemp("served"), "--server", request.param, **SHORT) as server:
        yield server


def seconds(act: Callable[[], object]) -> float:
    """How long something takes."""
    started = time.monotonic()
    act()
    return time.monotonic() - started


def read_until(connection: socket.socket, words: bytes) -> None:
    """Reads up to some words."""
    got = b""
    while words not in got:
        part = connection.recv(65_536)
        assert part, got
        got += part


@pytest.mark.requirement("A1.01", "A1.04")
def test_it_answers(served: Served) -> None:
    body = b'{"slug":"soup","title":"Soup","served":true}'
    head = (
        b"POST /api/v1/dishes HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer anna\r\nContent-Type: application/json\r\n"
    )
    made = served.ask(head + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert made.startswith(b"HTTP/1.1 201 ") or b'"DUPLICATE"' in made
    get = served.ask(b"GET /api/v1/dishes/soup HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert get.startswith(b"HTTP/1.1 200 ")
    assert b'"title":"Soup"' in get
    names = [line.partition(b":")[0].lower() for line in get.partition(b"\r\n\r\n")[0].splitlines()[1:]]
    assert len(names) == len(set(names))
    until = time.monotonic() + 5  # the line is written when the answer has been sent
    while b'"path":"/api/v1/dishes/soup"' not in served.output.read_bytes():
        assert time.monotonic() < until
        time.sleep(0.02)
    assert [json.loads(line)["time"] for line in served.output.read_bytes().splitlines()]


def test_several_requests_share_a_connection(served: Served) -> None:
    with served.connect() as connection:
        for _ in range(3):
            connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
            read_until(connection, b"healthy")


@pytest.mark.requirement("A3.25")
@pytest.mark.parametrize(
    "sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\nX-A: "], ids=["none", "line", "half"]
)
def test_a_connection_whose_head_does_not_come_is_cut(served: Served, sent: bytes) -> None:
    with served.connect() as connection:
        connection.sendall(sent)
        assert seconds(lambda: received(connection)) < 3


@pytest.mark.requirement("A3.25")
def test_a_head_that_drips_is_cut(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        started = time.monotonic()
        with contextlib.suppress(OSError):  # when the connection is gone
            for number in range(40):
                connection.sendall(b"X-%d: 1\r\n" % number)
                time.sleep(0.1)
        assert time.monotonic() - started < 3


@pytest.mark.requirement("A3.25")
def test_a_second_head_that_drips_is_cut(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nX-A: ")
        assert seconds(lambda: received(connection)) < 3


@pytest.mark.requirement("A3.25")
def test_an_idle_connection_is_closed(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
        read_until(connection, b"healthy")
        assert seconds(lambda: received(connection)) < 3


@pytest.mark.requirement("A3.25")
def test_a_body_that_does_not_come_is_408_and_the_connection_is_closed(served: Served) -> None:
    head = b"POST /api/v1/dishes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    started = time.monotonic()
    answer = served.ask(head)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - started < 3


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(served: Served) -> None:
    head = b"POST /api/v1/dishes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    assert served.ask(head + b"Content-Length: 99999999\r\nConnection: close\r\n\r\n{").startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET /api/v1/dishes HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
    ],
    ids=["no host", "nonsense", "two lengths", "large head"],
)
def test_what_is_not_http_never_is_a_500(served: Served, request_: bytes) -> None:
    answer = served.ask(request_)
    assert not answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5"))


def test_a_caller_that_leaves_does_no_harm(served: Served) -> None:
    for _ in range(5):
        with served.connect() as connection:
            connection.sendall(b"POST /api/v1/dishes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n")
            connection.sendall(b"Content-Length: 100\r\n\r\n{")
    test_several_requests_share_a_connection(served)
    assert b'"broke"' not in served.output.read_bytes()
    assert "Traceback" not in served.errors.read_text()


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_what_runs_finish(tmp_path: Path, server: str, sent: signal.Signals) -> None:
    with serving(tmp_path, "--server", server) as served:
        answers: list[bytes] = []
        request = b"GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        asking = threading.Thread(target=lambda: answers.append(served.ask(request)))
        asking.start()
        time.sleep(0.4)
        served.process.send_signal(sent)
        asking.join()
        assert answers[0].startswith(b"HTTP/1.1 200 ")
        served.process.wait(10)
        with pytest.raises(OSError):  # nobody listens any more
            served.connect()
        logged = [json.loads(line) for line in served.output.read_bytes().splitlines()]
        assert logged[-1]["message"] == "Served has stopped"
        assert [line["path"] for line in logged if line["event"] == "request"][-1] == "/slow"
        assert "Traceback" not in served.errors.read_text()


@pytest.mark.parametrize("server", SERVERS)
def test_what_never_ends_is_cut_after_the_time_for_stopping(tmp_path: Path, server: str) -> None:
    long = {"header_timeout": 30, "body_timeout": 30}
    with serving(tmp_path, "--server", server, shutdown_timeout=1, **long) as served, served.connect() as connection:
        connection.sendall(b"POST /api/v1/dishes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n")
        connection.sendall(b"Content-Length: 100\r\n\r\n{")
        time.sleep(0.2)
        served.process.terminate()
        served.process.wait(8)


@pytest.mark.parametrize("server", SERVERS)
def test_several_workers_on_postgresql(tmp_path: Path, server: str, postgres_url: str) -> None:
    with serving(tmp_path, "--server", server, "--workers", "2", database_url=postgres_url) as served:
        for _ in range(5):
            answer = served.ask(b"GET /api/v1/dishes HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 200 ")
        served.process.terminate()
        served.process.wait(15)


def test_several_workers_keep_the_key_of_the_file(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling = """

@router.get("/key")
async def key() -> str:
    return app.settings.secret_key.get_secret_value()


app = Mainstay(resources=[Dishes], routers=[mount(router, allow=anyone)], identity=Tokens(), name="Served")
"""
    monkeypatch.setattr("tests.cli.serving.APP", APP + telling)
    (tmp_path / ".env").write_text(f"MAINSTAY_SECRET_KEY={'k' * 32}\n")
    with serving(tmp_path, "--workers", "2", database_url=postgres_url) as served:
        answer = served.ask(b"GET /key HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert b"k" * 32 in answer


def test_several_workers_on_sqlite_are_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from mainstay import Mainstay\napp = Mainstay()\n")
    done = command(tmp_path, "serve", "app:app", "--workers", "2")
    assert done.returncode == 2
    assert "2 workers cannot share SQLite" in done.stderr
    assert "--workers 1" in done.stderr


def test_a_port_that_is_taken_is_told(tmp_path: Path, served: Served) -> None:
    (tmp_path / "app.py").write_text("from mainstay import Mainstay\napp = Mainstay()\n")
    done = command(tmp_path, "serve", "app:app", "--port", str(served.port))
    assert done.returncode == 2
    assert re.search(r"cannot listen on 127.0.0.1:\d+: .*; choose another with --port", done.stderr)


def test_an_address_that_is_not_here_is_told(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from mainstay import Mainstay\napp = Mainstay()\n")
    done = command(tmp_path, "serve", "app:app", "--host", "192.0.2.1")
    assert done.returncode == 2
    assert re.search(r"cannot listen on 192.0.2.1:8000: .*; choose another with --host", done.stderr)


def test_it_says_where_it_listens_and_what_to_try(served: Served) -> None:
    said = served.errors.read_text()
    assert f"Served 0.1.0 on http://127.0.0.1:{served.port} (sqlite, " in said
    assert f"curl http://127.0.0.1:{served.port}/api/v1/dishes" in said


def test_a_misspelt_setting_is_told(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from mainstay import Mainstay\napp = Mainstay()\n")
    (tmp_path / ".env").write_text("MAINSTAY_BODY_LIMITS=10\nMAINSTAY_ADDRESS_LIMIT=5/minute\n")
    nowhere = "sqlite:////nowhere/at/all.db"
    done = command(tmp_path, "serve", "app:app", "--port", "18232", database_url=nowhere, pool_sise="3", token="x")
    told = [line for line in done.stderr.splitlines() if "is no setting" in line]
    assert told == [
        "mainstay: MAINSTAY_POOL_SISE is no setting and is not read; did you mean MAINSTAY_POOL_SIZE?",
        "mainstay: MAINSTAY_BODY_LIMITS is no setting and is not read; did you mean MAINSTAY_BODY_LIMIT?",
    ]


def test_a_database_that_is_not_there_is_told_without_a_stack(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from mainstay import Mainstay\napp = Mainstay()\n")
    done = command(tmp_path, "serve", "app:app", "--port", "18231", database_url="sqlite:////nowhere/at/all.db")
    assert done.returncode != 0
    assert "there is no directory /nowhere/at" in done.stderr
    assert "Traceback" not in done.stderr


def test_serving_imports_nothing_that_only_others_need() -> None:
    made = "import tests.app.kitchen as kitchen; kitchen.kitchen('sqlite:///:memory:')"
    commands = "mainstay.cli.serve, mainstay.cli.doing.serve, mainstay.cli.granian_server"
    script = f"import sys, {commands}; {made}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    imported = set(loaded.stdout.split())
    assert "mainstay.backing.databases.sqlite.adapter" in imported
    assert not {"rich", "alembic", "uvicorn", "asyncpg", "sqlalchemy.dialects.postgresql"} & imported
