"""The seeds of the fuzzer's tests: one in the test command, more where time is no matter.

`FUZZ_SEEDS=5 python -m pytest tests/test_fuzz_wire.py` runs five.
"""

from __future__ import annotations

import os
import random


def seeds(subject: str) -> list[int]:
    """As many seeds as FUZZ_SEEDS says, the same ones in every run."""
    count = int(os.environ.get("FUZZ_SEEDS", "1"))
    return [random.Random(f"{subject} {place}").randrange(10**6) for place in range(count)]
