"""What is to be checked, read from a folder, a file or a Markdown page."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from mainstay.check import syntax as s
from mainstay.check.facts import Fact
from mainstay.check.flow.value import Scope, Unit
from mainstay.check.languages import go, java, javascript, markdown, python, rust
from mainstay.check.languages.unreadable import Unreadable
from mainstay.check.near import near
from mainstay.check.source import Skipped, Source
from mainstay.check.words import words

SUFFIXES = {
    ".py": "python",
    ".js": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".jsx": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
    ".java": "java",
    ".go": "go",
    ".rs": "rust",
    ".sql": "sql",
    ".graphql": "graphql",
    ".gql": "graphql",
    ".md": "markdown",
}
PASSED_OVER = words(
    """
    .git frontend .hg .svn node_modules .venv venv env __pycache__ .mypy_cache .pytest_cache .ruff_cache .tox
    dist build bower_components site-packages vendor third_party .next coverage htmlcov .idea .vscode
    static public assets .nox eggs target
    """
)
"""Folders that hold what others wrote, or what a program made."""
MANIFESTS = words(
    """
    requirements.txt pyproject.toml Pipfile setup.py setup.cfg package.json pom.xml build.gradle build.gradle.kts
    go.mod Cargo.toml
    """
)
DOCUMENT = re.compile(r"(open_?-?api|swagger|spec|api)[\w./-]*\.(ya?ml|json)$", re.IGNORECASE)
SAYS_DOCUMENT = re.compile(r"""^\s*\{?\s*["']?(openapi|swagger)["']?\s*:""", re.MULTILINE)
"""Where an OpenAPI document is looked for, and how it begins."""
MODULE = re.compile(r'^module\s+(\S+)|^\s*name\s*=\s*"([\w-]+)"', re.MULTILINE)
SCRIPTS = frozenset({".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"})
BROWSER = words("react-dom vue @angular/core svelte preact solid-js lit ember-source")
SERVER = words(
    "express fastify koa @nestjs/core @nestjs/common @hapi/hapi hapi next nuxt @sveltejs/kit @remix-run/node"
)
"""Libraries of programs for browsers, and of servers: a program with none of the latter is not reviewed."""
SETTINGS = re.compile(r"^(application|bootstrap)(-[\w.]+)?\.(properties|ya?ml)$")
"""Files of settings of Spring."""
PAGES = re.compile(r"(^|/)src/main/(resources|webapp)(/|$)")
"""Folders of a program in Java from which scripts are sent to browsers."""
DOCUMENTS = frozenset({".yml", ".yaml", ".json"})
LARGEST = 1_000_000
"""Bytes of a file; larger ones were not written by a person."""
MADE = re.compile(r"(\.min\.|\.gen\.|\.bundle\.|\.generated\.|_pb2(_grpc)?\.py$|\.d\.ts$|-lock\.|\.pb(\.gw)?\.go$)")
GENERATED = re.compile(r"^// Code generated .* DO NOT EDIT\.$", re.MULTILINE)
"""How programs that write Go say so, at the beginning of a file."""
UNREPORTED = re.compile(r"_test\.go$|(^|/)(tests?|benches)/.*\.rs$|(^|/)(build|tests?|test_\w+|\w+_tests?)\.rs$")
"""Tests in languages in which no rule looks at them, and what only runs when a program is built: not read at all."""


class Project:
    """Texts that were read, those that could not be, and facts that a database told by itself."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.units: list[Unit] = []
        self.others: list[Source] = []
        self.skipped: list[Skipped] = []
        self.told: list[Fact] = []
        self.stacks: tuple[str, ...] = ()
        self.manifests = ""
        self.modules: dict[str, str] = {}
        """Folders with a manifest that names a module of Go or a crate of Rust, and the names."""
        self.followed: frozenset[str] | None = None
        """Paths of which functions are followed, where it is not all of them."""
        self.files = 0
        self.lines = 0

    def follows(self, unit: Unit) -> bool:
        """Whether the functions of a text are followed."""
        return self.followed is None or unit.source.path in self.followed

    def add(self, source: Source, *, fragment: bool = False) -> None:
        """Reads a text in its language."""
        self.lines += len(source.lines)
        try:
            tree = _tree(source, fragment)
        except Unreadable as error:
            self.skipped.append(Skipped(source.path, source.first + error.line - 1, error.why))
            return
        if tree is None:
            self.others.append(source)
        else:
            self.units.append(Unit(source, tree, Scope({}), source.name))
            if tree.missed:
                lines = sorted(set(tree.missed))
                why = "a part cannot be read" if len(lines) == 1 else f"{len(lines)} parts cannot be read"
                self.skipped.append(Skipped(source.path, source.first + lines[0] - 1, why))

    def add_markdown(self, text: str, path: str) -> None:
        """Reads the blocks of a page."""
        try:
            for block in markdown.blocks(text, path):
                self.add(block, fragment=True)
        except Unreadable as error:
            self.skipped.append(Skipped(path, error.line, error.why))
            return
        self.others.append(Source(path, "markdown", text))


def _tree(source: Source, fragment: bool) -> s.Module | None:
    if source.language == "python":
        return python.read_fragment(source.text) if fragment else python.read(source.text)
    if source.language in ("javascript", "typescript", "tsx"):
        return (javascript.read_fragment if fragment else javascript.read)(source.text, source.language)
    if source.language == "go":
        return go.read_fragment(source.text) if fragment else go.read(source.text)
    if source.language == "rust":
        return rust.read_fragment(source.text) if fragment else rust.read(source.text)
    if source.language == "java":
        return java.read_fragment(source.text) if fragment else java.read(source.text)
    return None


def read(path: Path, changed: frozenset[str] | None = None) -> Project:
    """A project from a folder or one file; the Markdown of a folder is read where there is no code in it.

    What cannot be read is told in `skipped`; links that lead out of the folder, or in a circle, are not followed.
    Where only paths that have `changed` are asked for, the rest is read as far as these depend on it.
    """
    path = Path(os.path.realpath(path))
    project = Project(path if path.is_dir() else path.parent)
    listed = list(files(path, project.skipped))
    if changed is not None:
        listed = _near(listed, changed, project)
    for file in listed:
        _read_file(file, project)
    if not project.files and path.is_dir() and project.followed is None:
        for file in sorted(path.rglob("*.md")):
            _read_file(file, project)
    return project


def _near(listed: list[Path], changed: frozenset[str], project: Project) -> list[Path]:
    """The files that a review of changed ones reads; says in the project which of them are followed."""
    named = {_shown(each, project.root): each for each in listed}
    texts: dict[str, str] = {}
    for name, file in named.items():
        with contextlib.suppress(Unreadable):
            texts[name] = _text_of(file, project.root)
    found = near(changed, texts)
    if found is None:
        return listed
    project.followed = found.followed
    return [each for name, each in named.items() if name in found.read | changed or each.suffix not in SUFFIXES]


def files(path: Path, skipped: list[Skipped]) -> Iterator[Path]:
    """The files below a path that are worth reading, in order; folders that cannot be opened are told."""
    if not path.is_dir():
        yield path
        return
    pages: tuple[str, ...] = ()

    def closed(error: OSError) -> None:
        skipped.append(Skipped(_shown(Path(error.filename), path), 1, f"cannot be read: {error.strerror}"))

    for folder, folders, names in os.walk(path, followlinks=False, onerror=closed):
        if "package.json" in names and _is_of_pages(Path(folder, "package.json")):
            pages = (*pages, folder + os.sep)
        packages = f"src{os.sep}main{os.sep}java" in folder
        browser = (
            (folder + os.sep).startswith(pages) if pages else PAGES.search(folder.replace(os.sep, "/")) is not None
        )
        folders[:] = sorted(each for each in folders if packages or not _is_made(each))
        for name in sorted(names):
            suffix = os.path.splitext(name)[1]
            in_browser = suffix in SCRIPTS and browser
            told = (suffix in SUFFIXES and suffix != ".md") or name in MANIFESTS or SETTINGS.match(name) is not None
            code = told and not in_browser
            if code or (suffix in DOCUMENTS and DOCUMENT.search(os.path.relpath(os.path.join(folder, name), path))):
                yield Path(folder, name)


def _is_of_pages(manifest: Path) -> bool:
    """Whether a `package.json` is that of a program for browsers: it draws pages, and no server is in it."""
    try:
        listed = set(re.findall(r'"(@?[\w./-]+)"\s*:', read_text(manifest)))
    except Unreadable:
        return False
    return bool(listed & BROWSER) and not listed & SERVER


def _is_made(folder: str) -> bool:
    """Whether a folder of that name holds what nobody wrote for the application."""
    return folder in PASSED_OVER or folder.startswith(".") or folder.endswith(".egg-info")


def read_text(file: Path) -> str:
    """The text of a file; raises Unreadable."""
    try:
        if not file.is_file():
            raise Unreadable("not a file")
        if file.stat().st_size > LARGEST:
            raise Unreadable(f"more than {LARGEST:,} bytes")
        raw = file.read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    if b"\0" in raw[:4_000]:
        raise Unreadable("not a text")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _shown(file: Path, root: Path) -> str:
    """The path of a file below a folder, as any report can show it: names of files are bytes."""
    name = os.fsencode(file.relative_to(root).as_posix()).decode("utf-8", "backslashreplace")
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in name)


def _text_of(file: Path, root: Path) -> str:
    """The text of a file of a folder; raises Unreadable."""
    if file.is_symlink() and not Path(os.path.realpath(file)).is_relative_to(root):
        raise Unreadable("a link that leads out of the folder")
    return read_text(file)


def _read_file(file: Path, project: Project) -> None:
    name = _shown(file, project.root)
    try:
        text = _text_of(file, project.root)
    except Unreadable as error:
        project.skipped.append(Skipped(name, 1, error.why))
        return
    if SETTINGS.match(file.name):
        project.files += 1
        project.add(Source(name, "properties" if file.suffix == ".properties" else "yaml", text))
        return
    if file.name in MANIFESTS:
        project.manifests += text + "\n"
        named = MODULE.search(text) if file.name in ("go.mod", "Cargo.toml") else None
        if named is not None:
            project.modules[file.relative_to(project.root).parent.as_posix()] = named.group(1) or named.group(2)
    language = SUFFIXES.get(file.suffix, "")
    if MADE.search(file.name) or UNREPORTED.search(name) or (language == "go" and GENERATED.search(text[:2_000])):
        return
    if file.suffix in DOCUMENTS and file.name not in MANIFESTS:
        if SAYS_DOCUMENT.search(text[:4_000]):
            project.others.append(Source(name, "openapi", text))
        return
    if not language:
        if file.name not in MANIFESTS:
            project.files += 1
            project.add_markdown(text, name)
        return
    project.files += 1
    if language == "markdown":
        project.add_markdown(text, name)
    else:
        project.add(Source(name, language, text))


def of_sources(sources: Iterable[Source], manifests: str = "") -> Project:
    """A project of texts in memory."""
    project = Project(Path("."))
    project.manifests = manifests
    for source in sources:
        project.files += 1
        project.add(source, fragment=True)
    return project
