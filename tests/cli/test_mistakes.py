"""How commands answer mistakes, and that they end with the same codes everywhere."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mainstay.cli import app, main
from mainstay.cli.exits import MEANINGS, Exit
from mainstay.projections.command.command import DONE, FAILED, REFUSED
from tests.cli.serving import APP, ROOT, command, environment

HEAVY = {"fastapi", "sqlalchemy", "alembic", "mainstay.app", "granian", "starlette"}
"""What applications alone need, and what takes a start half a second."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an application, and files that are none."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setenv("MAINSTAY_DATABASE_URL", f"sqlite:///{tmp_path}/mistakes.db")
    for name in ("app", "empty", "leaves", "unwritten", "inner", "outer"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "empty.py").write_text("x = 1\n")
    (tmp_path / "unwritten.py").write_text("def a():\n    return (\n")
    (tmp_path / "inner.py").write_text("def wrong():\n    raise KeyError('colour')\n")
    (tmp_path / "leaves.py").write_text("import sys\n\nsys.exit(3)\n")
    (tmp_path / "outer.py").write_text("from inner import wrong\n\n\nwrong()\n")
    return tmp_path


@pytest.mark.parametrize(
    "words, said",
    [
        (("serv", "app:app"), "No such command 'serv'. Did you mean 'serve'"),
        (("migrate", "upp"), "No such command 'upp'. Did you mean 'up'?"),
        (("operations", "app:app", "--jsn"), "No such option: --jsn"),
        (("operations",), "Missing argument 'APP'"),
        (("operations", "app.py:app"), "app.py is a file; name its module: app:app"),
        (("operations", "./src/shop.py"), "there is no file ./src/shop.py in "),
        (("operations", "empty:app"), "empty has no application; write app = Mainstay(resources=[...]) in "),
        (("operations", "empty:x"), "empty:x is a int, not a Mainstay; no application is in "),
        (("operations", ".app"), "'.app' begins with a dot; name the module from this folder on"),
        (("operations", "leaves:app"), "leaves ends Python while it is imported, with 3\n"),
        (("operations", "unwritten:app"), "unwritten.py\", line 2\n    return (\n"),
        (("operations", "outer:app"), "KeyError: 'colour'\n"),
        (("call", "app:app", "dishes.lst"), "did you mean dishes.list?"),
        (("why", "app:app", "dishes.gt", "soup"), "did you mean dishes.get?"),
        (("why", "app:app", "dishes.get", "soup", "extra=1"), "extra is not a parameter here"),
        (("openapi", "app:app", "--check", "none.json"), "--check none.json cannot be read"),
        (("openapi", "app:app", "--output", "none/at/all.json"), "--output none/at/all.json cannot be written"),
        (("prove", "access", "app:app", "--database", "mysql://h/d"), "database URL begins with 'mysql'"),
        (("prove", "access", "app:app", "--html", "none/a.html"), "--html none/a.html cannot be written"),
        (("prove", "access", "app:app", "--json", "none/a.json"), "--json none/a.json cannot be written"),
        (("check", "none"), "'none' does not exist."),
        (("check", ".", "--output", "none/report"), "--output none/report cannot be written"),
        (("check", ".", "--write-baseline", "--baseline", "none/b"), "--baseline none/b cannot be written"),
        (("check", "--explain", "sql_injektion"), "did you mean sql-injection?"),
        (("check", "--explain", "zzz"), "there is no rule 'zzz'; there is access-disagrees, "),
    ],
)  # fmt: skip
def test_a_mistake_ends_with_2_and_says_what_would_be_right(folder: Path, words: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(app, list(words))
    assert (done.exit_code, done.stdout) == (Exit.WRONG, ""), done.output
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "site-packages" not in done.stderr


@pytest.mark.requirement("A3.29")
@pytest.mark.parametrize(
    "name, value, said",
    [
        ("DATABASE_URL", "mysql://ada:geheim@h/b", "MAINSTAY_DATABASE_URL: database URL begins with 'mysql'"),
        ("DATABASE_URL", "postgresql://ada:geheim@h:port/b", "MAINSTAY_DATABASE_URL: the database URL cannot be read"),
        ("RETIRED_SIGNING_KEYS", "geheim", "MAINSTAY_RETIRED_SIGNING_KEYS is not JSON"),
        ("SECRET_KEY", "geheim", "MAINSTAY_SECRET_KEY: Value error, has fewer than 32 characters"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,proxy", "MAINSTAY_TRUSTED_PROXIES: Value error, 'proxy' does not appear to be"),
        ("POOL_SIZE", "many", "MAINSTAY_POOL_SIZE: Input should be a valid integer"),
    ],
)
def test_what_is_wrong_with_a_setting_is_told_by_its_name_and_without_its_secret(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"MAINSTAY_{name}", value)
    done = CliRunner().invoke(app, ["operations", "app:app"])
    assert (done.exit_code, done.stdout) == (Exit.WRONG, ""), done.output
    assert said in done.stderr
    assert "geheim" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.requirement("A3.29")
def test_a_secret_that_is_no_text_is_told_by_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "mainstay_secret_key").write_bytes(b"\xff\xfe" + 40 * b"geheim")
    monkeypatch.setenv("MAINSTAY_SECRETS_DIR", str(folder))
    done = CliRunner().invoke(app, ["operations", "app:app"])
    assert (done.exit_code, done.stderr) == (Exit.WRONG, "mainstay: MAINSTAY_SECRET_KEY cannot be read\n")


def test_an_error_of_the_users_is_told_with_the_places_in_the_users_files_alone(folder: Path) -> None:
    said = CliRunner().invoke(app, ["operations", "outer:app"]).stderr
    assert re.findall(r'File "[^"]*/(\w+\.py)", line (\d+)', said) == [("outer.py", "4"), ("inner.py", "2")]


def test_what_nobody_foresaw_ends_with_5_and_says_where(folder: Path) -> None:
    (folder / "sitecustomize.py").write_text("import json\njson.dumps = None\n")
    done = command(folder, "version", "--json", fresh=True)
    assert done.returncode == Exit.FAILED
    assert "Traceback" in done.stderr
    assert done.stderr.endswith("mainstay: this broke in a way that nobody foresaw\n")


def test_a_command_that_is_interrupted_ends_with_130(folder: Path) -> None:
    (folder / "waits.py").write_text("import time\n\nprint('here', flush=True)\ntime.sleep(60)\n")
    words = [sys.executable, "-m", "mainstay", "operations", "waits:app"]
    with subprocess.Popen(words, cwd=folder, env=environment(folder), stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "here\n"
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 130


def test_every_code_has_its_meaning_on_the_page() -> None:
    assert set(MEANINGS) == set(Exit)
    assert (Exit.DONE, Exit.REFUSED, Exit.FAILED) == (DONE, REFUSED, FAILED)
    page = (ROOT / "docs" / "reference" / "command-line.md").read_text()
    for code, meaning in MEANINGS.items():
        assert f"| `{code.value}` | {meaning} |" in page
    used = "\n".join(file.read_text() for file in (ROOT / "src" / "mainstay" / "cli").glob("*.py"))
    assert re.findall(r"typer\.Exit\(\d+\)|sys\.exit\(\d+\)", used) == []


@pytest.mark.parametrize(
    "line, offered, withheld",
    [
        ("mainstay mi", "migrate", "serve"),
        ("mainstay migrate st", "status", "check"),
        ("mainstay serve --wor", "--workers", "--host"),
    ],
)
def test_shells_complete_commands_and_options(
    line: str, offered: str, withheld: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_MAINSTAY_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split()) - 1))
    with pytest.raises(SystemExit):
        main()
    said = capsys.readouterr().out.split()
    assert said == [offered]
    assert withheld not in said


