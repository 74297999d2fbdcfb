"""A review: suppression, baseline, changed files, configuration, and files that cannot be read."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mainstay.check import baseline, changed, config
from mainstay.check.config import Config
from mainstay.check.review import review

CALL = 'import requests\n\n\ndef rate():\n    return requests.get("https://rates.example")'


def rules(path: Path, **options: object) -> list[str]:
    return [each.rule for each in review(path, **options).findings]  # type: ignore[arg-type]


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_a_comment_with_a_reason_suppresses_its_rule_on_its_line(tmp_path: Path) -> None:
    write(tmp_path, "app.py", CALL + "  # mainstay: allow call-without-timeout because a proxy cuts it\n")
    result = review(tmp_path)
    assert result.findings == []
    assert [comment.reason for _, comment in result.suppressed] == ["a proxy cuts it"]


def test_a_comment_above_the_line_suppresses_too(tmp_path: Path) -> None:
    allow = "    # mainstay: allow call-without-timeout because a proxy cuts it\n    return"
    write(tmp_path, "app.py", CALL.replace("    return", allow))
    assert rules(tmp_path) == []


@pytest.mark.parametrize("comment", ["allow call-without-timeout", "allow n-plus-one because it is small"])
def test_a_comment_without_a_reason_or_for_another_rule_suppresses_nothing(tmp_path: Path, comment: str) -> None:
    write(tmp_path, "app.py", f"{CALL}  # mainstay: {comment}\n")
    result = review(tmp_path)
    assert [each.rule for each in result.findings] == ["call-without-timeout"]
    assert bool(result.without_reason) == ("because" not in comment)


def test_a_baseline_hides_what_is_known_also_after_it_has_moved(tmp_path: Path) -> None:
    file = write(tmp_path, "app.py", CALL)
    known = tmp_path / "known.json"
    assert baseline.write(review(tmp_path), known) == 1
    file.write_text("# moved\n" + CALL + "\n\n\ndef other():\n    return requests.post('https://rates.example')\n")
    result = review(tmp_path, known=baseline.read(known))
    assert [each.place.line for each in result.findings] == [10]
    assert len(result.known) == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1}'])
def test_what_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(baseline.WrongBaseline, match="--write-baseline"):
        baseline.read(write(tmp_path, "known.json", text))


def test_only_changed_files_are_reported(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=t", "-c", "user.email=t@t"]
        subprocess.run(["git", "-C", str(tmp_path), *identity, *arguments], check=True, capture_output=True)

    write(tmp_path, "old.py", CALL)
    write(tmp_path, "touched.py", CALL)
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    write(tmp_path, "touched.py", CALL + "\n# touched\n")
    write(tmp_path, "new.py", CALL)
    paths = changed.since("HEAD", tmp_path)
    assert paths == {"touched.py", "new.py"}
    found = review(tmp_path, changed=paths).findings
    assert sorted(each.place.path for each in found) == ["new.py", "touched.py"]
    with pytest.raises(changed.NoRevision, match="nowhere"):
        changed.since("nowhere", tmp_path)


def test_the_configuration_leaves_rules_and_files_out(tmp_path: Path) -> None:
    write(tmp_path, "app.py", CALL)
    write(tmp_path, "legacy/app.py", CALL)
    assert len(rules(tmp_path)) == 2
    assert len(rules(tmp_path, config=Config(exclude=("legacy/*",)))) == 1
    assert rules(tmp_path, config=Config(ignore=("call-without-timeout",))) == []


def test_the_configuration_is_read_from_pyproject(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", '[tool.mainstay.check]\nignore = ["n-plus-one"]\nfail-on = "medium"\n')
    inner = tmp_path / "inner"
    inner.mkdir()
    assert config.read(inner) == Config(ignore=("n-plus-one",), fail_on="medium")


@pytest.mark.parametrize(
    "told,words",
    [
        ({"ignored": []}, "did you mean ignore"),
        ({"fail-on": "worst"}, "one of high, medium, low"),
        ({"exclude": "legacy"}, "a list of texts"),
        ({"baseline": 1}, "a text"),
    ],
)
def test_a_wrong_configuration_says_what_would_be_right(told: dict[str, object], words: str) -> None:
    with pytest.raises(config.WrongConfiguration, match=words):
        config.of(told)


def test_an_unknown_rule_is_told_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, "app.py", "")
    with pytest.raises(config.WrongConfiguration, match="did you mean n-plus-one"):
        review(tmp_path, Config(ignore=("n-plus-1",)))


def test_what_cannot_be_read_is_told_and_passed_over(tmp_path: Path) -> None:
    write(tmp_path, "app.py", CALL)
    write(tmp_path, "broken.py", "def (:\n")
    write(tmp_path, "deep.py", "x = " + "(" * 5_000 + ")" * 5_000)
    write(tmp_path, "nested.py", "x = " + "-" * 9_000 + "1")
    write(tmp_path, "minified.js", "a=1;" * 5_000)
    write(tmp_path, "huge.py", "x = 1\n" * 200_000)
    (tmp_path / "binary.py").write_bytes(b"\0\1\2")
    (tmp_path / "latin.py").write_bytes(b"# -*- coding: latin-1 -*-\nname = '\xe9'\n")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "nowhere.py").symlink_to(tmp_path / "missing.py")
    result = review(tmp_path)
    assert [each.rule for each in result.findings] == ["call-without-timeout"]
    assert {each.path for each in result.skipped} >= {
        "broken.py", "deep.py", "minified.js", "huge.py", "binary.py", "nowhere.py", "nested.py"
    }  # fmt: skip
    assert "latin.py" not in {each.path for each in result.skipped}


NEWER = (
    "f'{row['name']}: {row[\"id\"]}'",
    "f'{', '.join(row)!r:>{width}} {row=} {{none}}' 'beside' f\"{row['id'] != 3}\"",
    "f\"{f'{f'{row['id']}'}'}\"",
    'f"""{\'\\n\'.join(row)} "quoted"\n{\n    row\n}"""',
)
"""Texts with expressions in them, as Python 3.12 allows them."""


