"""Files that nobody would write, or that are no files: each is read or told, and the rest is reviewed all the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mainstay.check.review import Review, review

CALL = 'import requests\n\n\ndef rate():\n    return requests.get("https://rates.example")\n'
FOUND = "call-without-timeout"
LONGEST = 10.0
"""Seconds that any of these may take."""
FORMS = ("terminal", "json", "sarif", "html", "markdown", "github")
NOBODY = 65534
"""The user that owns nothing."""

DEEP = {
    "a.py": ("x = ", "(", "1", ")"),
    "b.py": ("x = ", "[", "", "]"),
    "c.py": ("x = a", ".b()", "", ""),
    "d.py": ("if a: pass\n", "elif b: pass\n", "", ""),
    "a.js": ("x = ", "(", "1", ")"),
    "b.js": ("", "a(() => {\n", "", "})\n"),
    "c.js": ("x = a", "\n.b()", "", ""),
    "a.ts": ("let x: ", "A<\n", "B", ">"),
    "a.go": ("package a\nvar x = ", "(", "1", ")"),
    "b.go": ("package a\nfunc f() {\n", "{\n", "", "}\n"),
    "A.java": ("class A { int x = ", "(\n", "1", ")\n"),
    "B.java": ("", "class A {\n", "", "}\n"),
    "a.rs": ("fn f() { let x = ", "(\n", "1", ")\n"),
    "b.rs": ("fn f() { x!", "([\n", "", "])\n"),
    "a.sql": ("SELECT ", "(", "1", ")"),
    "b.sql": ("SELECT * FROM ", "(SELECT * FROM ", "a", ") b"),
    "application.yml": ("a: ", "[", "", "]"),
    "openapi.yaml": ("openapi: 3.1.0\na: ", "{a: ", "1", "}"),
    "openapi.json": ('{"openapi": "3.1.0", "a": ', "[", "", "]"),
    "a.graphql": ("", "{a ", "b", "}"),
}
"""What stands before, and opens, and stands within, and closes."""
LONG = {
    "a.py": ('x = "', '"'),
    "b.py": ("x = [", "]"),
    "c.py": ("x = a", ""),
    "a.js": ('x = "', '"'),
    "a.ts": ("", ""),
    "a.go": ('package a\nvar x = "', '"'),
    "A.java": ('class A { String x = "', '"; }'),
    "a.rs": ('const X: &str = "', '";'),
    "a.sql": ("INSERT INTO a VALUES ('", "');"),
    "application.properties": ("a=", ""),
    "openapi.yaml": ("openapi: 3.1.0\na: ", ""),
}
REPEATED = {"b.py": "1,", "c.py": ".b", "a.ts": "a<"}
BYTES = {
    "nul.py": b"\0\1\2",
    "late_nul.py": b"x = 1\n" * 2_000 + b"\0\n",
    "utf16_without_mark.py": CALL.encode("utf-16-le"),
    "unbalanced.py": b"def f(:\n  (((",
    "unbalanced.js": b")))",
    "unbalanced.go": b"{{{((([[\n}}",
    "Unbalanced.java": b"{{{((([[\n}}",
    "unbalanced.rs": b"{{{((([[\n}}",
    "unbalanced.sql": b"SELECT 'a",
    "vertical.py": b"a\x0bb",
}
"""What cannot be read, and is told."""
READ = {
    "utf16.py": CALL.encode("utf-16"),
    "utf16_big.py": b"\xfe\xff" + CALL.encode("utf-16-be"),
    "mark.py": b"\xef\xbb\xbf" + CALL.encode(),
    "latin.py": b"# \xe9\n" + CALL.encode(),
    "halves.py": b"# \xed\xa0\x80\n" + CALL.encode(),
    "unknown.py": b"# -*- coding: nonsense -*-\n" + CALL.encode(),
}
"""What is not the usual encoding, and is read."""


def timely(path: Path) -> Review:
    """A review that ends in time."""
    began = time.monotonic()
    result = review(path)
    assert time.monotonic() - began < LONGEST
    return result


def found_in(result: Review) -> set[str]:
    return {each.place.path for each in result.findings if each.rule == FOUND}


def told(result: Review) -> dict[str, str]:
    return {each.path: each.why for each in result.skipped}


def command(*arguments: object, before: str = "") -> subprocess.CompletedProcess[str]:
    """The command in a process of its own; `before` is run in it first."""
    call = f"import sys\n{before}\nsys.argv[0] = 'mainstay'\nfrom mainstay.cli import main\nmain()\n"
    return subprocess.run(
        [sys.executable, "-c", call, "check", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", DEEP)
@pytest.mark.parametrize("depth", [300, 20_000])
def test_deep_nesting_is_read_or_told(tmp_path: Path, name: str, depth: int) -> None:
    before, opens, within, closes = DEEP[name]
    (tmp_path / "zz.py").write_text(CALL)
    (tmp_path / name).write_text(before + opens * depth + within + closes * depth)
    result = timely(tmp_path)
    assert found_in(result) == {"zz.py"}
    assert result.files + len(told(result)) >= 2 or name.startswith("openapi")


@pytest.mark.parametrize("name", LONG)
def test_a_line_of_a_megabyte_is_read_or_told(tmp_path: Path, name: str) -> None:
    before, after = LONG[name]
    (tmp_path / "zz.py").write_text(CALL)
    part = REPEATED.get(name, "a")
    (tmp_path / name).write_text(before + part * (990_000 // len(part)) + after)
    result = timely(tmp_path)
    assert found_in(result) == {"zz.py"}


def test_a_page_of_one_long_line_is_told(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("[" * 990_000)
    assert "a line of more than" in told(timely(tmp_path))["page.md"]


def test_what_is_no_text_of_its_language_is_told(tmp_path: Path) -> None:
    for name, raw in BYTES.items():
        (tmp_path / name).write_bytes(raw)
    (tmp_path / "app.py").write_text(CALL)
    result = timely(tmp_path)
    assert set(told(result)) == set(BYTES)
    assert found_in(result) == {"app.py"}


@pytest.mark.parametrize(
    "name, text",
    {
        "a.go": "package a\nfunc one() {}\nfunc broken( { ]]]\nfunc two() {}\nfunc three() {}\n",
        "a.rs": "fn one() {}\n\nimpl ] ) ( {\n\nfn two() {}\nfn three() {}\n",
        "A.java": "class A {}\n\n]]] ((\n\nclass B {}\nclass C {}\n",
        "a.js": "function one() {}\n\nlet broken = ;\n\nfunction two() {}\n",
        "a.ts": "function one() {}\n\nlet broken: = 1;\n\nfunction two() {}\n",
    }.items(),
)
def test_a_part_that_cannot_be_read_is_told_and_the_rest_is_read(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    (part,) = timely(tmp_path).skipped
    assert (part.path, part.line, "cannot be read" in part.why) == (name, 3, True)


def test_other_encodings_are_read(tmp_path: Path) -> None:
    for name, raw in READ.items():
        (tmp_path / name).write_bytes(raw)
    result = timely(tmp_path)
    assert found_in(result) == set(READ)
    assert told(result) == {}


def test_empty_files_are_read(tmp_path: Path) -> None:
    names = [*DEEP, "package.json", "pyproject.toml", "go.mod", "Cargo.toml", "pom.xml", "requirements.txt"]
    for name in names:
        (tmp_path / name).write_bytes(b"")
    result = timely(tmp_path)
    assert (told(result), result.findings) == ({}, [])


def test_what_is_no_file_is_told_and_never_waited_for(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(CALL)
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "folder.py" / "inner.py").write_text(CALL)
    for name in ("pipe.py", "package.json", "openapi.yaml"):
        os.mkfifo(tmp_path / name)
    result = timely(tmp_path)
    assert found_in(result) == {"app.py", "folder.py/inner.py"}
    assert told(result) == dict.fromkeys(("pipe.py", "package.json", "openapi.yaml"), "not a file")
    assert told(timely(tmp_path / "pipe.py")) == {"pipe.py": "not a file"}
    assert "passed over pipe.py:1: not a file" in command(tmp_path / "pipe.py").stdout


def test_links_are_not_followed_in_a_circle_or_out_of_the_folder(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    for folder in (outside, inside):
        folder.mkdir()
        (folder / "app.py").write_text(CALL)
    (inside / "circle").symlink_to(inside)
    (inside / "one.py").symlink_to("two.py")
    (inside / "two.py").symlink_to("one.py")
    (inside / "nowhere.py").symlink_to("missing.py")
    (inside / "away").symlink_to(outside)
    (inside / "away.py").symlink_to(outside / "app.py")
    result = timely(inside)
    assert found_in(result) == {"app.py"}
    assert set(told(result)) == {"one.py", "two.py", "nowhere.py", "away.py"}
    assert told(result)["away.py"] == "a link that leads out of the folder"


def test_files_and_folders_without_permission_are_told(tmp_path: Path) -> None:
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    (open_to_all / "app.py").write_text(CALL)
    (open_to_all / "closed.py").write_text(CALL)
    (open_to_all / "closed").mkdir()
    (open_to_all / "closed.py").chmod(0)
    (open_to_all / "closed").chmod(0)
    before = ""
    if os.geteuid() == 0:
        # Everything is loaded first: the interpreter's own files may belong to root alone.
        before = (
            "import os\nfrom mainstay.cli import app\n"
            f"arguments = ['check', {str(open_to_all / 'app.py')!r}, '--format', 'json', '--output', '/dev/null']\n"
            f"try:\n    app(arguments)\nexcept SystemExit:\n    os.setuid({NOBODY})"
        )
        for folder in (tmp_path, *tmp_path.parents):
            if folder.stat().st_uid == 0 and len(folder.parts) > 2:
                folder.chmod(folder.stat().st_mode | 0o055)
    try:
        answer = command(open_to_all, "--format", "json", before=before)
    finally:
        (open_to_all / "closed").chmod(0o700)
    assert answer.returncode == 1, answer.stderr
    read = json.loads(answer.stdout)
    why = {each["path"]: each["why"] for each in read["skipped"]}
    assert why == dict.fromkeys(("closed.py", "closed"), "cannot be read: Permission denied")
    assert [each["path"] for each in read["findings"]] == ["app.py"]


def test_a_file_that_vanishes_is_told(tmp_path: Path) -> None:
    for name in ("app.py", "b_vanishes.py", "c_vanishes.py"):
        (tmp_path / name).write_text(CALL)
    vanishing = (
        "import os\n"
        "def hook(event, given):\n"
        "    if event == 'open' and str(given[0]).endswith('b_vanishes.py'):\n"
        "        for name in ('b_vanishes.py', 'c_vanishes.py'):\n"
        "            if os.path.exists(os.path.join(os.path.dirname(given[0]), name)):\n"
        "                os.unlink(os.path.join(os.path.dirname(given[0]), name))\n"
        "sys.addaudithook(hook)"
    )
    answer = command(tmp_path, "--format", "json", before=vanishing)
    assert answer.returncode == 1, answer.stderr
    read = json.loads(answer.stdout)
    assert {each["path"]: each["why"] for each in read["skipped"]} == {
        "b_vanishes.py": "cannot be read: No such file or directory",
        "c_vanishes.py": "not a file",
    }
    assert [each["path"] for each in read["findings"]] == ["app.py"]


@pytest.mark.parametrize("form", FORMS)
def test_names_of_files_that_are_no_text_can_be_shown(tmp_path: Path, form: str) -> None:
    program = tmp_path / "program"
    program.mkdir()
    for name in (b"\xff\xfe.py", b"new\nline.py", b"\x1b[31m.py"):
        Path(os.fsdecode(os.fsencode(program) + b"/" + name)).write_text(CALL)
    (program / "halves.js").write_text('const password = "\\ud800hunter2abcdef";\n')
    for output in ([], ["--output", tmp_path / "report"]):
        answer = command(program, "--format", form, *output)
        assert answer.returncode == 1, answer.stderr
        assert "Traceback" not in answer.stderr
        text = answer.stdout or (tmp_path / "report").read_text(encoding="utf-8")
        assert "xff" in text
        assert "\x1b" not in text
