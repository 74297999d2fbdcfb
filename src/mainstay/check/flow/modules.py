"""Modules of Go and Rust: which folder or file of a program a path means.

The manifests name the modules: `go.mod` the path that all imports of a folder begin with, `Cargo.toml` the crate.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from mainstay.check.flow.value import Scope, Unit, Value
from mainstay.check.words import words

EXTERNAL = words(
    """
    std core alloc tokio axum axum_extra actix_web actix_cors actix_files actix_multipart actix_session
    actix_web_httpauth sqlx diesel diesel_async sea_orm rusqlite tokio_postgres postgres mongodb redis reqwest hyper
    ureq serde serde_json serde_yaml bincode jsonwebtoken rand fastrand sha1 sha2 md5 hmac bcrypt argon2 pbkdf2 uuid
    chrono time tracing log anyhow tower tower_http http regex tera askama minijinja handlebars lettre ammonia url
    html_escape urlencoding base64 hex openssl
    """
)
"""Crates of others whose names are known without their manifest."""
PACKAGE = re.compile(r"^\s*package\s+(\w+)", re.MULTILINE)


class Modules:
    """Packages of Go by folder, and modules of Rust by crate and path; `names` are those of the manifests."""

    def __init__(self, units: list[Unit], names: dict[str, str]) -> None:
        self._names = {folder: name for folder, name in names.items() if name}
        self._packages: dict[str, Scope] = {}
        self._clauses: dict[str, str] = {}
        self._files: dict[tuple[str, tuple[str, ...]], Unit] = {}
        self._paths: dict[str, tuple[str, tuple[str, ...]]] = {}
        outside = Scope({each: Value(path=each) for each in EXTERNAL})
        for unit in units:
            if unit.source.language == "go":
                self._remember_go(unit)
            elif unit.source.language == "rust":
                self._remember_rust(unit)
                unit.scope.outer = outside
        self._crates = {name.replace("-", "_"): folder for folder, name in self._names.items()}

    # ------------------------------------------------------------ Go

    def _remember_go(self, unit: Unit) -> None:
        folder = PurePosixPath(unit.source.path).parent.as_posix() if unit.source.first == 1 else unit.name
        unit.scope.outer = self._packages.setdefault(folder, Scope({}))
        clause = PACKAGE.search(unit.source.text)
        if clause is not None:
            self._clauses[folder] = clause.group(1)

    def package(self, path: str) -> tuple[str, Scope] | None:
        """The package that an import of Go means, with the name that it gives itself; None where it is another's."""
        for folder, name in self._names.items():
            if path == name or path.startswith(name + "/"):
                inner = path[len(name) :].strip("/")
                where = PurePosixPath(folder, inner).as_posix()
                if where in self._packages:
                    return self._clauses.get(where, ""), self._packages[where]
        return None

    # ------------------------------------------------------------ Rust

    def _remember_rust(self, unit: Unit) -> None:
        path = PurePosixPath(unit.source.path)
        folders = [each for each in self._names if each in ("", ".") or f"{path}".startswith(each + "/")]
        crate = max(folders, key=len, default="")
        parts = list(path.relative_to(crate or ".").with_suffix("").parts)
        if parts[:1] == ["src"]:
            parts = parts[1:]
        if parts[-1:] in (["mod"], ["lib"], ["main"]) and (parts[-1] == "mod" or len(parts) == 1):
            whole = parts.pop()
            if whole == "main" and (crate, ()) in self._files:
                parts = ["main"]
        where = (crate, tuple(parts))
        if unit.source.first > 1:
            where = (unit.name, ())
        self._files[where] = unit
        self._paths[unit.name] = where

    def around(self, unit: Unit) -> dict[str, Value]:
        """What `crate` and `super` mean in a file of Rust."""
        crate, path = self._paths[unit.name]
        root = self._files.get((crate, ())) if path != ("main",) else unit
        outer = self._files.get((crate, path[:-1])) if path else None
        found = {"crate": root, "super": outer}
        return {name: whole(each) for name, each in found.items() if each is not None}

    def module(self, path: str, unit: Unit) -> Value | None:
        """What a path of Rust means; None where it is another's."""
        crate, here = self._paths[unit.name]
        first, *rest = path.split("::")
        where: tuple[str, tuple[str, ...]]
        if first == "crate":
            where = (crate, ())
        elif first == "self":
            where = (crate, here)
        elif first == "super":
            up = here[:-1]
            while rest[:1] == ["super"]:
                up, rest = up[:-1], rest[1:]
            where = (crate, up)
        elif (crate, (*here, first)) in self._files:
            where, rest = (crate, here), [first, *rest]
        elif first in unit.scope.names:
            return inside(unit.scope.names[first], rest)
        elif first in self._crates:
            where = (self._crates[first], ())
        else:
            return None
        while rest and (where[0], (*where[1], rest[0])) in self._files:
            where = (where[0], (*where[1], rest.pop(0)))
        found = unit if where == (crate, here) else self._files.get(where)
        return inside(whole(found), rest) if found is not None else None


def whole(unit: Unit) -> Value:
    """A module as a value: its names."""
    return Value(type=f"module:{unit.name}", fields=unit.scope.names)


def inside(value: Value, parts: list[str]) -> Value | None:
    """What stands in a module, or in a type of it."""
    for position, part in enumerate(parts):
        if value.fields is not None and part in value.fields:
            value = value.fields[part]
        elif value.made is not None or value.path:
            return Value(path=".".join([value.path, *parts[position:]]))
        else:
            return None
    return value