@pytest.mark.parametrize("newer", NEWER)
def test_what_newer_versions_of_python_allow_is_read_line_by_line(tmp_path: Path, newer: str) -> None:
    text = (
        f"def shown(row, width):\n    try:\n        return ({newer})\n    except KeyError, ValueError:\n        raise\n"
    )
    write(tmp_path, "app.py", text + "\n\n" + CALL)
    result = review(tmp_path)
    assert result.skipped == []
    assert [each.place.line for each in result.findings] == [(text + "\n\n" + CALL).count("\n") + 1]


def test_the_callers_text_is_followed_through_newer_texts(tmp_path: Path) -> None:
    write(
        tmp_path,
        "app.py",
        "from flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.get('/x')\ndef x():\n"
        "    return {'rows': db.execute(f'SELECT a FROM b WHERE c = {request.args['c']}').fetchone()}\n",
    )
    assert "sql-injection" in rules(tmp_path)


def test_input_is_followed_through_modules_and_two_functions_deep(tmp_path: Path) -> None:
    write(tmp_path, "shop/__init__.py", "")
    write(
        tmp_path, "shop/store.py", 'def run(db, where):\n    return db.execute("SELECT * FROM items WHERE " + where)\n'
    )
    write(
        tmp_path,
        "shop/search.py",
        "from .store import run\n\n\ndef search(db, name):\n    return run(db, f\"name = '{name}'\")\n",
    )
    write(
        tmp_path,
        "shop/api.py",
        "from flask import Flask, request\n\nfrom shop.search import search\n\napp = Flask(__name__)\n\n\n"
        '@app.get("/items")\ndef items():\n    return search(db, request.args["name"])\n',
    )
    found = next(each for each in review(tmp_path).findings if each.rule == "sql-injection")
    assert str(found.place) == "shop/store.py:2"
    assert next(step.place.path for step in found.proof) == "shop/api.py"
    assert {"shop/api.py", "shop/search.py", "shop/store.py"} == {step.place.path for step in found.proof}


