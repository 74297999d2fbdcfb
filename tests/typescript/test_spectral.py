"""The OpenAPI documents before Spectral, a linter that knows what readers and tools of documents stumble over."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.projections.documented import document
from tests.typescript.packages import HERE

NAMES = ("recipes", "notes", "publishing", "kitchen")
"""An example, accounts, an API to somebody else's letter, custom routes."""


def findings(node_modules: Path, *documents: Path) -> list[str]:
    """What Spectral finds, of any severity."""
    words = [node_modules / ".bin" / "spectral", "lint", "--ruleset", HERE / "spectral.yaml", "--format", "json"]
    done = subprocess.run([*words, "--quiet", *documents], capture_output=True, text=True, timeout=300, check=False)
    found = json.loads(done.stdout)
    return [f"{Path(one['source']).stem} {one['code']} {'/'.join(one['path'])}: {one['message']}" for one in found]


@pytest.mark.requirement("A1.33")
def test_spectral_finds_nothing(node_modules: Path, tmp_path: Path) -> None:
    written = []
    for name in NAMES:
        told = document(name, f"sqlite:///{tmp_path}/{name}.db")
        if name == "kitchen":  # one mistake, to see that one is found
            del told["paths"]["/custom/me"]["get"]["tags"]
        written.append(tmp_path / f"{name}.json")
        written[-1].write_text(json.dumps(told))
    found = findings(node_modules, *written)
    assert found == ['kitchen operation-tags paths//custom/me/get: Operation must have non-empty "tags" array.']
