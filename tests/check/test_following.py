"""The caller's text on its way through lists, stores, buffers, tests and modules: where it arrives, and where not."""

from __future__ import annotations

from pathlib import Path

import pytest

from mainstay.check.review import review

HEAD = """
import configparser
import io
import pathlib
import urllib.parse
import xml.dom.minidom
import xml.sax
import xml.sax.handler

import elementpath
from flask import Flask, redirect, request

import parts.asking
import parts.texts

app = Flask(__name__)


@app.route("/x")
def x():
    text = request.args.get("text", "")
"""
STORE = "store = configparser.ConfigParser()\nstore.set('s', 'a', 'b')\nstore.set('s', 'c', text)\n"
OUTSIDE = "parser.setFeature(xml.sax.handler.feature_external_ges, True)\n"
ARRIVES = {
    "a list is taken from by place": ("items = []\nitems.append('a')\nitems.append(text)\neval(items[1])", "code"),
    "what is left of a list": ("items = ['a', text, 'b']\nitems.pop(0)\neval(items[0])", "code"),
    "the end of a list": ("items = ['a', text]\neval(items[-1])", "code"),
    "a list filled in a loop": (
        "items = []\nfor each in text.split():\n    items.append(each)\neval(items[0])",
        "code",
    ),
    "a store": (
        STORE + "eval(store.get('s', 'c'))",
        "code",
    ),
    "a buffer": ("buffer = io.StringIO()\nbuffer.write(text)\neval(buffer.getvalue())", "code"),
    "the branch that is taken": ("word = 'ABC'[0]\nmatch word:\n    case 'A' | 'B':\n        eval(text)", "code"),
    "a test that holds": ("if 'b' in 'abc':\n    eval(text)", "code"),
    "a quote is not what leads out of a folder": ("if \"'\" in text:\n    return ''\nopen('data/' + text)", "path"),
    "a path of parts": ("return (pathlib.Path('data') / text).read_text()", "path"),
    "a parser that follows what is outside": (
        "parser = xml.sax.make_parser()\n" + OUTSIDE + "xml.dom.minidom.parseString(text, parser)",
        "xml",
    ),
    "a class of another module": ("eval(parts.asking.Asking(request).given('a'))", "code"),
    "a text that is answered": ("return f'you said {text}'", "html"),
    "an address of which another was tested": (
        "if urllib.parse.urlparse('a').netloc != 'a.example':\n    return ''\nreturn redirect(text)",
        "redirect",
    ),
}
STOPS = {
    "another place of the list": "items = ['a', text]\neval(items[0])",
    "what left the list": "items = [text, 'a', 'b']\nitems.pop(0)\neval(items[0])",
    "another key of the store": STORE + "eval(store.get('s', 'a'))",
    "the branch that is not taken": "word = 'ABC'[2]\nmatch word:\n    case 'A' | 'B':\n        eval(text)",
    "a test that never holds": "if 'x' in 'abc':\n    eval(text)",
    "a refused way up": "if '../' in text:\n    return ''\nopen('data/' + text)",
    "a refused quote": "if \"'\" in text:\n    return ''\nelementpath.select(tree, f\"/a[@b='{text}']\")",
    "a quote that is replaced": "elementpath.select(tree, f\"/a[@b='{text.replace(\"'\", '&apos;')}']\")",
    "a parser that follows nothing": "xml.dom.minidom.parseString(text, xml.sax.make_parser())",
    "a tested part of the address": (
        "url = urllib.parse.urlparse(text)\nif url.netloc not in ['a.example'] or url.scheme != 'https':\n"
        "    return ''\nreturn redirect(text)"
    ),
    "a text that is escaped by the program": "return f'you said {parts.texts.escape_html(text)}'",
    "JSON that is put together": 'return f\'{{"said": "{text}"}}\'',
}


def found(folder: Path, body: str) -> set[str]:
    """The rules of injection that find something in a handler with this body."""
    (folder / "parts").mkdir()
    (folder / "parts" / "asking.py").write_text(
        "import flask\n\n\nclass Asking:\n    def __init__(self, request: flask.Request):\n"
        "        self.request = request\n\n    def given(self, name):\n        return self.request.args.get(name)\n"
    )
    (folder / "parts" / "texts.py").write_text(
        "def escape_html(text):\n    return ''.join(f'&#x{hex(ord(each))};' for each in text)\n"
    )
    indented = "".join(f"    {line}\n" for line in body.splitlines())
    (folder / "app.py").write_text(HEAD + indented + "    return {}\n")
    injections = {"code-injection", "path-traversal", "xml-entities", "html-injection", "open-redirect"}
    return {each.rule for each in review(folder).findings} & (injections | {"xpath-injection"})


RULES = {
    "code": "code-injection",
    "path": "path-traversal",
    "xml": "xml-entities",
    "html": "html-injection",
    "redirect": "open-redirect",
}


@pytest.mark.parametrize("way", ARRIVES)
def test_the_callers_text_arrives(tmp_path: Path, way: str) -> None:
    body, purpose = ARRIVES[way]
    assert found(tmp_path, body) == {RULES[purpose]}


@pytest.mark.parametrize("way", STOPS)
def test_the_callers_text_is_stopped(tmp_path: Path, way: str) -> None:
    assert found(tmp_path, STOPS[way]) == set()


def test_a_dependency_under_a_name_of_its_own_asks_who_is_calling(tmp_path: Path) -> None:
    (tmp_path / "asking.py").write_text(
        "from typing import Annotated\n\nfrom fastapi import Depends\n\n\ndef get_current_user(): ...\n\n\n"
        "Caller = Annotated[User, Depends(get_current_user)]\n"
    )
    (tmp_path / "app.py").write_text(
        "from fastapi import APIRouter\nfrom asking import Caller\n\nrouter = APIRouter()\n\n\n"
        '@router.get("/orders")\ndef orders(caller: Caller):\n'
        '    db.execute("DELETE FROM orders WHERE owner = ?", [caller.id])\n    return eval(caller.name)\n'
    )
    assert {each.rule for each in review(tmp_path).findings} & {"missing-authentication", "code-injection"} == set()


def test_a_library_is_meant_where_modules_of_its_name_stand_beside_one_another(tmp_path: Path) -> None:
    for folder in ("services", "schemas"):
        (tmp_path / folder).mkdir()
    (tmp_path / "schemas" / "jwt.py").write_text("class JWTUser: ...\n")
    (tmp_path / "services" / "jwt.py").write_text(
        "import jwt\n\n\ndef read(token):\n    return jwt.decode(token, options={'verify_signature': False})\n"
    )
    assert [each.rule for each in review(tmp_path).findings] == ["token-unverified"]
