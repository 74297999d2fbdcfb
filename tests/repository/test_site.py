"""The site of docs/: built, without a broken link, and without anything that another host would serve."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.repository.site import SOURCE, build, faults


@pytest.mark.requirement("A12.01")
def test_the_site_is_whole_and_loads_nothing_from_another_host(tmp_path: Path) -> None:
    assert build(tmp_path) == ""
    assert list(faults(tmp_path)) == []
    written = {path.relative_to(SOURCE).with_suffix(".html") for path in SOURCE.rglob("*.md")}
    assert {path for path in written if not (tmp_path / path).exists()} == set()
    for folder in ("tutorials", "how-to", "reference", "explanation", "decisions"):
        assert (tmp_path / folder).is_dir(), folder


@pytest.mark.parametrize(
    "html, fault",
    [
        ('<script src="https://cdn.example/a.js"></script>', "a.html loads https://cdn.example/a.js"),
        ('<link rel="stylesheet" href="//fonts.example/css">', "a.html loads //fonts.example/css"),
        ('<p style="background: url(http://x.example/1.png)">', "a.html loads http://x.example/1.png"),
        ('<img srcset="b.html 1x, https://x.example/2.png 2x">', "a.html loads https://x.example/2.png"),
        ('<a href="c.html">c</a>', "a.html links c.html, which is not there"),
        ('<a href="b.html#gone">b</a>', "a.html links b.html#gone, a place that is not on that page"),
        ('<script src="gone.js"></script>', "a.html links gone.js, which is not there"),
        ('<a href="https://example.com/">elsewhere</a> <a href="b.html#here">b</a>', None),
    ],
)
def test_what_is_wrong_with_a_page_is_found(tmp_path: Path, html: str, fault: str | None) -> None:
    (tmp_path / "a.html").write_text(html)
    (tmp_path / "b.html").write_text('<h1 id="here">b</h1>')
    assert list(faults(tmp_path)) == ([] if fault is None else [fault])


def test_styles_and_scripts_are_read_too(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("@import 'https://x.example/a.css'; p { background: url(data:image/png,) }")
    (tmp_path / "a.js").write_text("// see https://x.example/\nfetch('https://y.example/counter')")
    assert list(faults(tmp_path)) == ["a.css loads https://x.example/a.css", "a.js loads https://y.example/counter"]
