"""`mainstay new`: a project whose tests pass at once, and the way from there to one's first endpoint."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from typer.testing import CliRunner

from mainstay import Settings
from mainstay.cli import new
from mainstay.cli.new import app
from mainstay.scaffold.files import files
from mainstay.scaffold.name import read
from mainstay.scaffold.writing import NotWritten, write

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "new-project.md").read_text()
PLACES = {
    "beside the other imports": "from bookshop.models.user import User\n",
    "in the list of resources": "        Notes,\n",
}
"""Behind which line of a file a block of the page belongs."""
SEED = ROOT / "tests" / "check" / "seeds" / "004.md"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new project."""
    folder = tmp_path_factory.mktemp("new")
    done = CliRunner().invoke(app, ["bookshop", "--into", str(folder)])
    assert done.exit_code == 0, done.output
    (folder / "printed").write_text(done.stdout)
    return folder / "bookshop"


def make(project: Path, *words: str) -> str:
    """What a target of the project's Makefile prints; it ends well."""
    given = {name: value for name, value in os.environ.items() if not name.startswith(("MAINSTAY_", "MAKE", "PYTEST_"))}
    given["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), given["PATH"]])
    given["MYPY_CACHE_DIR"] = str(ROOT / ".mypy_cache" / "scaffold")
    done = subprocess.run(
        ["make", *words], cwd=project, env=given, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.requirement("A12.07")
def test_every_file_is_listed_and_is_there(project: Path) -> None:
    printed = (project.parent / "printed").read_text()
    told = {
        Path(path): int(size) for path, size in re.findall(r"^wrote (\S+) \((\d+) bytes, read back\)$", printed, re.M)
    }
    there = {path: path.stat().st_size for path in project.rglob("*") if path.is_file()}
    assert told == there
    assert f"{len(there)} files." in printed
    for path in there:
        assert "{{" not in path.read_text(), f"{path} has a word that nothing was put in for"


@pytest.mark.requirement("A9.07", "A12.07", "A4.19")
def test_its_tests_pass_at_once_and_twenty_lines_later_with_an_endpoint_of_ones_own(project: Path) -> None:
    assert re.search(r"\b6 passed\b", make(project, "test"))
    assert (
        f"MAINSTAY_DATABASE_URL={Settings.model_fields['database_url'].default}\n"
        in (project / ".env.example").read_text()
    )
    lines = sum(put(project, *block) for block in blocks())
    assert lines <= 20
    assert "+ table books" in make(project, "migration", "M=Books")
    assert re.search(r"\b7 passed\b", make(project, "test"))
    checked = make(project, "check")
    assert "Success: no issues found" in checked
    assert "The migrations make what the models say." in checked
    note = project / "bookshop" / "models" / "note.py"
    words = [f"a word that is long {number}" for number in range(8)]
    more = '    price: Mapped[Decimal] = field(default=Decimal("1.50"))\n'
    more += f"    tone: Mapped[Literal{words}] = field(default={words[0]!r})\n"
    text = note.read_text().replace("    published:", f"{more}    published:")
    note.write_text(text.replace("import Annotated", "import Annotated, Literal\nfrom decimal import Decimal"))
    make(project, "fix")
    assert "+ column notes.price decimal(18, 2)" in make(project, "migration", "M=What differs on the databases")
    assert "by_database(" in next(project.rglob("0003_*.py")).read_text()
    assert "The migrations make what the models say." in make(project, "check")


def blocks() -> Iterator[tuple[str, str, str]]:
    """The edits of the page: the file, where in it, and the lines."""
    for block in re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S):
        label, _, text = block.partition("\n")
        path, _, place = label.removeprefix("# ").partition(", ")
        yield path, place, text


def put(project: Path, path: str, place: str, text: str) -> int:
    """Puts an edit where the page says; how many lines it has."""
    file = project / path
    if not place:
        assert not file.exists()
        file.write_text(text)
    else:
        before = file.read_text()
        assert before.count(PLACES[place]) == 1
        file.write_text(before.replace(PLACES[place], PLACES[place] + text))
    return sum(bool(line.strip()) for line in text.splitlines())


@pytest.mark.requirement("A12.08")
def test_the_page_has_every_directory_of_the_usual_layout_and_where_it_is_here(project: Path) -> None:
    table = dict(re.findall(r"^\| `([\w/]+)` \| (.*?) \|", PAGE, re.M))
    usual = re.findall(r'^  \w+: "\./(.*)"$', SEED.read_text(), re.M)
    assert len(usual) == 8
    assert sorted(table) == sorted(usual)
    for here in table.values():
        for path in re.findall(r"`([^`]+)`", here):
            assert (project / path).exists(), path


@pytest.mark.requirement("A4.16", "A2.36")
def test_services_know_neither_http_nor_what_is_exposed() -> None:
    made = {
        path: text for path, text in files(read("shop")).items() if path.suffix == ".py" and "tests" not in path.parts
    }
    imported = {
        path: {
            f"{node.module}.{name.name}" for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)
            for name in node.names
        }
        for path, text in made.items()
    }  # fmt: skip
    services = {name for path, names in imported.items() if "services" in path.parts for name in names}
    assert services == {"mainstay.Refused", "shop.models.note.Note"}
    models = {name for path, names in imported.items() if "models" in path.parts for name in names}
    assert not {name for name in models if name.startswith("shop.") and not name.startswith("shop.models.")}
    assert "shop.services.publishing" in {name for path, names in imported.items() for name in names}