def test_input_is_followed_through_controllers_of_express(tmp_path: Path) -> None:
    write(tmp_path, "package.json", '{"dependencies": {"express": "5"}}')
    write(
        tmp_path,
        "app.js",
        "const express = require('express');\nconst app = express();\napp.use('/items', require('./routes'));\n",
    )
    write(
        tmp_path,
        "routes.js",
        "const router = require('express').Router();\nconst { list } = require('./controller');\n"
        "router.get('/', list);\nmodule.exports = router;\n",
    )
    write(
        tmp_path,
        "controller.js",
        "const { find } = require('./store');\n"
        "exports.list = async (req, res) => res.json(await find(req.query.name));\n",
    )
    write(tmp_path, "store.js", "exports.find = (name) => pool.query(`SELECT * FROM items WHERE name = '${name}'`);\n")
    result = review(tmp_path)
    found = next(each for each in result.findings if each.rule == "sql-injection")
    assert str(found.place) == "store.js:1"
    assert found.proof[0].place.path == "controller.js"
    assert result.routes == 1


@pytest.mark.parametrize(
    "manifest,pinned",
    [
        ("pydantic==1.10.2", True),
        ("pydantic[email]>=1.8,<2", True),
        ("pydantic>=2", False),
        ("pydantic<3", False),
        ("pydantic-settings==1.0", False),
        ("pydantic", False),
    ],
)
def test_what_a_newer_version_removed_is_no_fault_where_an_older_one_is_kept(
    tmp_path: Path, manifest: str, pinned: bool
) -> None:
    write(tmp_path, "requirements.txt", manifest + "\n")
    write(tmp_path, "app.py", "from pydantic import BaseSettings\n")
    assert rules(tmp_path) == ([] if pinned else ["removed-api"])


@pytest.mark.parametrize(
    "libraries,reviewed", [('"react-dom": "19"', False), ('"react-dom": "19", "express": "5"', True)]
)
def test_a_program_for_browsers_is_not_reviewed(tmp_path: Path, libraries: str, reviewed: bool) -> None:
    write(tmp_path, "web/package.json", f'{{"dependencies": {{{libraries}}}}}')
    write(
        tmp_path, "web/src/calls.js", "import axios from 'axios';\nexport const rate = () => axios.get('https://a');\n"
    )
    write(tmp_path, "app.py", CALL)
    assert rules(tmp_path) == ["call-without-timeout"] * (2 if reviewed else 1)


OBJECTS = """
function Store(pool) {
    this.find = (name, done) => {
        pool.query("SELECT id FROM items WHERE name = '" + name + "'", (err, rows) => done(err, rows));
    };
}
module.exports.Store = Store;
"""
HANDLERS = """
const { Store } = require('./store');
function Handler(pool) {
    const store = new Store(pool);
    this.list = (req, res) => store.find(req.query.name, (err, rows) => res.json(rows));
}
module.exports = Handler;
"""
ROUTES = """
const express = require('express');
const Handler = require('./handler');
const app = express();
const handler = new Handler(require('./pool'));
app.get('/items', handler.list);
"""


def test_input_is_followed_through_objects_that_functions_of_javascript_build(tmp_path: Path) -> None:
    write(tmp_path, "store.js", OBJECTS)
    write(tmp_path, "handler.js", HANDLERS)
    write(tmp_path, "app.js", ROUTES)
    result = review(tmp_path)
    found = next(each for each in result.findings if each.rule == "sql-injection")
    assert str(found.place) == "store.js:4"
    assert next(step.place.path for step in found.proof) == "handler.js"
    assert result.routes == 1
