"""How the bench measures generators: the whole of a process and of what it starts."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from scripts.benchmark import generators
from scripts.benchmark.peers import Missing

CHILD = "import time; held = b'x' * 60_000_000; time.sleep(0.3)"


def test_time_and_memory_are_those_of_all_processes() -> None:
    small = generators.run([[sys.executable, "-c", "import time; time.sleep(0.2)"]], os.environ)
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CHILD!r}])"
    large = generators.run([[sys.executable, "-c", code]] * 2, os.environ)
    assert small.seconds >= 0.2
    assert large.seconds >= 0.6
    if not Path("/proc/self/task").exists():
        pytest.skip("memory is told by /proc alone")
    assert small.memory is not None
    assert large.memory is not None
    assert large.memory - small.memory > 60_000_000 / 2**20


def test_a_generator_that_fails_is_missing_with_its_last_words() -> None:
    with pytest.raises(Missing, match=r"^exit code 3: no such document$"):
        generators.run(
            [[sys.executable, "-c", "print('x\\nno such document'); raise SystemExit(3)"]],
            os.environ,
        )