@pytest.mark.parametrize(
    "name, said",
    [
        ("my shop", "my-shop would do"),
        ("1shop", "shop would do"),
        ("a/b", "a-b would do"),
        ("Bücher & Café", "Bucher-Cafe would do"),
        ("json!", "my-json would do"),
        ("json", "my-json would do"),
        ("class", "my-class would do"),
        ("tests", "my-tests would do"),
        ("typer", "my-typer would do"),
        ("日本", "a letter first, at most 40 characters\n"),
        ("s" * 41, f"at most 40 characters; {'s' * 40} would do"),
    ],
)
def test_a_name_that_cannot_be_is_told_with_one_that_can(tmp_path: Path, name: str, said: str) -> None:
    done = CliRunner().invoke(app, [name, "--into", str(tmp_path)])
    assert done.exit_code == 2
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_leaves_a_whole_project(tmp_path: Path) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    subprocess.run([sys.executable, "-m", "mainstay", "new", "shop"], cwd=tmp_path, stdout=theirs, check=False)
    os.close(theirs)
    there = {path.relative_to(tmp_path / "shop") for path in tmp_path.rglob("*") if path.is_file()}
    assert there == {Path(path) for path in files(read("shop"))}


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "notes.txt").write_text("mine")
    (tmp_path / "desk").write_text("mine too")
    for name, said in (("shop", "with notes.txt in it"), ("desk", "is no folder")):
        done = CliRunner().invoke(app, [name, "--into", str(tmp_path)])
        assert (done.exit_code, done.stdout) == (2, "")
        assert said in done.stderr
    assert [path.name for path in (tmp_path / "shop").iterdir()] == ["notes.txt"]
    with pytest.raises(NotWritten, match=r"notes\.txt is there already, and stays as it is"):
        list(write(tmp_path / "shop", {PurePosixPath("notes.txt"): "yours"}))
    assert (tmp_path / "shop" / "notes.txt").read_text() == "mine"
    done = CliRunner().invoke(app, ["fresh", "--into", str(tmp_path / "desk")])
    assert (done.exit_code, "cannot be written" in done.stderr) == (2, True), done.stderr


@pytest.mark.requirement("A12.07")
def test_a_file_that_reads_otherwise_than_it_was_written_ends_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda path: b"")  # a disk that loses what it took is not at hand
    done = CliRunner().invoke(app, ["shop", "--into", str(tmp_path)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "was written and reads otherwise: 0 bytes for" in done.stderr


def test_the_files_are_told_as_json(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["shop", "--into", str(tmp_path), "--json"])
    told = json.loads(done.stdout)
    assert told["folder"] == str(tmp_path / "shop")
    assert {one["path"] for one in told["files"]} == {str(path) for path in tmp_path.rglob("*") if path.is_file()}


@pytest.mark.parametrize("module,steps", [("pytest", "make test"), ("nothing_of_that_name", "make setup && make test")])
def test_what_comes_next_begins_with_what_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, steps: str
) -> None:
    monkeypatch.setattr(new, "USED", (module,))
    done = CliRunner().invoke(app, ["shop", "--into", str(tmp_path)])
    assert done.stdout.endswith(f"Now: cd {tmp_path / 'shop'} && {steps} && make run\n")