@pytest.mark.parametrize("words", [("--help",), ("version",), ("--show-completion", "zsh")])
def test_a_command_that_needs_no_application_imports_none(folder: Path, words: tuple[str, ...]) -> None:
    alone = {**environment(folder), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}  # perhaps no shell runs this
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "mainstay", *words],
        cwd=folder, env=alone, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    imported = set(re.findall(r"\|\s+([\w.]+)$", done.stderr, re.MULTILINE))
    assert "typer" in imported
    assert imported.isdisjoint(HEAVY)


def test_to_say_how_a_command_is_called_imports_no_application() -> None:
    asked = "from importlib import import_module; from mainstay.cli import COMMANDS"
    script = f"import sys; {asked}; [import_module(module) for module, _ in COMMANDS.values()]; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    assert "mainstay.cli.migrate" in imported
    assert imported.isdisjoint(HEAVY)


def test_what_a_file_had_stays_where_a_command_ends_before_it_writes(folder: Path) -> None:
    (folder / "matrix.json").write_text("mine")
    words = ["prove", "access", "app:app", "--database", "mysql://h/d", "--html", "page.html", "--json", "matrix.json"]
    assert CliRunner().invoke(app, words).exit_code == Exit.WRONG
    assert (folder / "matrix.json").read_text() == "mine"
    assert not (folder / "page.html").exists()


@pytest.mark.parametrize("words", [("call", "app:app", "dishes.list"), ("why", "app:app", "dishes.get", "soup")])
def test_a_database_behind_its_migrations_is_told_in_a_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    migrations = folder / "migrations"
    migrations.mkdir()
    (migrations / "0001_first.py").write_text(
        'revision = "0001"\ndown_revision = None\n\n\ndef upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n'
    )
    monkeypatch.setenv("MAINSTAY_CREATE_TABLES", "false")
    done = CliRunner().invoke(app, list(words))
    assert (done.exit_code, done.stdout) == (Exit.WRONG, ""), done.output
    told = "the database is at migration 0000 and the application needs 0001: run mainstay migrate up"
    assert done.stderr == f"mainstay: {told}\n"
