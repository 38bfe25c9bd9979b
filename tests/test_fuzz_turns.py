"""How a run divides its time: every check has its turn, and the whole ends when it has to."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("schemathesis", reason="fuzz.py needs schemathesis, which is not installed")

from scripts.fuzzing import properties
from scripts.fuzzing.bench import Bench
from scripts.fuzzing.budget import Budget, TimeUp, ended_in_time, on_time
from scripts.fuzzing.checks import Check
from scripts.fuzzing.finding import Findings, Silence
from scripts.fuzzing.target import Wanted, opened

pytestmark = pytest.mark.generator

ROOT = Path(__file__).resolve().parents[1]


def test_a_check_without_end_leaves_the_others_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turns: list[str] = []
    stood: list[str] = []

    def greedy(bench: Bench) -> None:
        turns.append("greedy")
        for view in bench.each(bench.views):
            label = bench.target.label(view)
            if label not in stood:
                stood.append(label)
                while True:
                    bench.send(bench.drafts(view)[0])

    def modest(bench: Bench) -> None:
        turns.append("modest")
        bench.send(bench.drafts(bench.views[0])[0])

    def last(bench: Bench) -> None:
        turns.append("last")

    checks = [Check("greedy", greedy), Check("modest", modest), Check("last", last, last=True)]
    monkeypatch.setattr(properties, "all_checks", lambda: checks)
    with opened(Wanted("questionpro")) as target:
        labels = [target.label(view) for view in target.operations]
        counts = properties.meaning(target, Budget(0.3, 5), 1, Findings(), Silence())
        assert turns[:2] == ["greedy", "modest"]
        assert turns.count("modest") == 1
        assert "last" not in turns[:3]  # it looks at what the others have seen
        assert stood == labels[: len(stood)]  # a turn goes on where the one before ended
        assert len(stood) >= 2
        stood.clear()
        counts = properties.meaning(
            target, Budget(0.1, 5), 1, Findings(), Silence(), only={"greedy": labels[2]}
        )
        assert stood == labels[2:3]
        assert counts.cut == {"greedy": labels[2]}


def test_the_time_ends_what_does_not_look_at_it() -> None:
    started = time.monotonic()
    with pytest.raises(TimeUp), ended_in_time(0.05):
        time.sleep(20)
    assert time.monotonic() - started < 10
    with ended_in_time(0.05):
        on_time()
        time.sleep(0.1)


def test_a_run_that_has_no_time_to_begin_says_so(tmp_path: Path) -> None:
    document = (ROOT / "tests/data/foreign/library.yaml").read_text(encoding="utf-8")
    path = tmp_path / "library.yaml"
    path.write_text(document, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/fuzz.py"), str(path), "--max-time", "0.3"],
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--max-time" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_that_got_no_answer_has_not_found_the_server_right() -> None:
    """It takes connections and never reads from them."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        done = subprocess.run(
            [sys.executable, str(ROOT / "scripts/fuzz.py"),
             str(ROOT / "tests/data/foreign/pictures.yaml"), "--base-url", url, "--read-only",
             "--max-time", "4"],
            capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
    assert done.returncode == 2, done.stdout + done.stderr
    assert "--max-time" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_that_may_ask_nothing_has_tested_nothing() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/fuzz.py"), "inventorum", "--read-only",
         "--parts", "properties", "--cases", "1"],
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stdout + done.stderr
    assert "nothing was tested" in done.stderr


class _EndsSlowly:
    """At its end it takes longer than the time that is given; what is raised there goes nowhere."""

    def __del__(self) -> None:
        end = time.monotonic() + 5
        while time.monotonic() < end:
            pass


def test_time_that_is_up_where_exceptions_go_nowhere_is_up_right_after() -> None:
    def work() -> None:
        _EndsSlowly()
        time.sleep(30)

    began = time.monotonic()
    told = sys.unraisablehook
    with pytest.raises(TimeUp), ended_in_time(0.1):
        work()
    assert 0.1 <= time.monotonic() - began < 5
    assert sys.unraisablehook is told


def test_time_that_is_up_in_a_callback_of_an_event_loop_is_not_lost() -> None:
    async def work() -> None:
        asyncio.get_running_loop().call_soon(time.sleep, 1)
        await asyncio.sleep(20)

    began = time.monotonic()
    with pytest.raises(TimeUp), ended_in_time(0.2):
        asyncio.run(work())
    assert time.monotonic() - began < 10
