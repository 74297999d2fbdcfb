"""How long a sign-in takes that is refused, with an account and without: `python -m tests.accounts.timing`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from statistics import median

from tests.accounts.desk import opened

ROUNDS = 100
MOST = 5.0
"""Of a hundred, by how much the medians may differ."""


async def measured() -> dict[str, float]:
    """The median of the CPU that a refused sign-in takes, in milliseconds, by whether there is such an account."""
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    with tempfile.TemporaryDirectory() as folder:
        async with opened(f"sqlite:///{folder}/timing.db") as desk:
            await desk.sign_up("known")
            for number in range(ROUNDS):
                for name in sorted(took, reverse=number % 2 == 0):
                    body = {"email": f"{name}@example.com", "password": "another password"}
                    start = time.process_time()
                    await desk.post("sign-in", body)
                    took[name].append(1000 * (time.process_time() - start))
    return {name: median(times) for name, times in took.items()}


def main() -> int:
    """Prints the medians; 1 where they differ by more than five in a hundred."""
    found = asyncio.run(measured())
    differ = 100 * abs(found["known"] / found["unknown"] - 1)
    known, unknown = found["known"], found["unknown"]
    sys.stdout.write(f"with an account {known:.2f} ms, without {unknown:.2f} ms: {differ:.1f} % apart\n")
    return int(differ > MOST)


if __name__ == "__main__":
    sys.exit(main())
