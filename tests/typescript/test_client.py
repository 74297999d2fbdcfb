"""A TypeScript client, made as its page in the docs says, compiled strictly and used against a running server."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.serving import ROOT, environment, serving
from tests.typescript.packages import HERE

PAGE = (ROOT / "docs" / "how-to" / "typescript-client.md").read_text()
FILE = re.compile(r"^```(?:python|json|typescript)\n(?:#|//) ([\w/.]+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
SERVER = "http://127.0.0.1:8000"


@pytest.fixture
def project(tmp_path: Path, node_modules: Path) -> Path:
    """A folder with the files of the page, before its commands."""
    for name, text in FILE.findall(PAGE):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "node_modules").symlink_to(node_modules)
    return tmp_path


def commands(block: str) -> list[tuple[list[str], str]]:
    """The commands of a block of the page, each with what the page says that it prints."""
    told = (one.partition("\n") for one in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:])
    return [(shlex.split(line), printed) for line, _, printed in told]


def run(project: Path, words: list[str]) -> str:
    """What a command of the page prints; it ends well."""
    program, *rest = words
    if program == "npm":
        wanted = {word for word in rest if not word.startswith("-")} - {"install"}
        assert wanted <= set(json.loads((HERE / "package.json").read_text())["devDependencies"]), words
        return ""
    if program == "npx":
        words = [str(project / "node_modules" / ".bin" / rest[0]), *rest[1:]]
    if program == "mainstay":
        words = [sys.executable, "-m", "mainstay", *rest]
    done = subprocess.run(
        words, cwd=project, env=environment(project), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"{shlex.join(words)}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.requirement("A6.14")
def test_the_client_of_the_page_compiles_strictly_and_does_what_the_page_says(project: Path) -> None:
    make, use = CONSOLE.findall(PAGE)
    for words, _ in commands(make):
        run(project, words)
    with serving(project, log="off") as server:
        client = project / "src" / "client.ts"
        assert SERVER in client.read_text()
        client.write_text(client.read_text().replace(SERVER, f"http://127.0.0.1:{server.port}"))
        for words, told in commands(use):
            assert run(project, words) == told, words
    options = json.loads((project / "tsconfig.json").read_text())["compilerOptions"]
    assert (options["strict"], options["lib"]) == (True, ["ES2022", "DOM"]), "as a page in a browser is compiled"
