"""Builds the site of docs/ as HTML, and looks at every page of it for broken links and for what another host serves.

python -m tests.repository.site            writes build/docs
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "docs"
SITE = ROOT / "build" / "docs"

LOADED = {"src", "srcset", "data", "poster", "background", "action", "formaction"}
"""Attributes whose value a browser asks for; `href` is one too, but in links that a person follows."""
IN_STYLES = re.compile(r"(?:url\(\s*|@import\s+)[\"']?([^\"')\s;]+)")
IN_SCRIPTS = re.compile(r"[\"'`]((?:https?:|wss?:)?//\w[^\"'`\s]*)")
NAMES = {"http://www.w3.org/2000/svg"}
"""Names that look like addresses, and that nobody asks for."""


@dataclass
class Page(HTMLParser):
    """What one page of HTML refers to, and what can be referred to in it."""

    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if not value:
                continue
            if name == "id" or (name == "name" and tag == "a"):
                self.ids.add(value)
            elif name == "href" and tag in ("a", "area"):
                self.links.append(value)
            elif name == "href" or name in LOADED:
                self.loads += [part.split()[0] for part in value.split(",")] if name == "srcset" else [value]
            elif name == "style":
                self.loads += IN_STYLES.findall(value)


def build(folder: Path) -> str:
    """Writes the site into a folder; what Sphinx found wrong."""
    with tempfile.TemporaryDirectory() as remembered:
        done = subprocess.run(
            [sys.executable, "-m", "sphinx", "-q", "-E", "-b", "html", "-d", remembered, str(SOURCE), str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
    return done.stderr.strip() if done.returncode == 0 else f"{done.stdout}{done.stderr}"


def faults(site: Path) -> Iterator[str]:
    """Every link of the site that leads nowhere, and everything that it would load from another host."""
    pages = {path: parsed(path) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        name = path.relative_to(site)
        yield from (f"{name} loads {address}" for address in page.loads if is_foreign(address))
        for link in [*page.links, *(address for address in page.loads if not is_foreign(address))]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                yield f"{name} links {link}, which is not there"
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
                yield f"{name} links {link}, a place that is not on that page"
    for pattern, files in ((IN_STYLES, site.rglob("*.css")), (IN_SCRIPTS, site.rglob("*.js"))):
        for path in sorted(files):
            named = pattern.findall(path.read_text(encoding="utf-8"))
            yield from (f"{path.relative_to(site)} loads {address}" for address in named if is_foreign(address))


def parsed(path: Path) -> Page:
    """What a page refers to."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def is_foreign(address: str) -> bool:
    """Whether a browser would ask a host for it."""
    parts = urlsplit(address)
    return address not in NAMES and bool(parts.netloc or parts.scheme in ("http", "https", "ws", "wss"))


def main() -> int:
    """Writes the site; fails where something is wrong with it."""
    wrong = [line for line in build(SITE).splitlines() if line]
    wrong += faults(SITE)
    print("\n".join(wrong) or f"{SITE.relative_to(ROOT)}/index.html: {len(list(SITE.rglob('*.html')))} pages")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
