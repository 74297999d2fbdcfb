"""`mainstay`, which is `python -m mainstay` too."""

from __future__ import annotations

import gc
from importlib import import_module


def main() -> None:
    """Runs the command; the garbage collector seldom looks, as importing makes half a million objects that stay."""
    gc.set_threshold(500_000, 20, 100)
    import_module("mainstay.cli").main()


if __name__ == "__main__":
    main()
