"""The command line: what it prints, and how it answers mistakes."""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.cli.serving import APP, command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an application."""
    (tmp_path / "app.py").write_text(APP)
    return tmp_path


def test_operations_are_json_where_nobody_reads_along(folder: Path) -> None:
    done = command(folder, "operations", "app:app")
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert [operation["name"] for operation in printed["operations"]][:2] == ["dishes.list", "dishes.get"]


@pytest.mark.parametrize("word", ["version", "--version"])
def test_the_version_is_printed(folder: Path, word: str) -> None:
    done = command(folder, word)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"mainstay {version('mainstay')}, Python 3.")


def test_a_database_whose_package_is_not_installed_is_told_with_what_to_install(folder: Path) -> None:
    (folder / "sitecustomize.py").write_text(
        "import sys\n\n\nclass Absent:\n    def find_spec(self, name, *_):\n        if name == 'asyncpg':\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n\n\n"
        "sys.meta_path.insert(0, Absent())\n"
    )
    done = command(folder, "operations", "app:app", fresh=True, database_url="postgresql://h/b")
    assert done.returncode == 2
    words = "mainstay: postgresql:// needs asyncpg, which is not installed: pip install 'mainstay[pg]'\n"
    assert done.stderr == words


@pytest.mark.parametrize(
    "words, package, extra",
    [(("check", "."), "ast_grep_py", "check"), (("user", "list", "app:app"), "argon2", "accounts")],
)
def test_a_command_whose_package_is_not_installed_says_what_to_install(
    folder: Path, words: tuple[str, ...], package: str, extra: str
) -> None:
    (folder / "sitecustomize.py").write_text(
        f"import sys\n\n\nclass Absent:\n    def find_spec(self, name, *_):\n        if name == {package!r}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n\n\n"
        "sys.meta_path.insert(0, Absent())\n"
    )
    done = command(folder, *words, fresh=True)
    assert done.returncode == 2
    told = f"`mainstay {words[0]}` needs {package}, which is not installed: pip install 'mainstay[{extra}]'"
    assert done.stderr == f"mainstay: {told}\n"


def test_without_a_command_all_are_listed(folder: Path) -> None:
    done = command(folder)
    for name in ("serve", "operations", "prove", "version"):
        assert f"  {name} " in done.stdout + done.stderr


@pytest.mark.parametrize(
    "target,words",
    [
        ("ap:app", "there is no module ap in .*; did you mean app.py?"),
        ("shp.app:app", "there is no module shp in .*; did you mean shop/?"),
        ("shop.ap:app", "there is no module shop.ap in .*; did you mean shop/app.py?"),
        ("recipes.list:app", "there is no module recipes in .*; name it as module:attribute, such as shop.app:app"),
        ("app:apps", "app has no attribute apps; did you mean app?"),
        ("app:router", "app:router is a APIRouter, not a Mainstay; did you mean app?"),
        (":app", "names no application; write module:attribute"),
        ("broken:app", "No module named 'nothing_of_that_name'.*broken.py.*line 1"),
        ("raising:app", "ZeroDivisionError.*raising.py.*line 2"),
        ("wrong:app", r"mistakes in the declarations.*wrong.py:\d+: .*titel"),
        ("unset:app", "MAINSTAY_BODY_TIMEOUT: Input should be greater than 0"),
    ],
)
def test_a_mistake_is_told_with_what_would_be_right(folder: Path, target: str, words: str) -> None:
    (folder / "shop").mkdir()
    (folder / "shop" / "app.py").write_text("")
    (folder / "broken.py").write_text("import nothing_of_that_name\n")
    (folder / "raising.py").write_text("\n1 / 0\n")
    (folder / "unset.py").write_text("from mainstay import Settings\nSettings(body_timeout=0)\n")
    (folder / "wrong.py").write_text(
        "from mainstay import Mainstay, Resource\nfrom tests.app.kitchen import Meal\n\n\n"
        "class Dishes(Resource[Meal]):\n    writable = ['titel']\n    read = create = update = delete = None\n\n\n"
        "app = Mainstay(resources=[Dishes])\n"
    )
    done = command(folder, "operations", target)
    assert done.returncode == 2
    assert re.search(words.replace("?", r"\?"), done.stderr, re.DOTALL), done.stderr
    assert "Traceback" not in done.stderr
