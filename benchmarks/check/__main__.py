"""`python -m benchmarks.check FOLDER`."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.check import cases, measure


def main() -> None:
    """Reads the command line, measures, prints."""
    parser = argparse.ArgumentParser(
        description=measure.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="benchmarks.check"
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", help="one program")
    parser.add_argument("--unknown", action="store_true", help="print what nobody has judged")
    parser.add_argument("--tools", type=Path, help="a folder with semgrep, bandit and ruff")
    parser.add_argument("--rules", type=Path, help="a folder with semgrep's rules")
    given = parser.parse_args()
    for corpus, folder in measure.programs(given.folder, given.only):
        found, unknown = measure.measured(corpus, folder, given.tools, given.rules)
        measure.keep(found)
        print(measure.shown(found))
        if given.unknown:
            for hit in unknown:
                print(f"{hit.tool},{hit.rule},{hit.place},,,")
    if (given.folder / "benchmark").is_dir() and given.only is None:
        counted = measure.owasp(given.folder / "benchmark")
        print(f"OWASP's cases: {cases.score(counted):+.3f} over {len(counted)} categories")


if __name__ == "__main__":
    main()
