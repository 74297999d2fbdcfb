"""What the README says can be done, done."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_the_first_line_is_what_a_bare_machine_needs() -> None:
    assert README.splitlines()[0].strip() == "apt install make python3-venv"


def test_the_example_compiles_to_operations(tmp_path: Path) -> None:
    (example,) = re.findall(r"<!-- example -->\n```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "app.py").write_text(example)
    program = Path(sys.executable).parent / "mainstay"
    done = subprocess.run([program, "operations", "app:app"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert "recipes.list" in json.dumps(printed)


def test_every_make_target_that_a_page_names_exists() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = set(re.findall(r"^  make (\w+)", listed, re.MULTILINE))
    for page in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "AGENTS.md", ".ci/run"):
        named = set(re.findall(r"(?:`|^ *)make (\w+)", (ROOT / page).read_text(), re.MULTILINE))
        assert named <= targets, page
