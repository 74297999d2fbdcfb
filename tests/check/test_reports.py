"""Reports: what each form has of a review, also of hostile texts."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from mainstay.check.report import github, html, json as as_json, markdown, sarif, terminal
from mainstay.check.review import Review, review

PROGRAM = """
import requests
from flask import Flask, request

app = Flask(__name__)


@app.get("/preview")
def preview():
    url = request.args["url"]
    return requests.get(url).text  # <script>alert('x')</script>


@app.get("/quiet")
def quiet():
    return requests.get("https://a.example").text  # mainstay: allow call-without-timeout because the proxy cuts it
"""


@pytest.fixture
def result(tmp_path: Path) -> Review:
    (tmp_path / "app one.py").write_text(PROGRAM)
    (tmp_path / "broken.py").write_text("def (:\n")
    return review(tmp_path)


def test_the_terminal_shows_place_reason_way_and_order(result: Review) -> None:
    out = StringIO()
    terminal.show(result, Console(file=out, width=200))
    text = out.getvalue()
    assert "app one.py:11" in text
    assert "the caller chooses the address that requests.get asks" in text
    assert "why: The server reaches" in text
    assert "fix: Ask addresses from a list" in text
    assert "the caller's query (request.args)" in text
    assert "passed over broken.py:1: not Python" in text
    assert "1 suppressed" in text


def test_json_has_everything(result: Review) -> None:
    told = json.loads(as_json.text(result))
    first = next(each for each in told["findings"] if each["rule"] == "request-forgery")
    assert (first["path"], first["line"], first["confidence"]) == ("app one.py", 11, "likely")
    assert first["snippet"].startswith("return requests.get(url).text")
    assert [step["line"] for step in first["proof"]] == [10, 11]
    assert told["suppressed"][0]["reason"] == "the proxy cuts it"
    assert told["skipped"] == [{"path": "broken.py", "line": 1, "why": "not Python: invalid syntax"}]
    assert len(told["checklist"]) == 40


def test_sarif_names_rules_places_ways_and_suppressions(result: Review) -> None:
    log = json.loads(sarif.text(result))
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert log["version"] == "2.1.0"
    for each in run["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        assert each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "app%20one.py"
        assert each["level"] in ("error", "warning", "note")
    flow = next(each for each in run["results"] if each["ruleId"] == "request-forgery")["codeFlows"][0]
    lines = [
        each["location"]["physicalLocation"]["region"]["startLine"] for each in flow["threadFlows"][0]["locations"]
    ]
    assert lines == [10, 11]
    assert [each["suppressions"][0]["kind"] for each in run["results"] if "suppressions" in each] == ["inSource"]
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].startswith("not Python")


class Tags(HTMLParser):
    """Remembers tags and what they refer to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_refers_to_nothing_and_runs_nothing(result: Review) -> None:
    page = html.text(result)
    tags = Tags()
    tags.feed(page)
    assert tags.links == []
    assert "script" not in tags.tags
    assert "url(" not in page
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;" in page


def test_markdown_escapes_what_the_code_says(result: Review) -> None:
    page = markdown.text(result)
    assert page.startswith("# Review\n")
    assert page.count("\n| ") == 42
    outside = re.sub(r"(`{3,}).*?\1", "", page, flags=re.DOTALL)
    assert "<script>" not in outside


def test_annotations_are_one_line_each_and_name_file_and_line(result: Review) -> None:
    lines = github.text(result).splitlines()
    assert len(lines) == len(result.findings)
    assert all(re.match(r"::(error|warning|notice) file=app one\.py,line=\d+,title=[\w-]+::", each) for each in lines)
