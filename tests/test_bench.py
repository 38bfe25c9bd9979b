"""The bench measures what it says, and says what it could not measure."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from scripts.benchmark import prism, report, served
from scripts.benchmark.child import Child, environment
from scripts.benchmark.comparison import Bench, Figures, Settings, compare
from scripts.benchmark.examples import content
from scripts.benchmark.figures import Absence, Goal, Spread, Table, exit_code
from scripts.benchmark.load import Question, run
from scripts.benchmark.machine import ProcessorTime
from scripts.benchmark.peers import Missing
from scripts.benchmark.sections import stub as stub_section
from scripts.benchmark.subject import Content, list_target
from scripts.benchmark.upload_calls import write_files
from scripts.benchmark.work import Order, WrongAnswer

pytestmark = pytest.mark.generator

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = Settings(rounds=1, requests=2, upload=0, seed=1)
SVG = "{http://www.w3.org/2000/svg}"


def command(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "scripts" / "bench.py"), *arguments]


def test_a_run_tells_what_it_measured_and_what_not(tmp_path: Path) -> None:
    """One run for all of it: it takes seconds. Without Java, a peer is missing."""
    path = tmp_path / "path"
    path.mkdir()
    done = subprocess.run(
        command("decode", "upload", "--quick", "--rounds", "1", "--json", "--out", str(tmp_path)),
        env={**os.environ, "PATH": str(path), "TMPDIR": str(path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    data: dict[str, Any] = json.loads(done.stdout)
    verdicts = {goal["verdict"] for table in data["tables"] for goal in table["goals"]}
    assert verdicts <= {"met", "missed"}
    assert (done.returncode, done.stderr) == (1 if "missed" in verdicts else 0, "")
    assert list(path.iterdir()) == []  # no temporary files are left
    assert json.loads((tmp_path / "bench.json").read_text(encoding="utf-8")) == data
    check_tables(data["tables"])
    check_markdown((tmp_path / "bench.md").read_text(encoding="utf-8"), data)
    check_chart((tmp_path / "bench.svg").read_text(encoding="utf-8"), data["tables"])


def check_tables(tables: list[dict[str, Any]]) -> None:
    """Every row and every goal is there."""
    decoders = ["ours", "msgspec", "openapi-python-client", "openapi-generator", "json.loads"]
    uploads = [
        f"Upload of 4 MiB, {kind}, {mode}: {what}"
        for kind in ("multipart", "raw")
        for mode in ("sync", "async")
        for what in ("throughput", "memory")
    ]
    assert {table["title"]: [row["name"] for row in table["rows"]] for table in tables} == {
        "Decode 100 images": decoders,
        "Decode a survey response": decoders,
        **{title: ["ours", "httpx2"] for title in uploads},
    }
    goals = {
        table["title"]: [(goal["row"], goal["against"], goal["limit"]) for goal in table["goals"]]
        for table in tables
    }
    assert goals["Decode 100 images"] == goals["Decode a survey response"]
    assert goals["Decode a survey response"] == [("ours", "msgspec", 2.0)]
    assert {goals[title][0] for title in uploads} == {("ours", "httpx2", 0.95), ("ours", "", 8.0)}
    for table in tables:
        for row in table["rows"]:
            assert (row["value"] is None) == (row["name"] == "openapi-generator"), row


def check_markdown(text: str, data: dict[str, Any]) -> None:
    """A table for every table, notices, and where it was measured."""
    for table in data["tables"]:
        assert f"\n## {table['title']}\n" in text
        for row in table["rows"]:
            assert f"\n| {row['name']} " in text
    assert text.count("- openapi-generator skipped: there is no java on PATH") == 2
    facts = data["facts"]
    assert facts["Python"].endswith(".".join(map(str, sys.version_info[:3])))
    assert "httpx2 2." in facts["peers"]
    for name in ("date", "machine", "server", "cores", "seed", "rounds", "peers"):
        assert f"- {name}: {facts[name]}" in text
    if sys.platform == "linux":
        assert 0 <= float(facts["CPU time stolen by the host"].rstrip("%")) <= 100


def test_what_the_host_took_is_a_part_of_what_was_wanted() -> None:
    before = ProcessorTime.of("cpu  100 0 10 9000 50 0 0 40 0 0\ncpu0 1 2 3")
    after = ProcessorTime.of("cpu  160 5 20 9900 70 0 5 60 0 0\ncpu0 1 2 3")
    assert after.stolen_since(before) == "20.0%"
    assert before.stolen_since(before) == "0.0%"


def check_chart(text: str, tables: list[dict[str, Any]]) -> None:
    """A bar for every figure, a mark for every goal, everything named and inside the picture."""
    root = ElementTree.fromstring(text)
    bars = [bar for bar in root.iter(f"{SVG}rect") if "bar" in bar.get("class", "")]
    measured = [row for table in tables for row in table["rows"] if row["value"]]
    assert len(bars) == len(measured) == 8 + 16
    marks = [line for line in root.iter(f"{SVG}line") if line.get("class") == "goal"]
    assert len(marks) == sum(len(table["goals"]) for table in tables)
    names = {text.text for text in root.iter(f"{SVG}text")}
    assert {row["name"] for table in tables for row in table["rows"]} <= names
    assert "skipped: there is no java on PATH" in names
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title") is not None
    width = float(root.get("width", ""))
    assert all(float(bar.get("x", "")) + float(bar.get("width", "")) < width for bar in bars)
    assert "prefers-color-scheme: dark" in text


def goal(measured: float, limit: float, *, at_least: bool = False) -> Goal:
    return Goal("ours", Spread.of([measured]), limit, "them", at_least=at_least)


ABSENT = Goal("ours", None, 1.0, absence=Absence("not here", failed=False))
BROKEN = Goal("ours", None, 1.0, absence=Absence("wrong", failed=True))


@pytest.mark.parametrize(
    ("goals", "code"),
    [
        ([goal(1.1, 1.1), goal(0.95, 0.95, at_least=True)], 0),
        ([goal(1.1, 1.1), goal(1.11, 1.1)], 1),
        ([goal(0.94, 0.95, at_least=True)], 1),
        ([goal(1.0, 1.1), ABSENT], 2),
        ([goal(1.2, 1.1), ABSENT], 1),
        ([BROKEN], 1),
        ([], 0),
    ],
)
def test_goals_decide_the_exit_code(goals: list[Goal], code: int) -> None:
    assert exit_code(goals) == code


def test_ratios_are_taken_round_by_round() -> None:
    # both slow down in the second round: their ratio does not
    figures = Figures({"ours": [2.0, 20.0, 3.0], "them": [1.0, 10.0, 1.0]})
    (row, other) = figures.rows("them")
    assert row.ratio == Spread(2.0, 2.0, 2.5)
    assert other.ratio == Spread(1.0, 1.0, 1.0)
    judged = figures.goal("ours", "them", 1.9)
    assert (judged.measured, judged.verdict) == (row.ratio, "missed")
    table = Table("Title", "ms", "How.", "them", [row, other], [judged])
    text = report.markdown({"seed": "1"}, [table])
    assert "| Title | ours / them | 2.00 [2.00-2.50] x | ≤ 1.90 x | missed  |" in text


@contextlib.contextmanager
def server(folder: Path, changed: Mapping[str, tuple[int, str]] | None = None) -> Iterator[Bench]:
    said = content(SETTINGS.seed)
    said.save(folder / "content.json")
    answers = folder / "answers.json"
    answers.write_text(json.dumps({**said.routes(), **(changed or {})}), encoding="utf-8")
    told = {"core": None, "answers": str(answers)}
    variables = environment(seed=1)
    with Child("scripts.benchmark.server", told, variables, folder / "server.txt") as child:
        yield Bench(SETTINGS, child.read()["url"], folder, lambda text: None)


LISTS = {
    f"{peer} {mode}": Order(peer, "list", mode, 3, tasks)
    for peer in ("ours", "httpx2")
    for mode, tasks in (("sync", 1), ("async", 2))
}
ONE_EACH = ("ours sync", "httpx2 async")


def test_calls_are_measured(tmp_path: Path) -> None:
    creation = {"created": Order("ours", "create")}
    with server(tmp_path) as bench:
        found = compare(bench, "", {**LISTS, **creation}, 2, 2)
    for name, outcome in found.items():
        assert outcome.absence is None, name
        assert len(outcome.values("cpu")) == 2
        assert min(outcome.values("cpu")) > 0


def test_work_that_is_not_done_is_a_failure(tmp_path: Path) -> None:
    page = content(SETTINGS.seed).pages[3]
    page["response"].pop()
    short = {f"GET {list_target(3)}": (200, json.dumps(page))}
    with server(tmp_path, short) as bench:
        found = compare(bench, "", {name: LISTS[name] for name in ONE_EACH}, 2, 1)
    for name, outcome in found.items():
        assert outcome.samples == [], name
        assert outcome.absence is not None
        assert outcome.absence.failed
        assert outcome.absence.reason.endswith("2 images instead of 3")
    assert Figures.of(found, "cpu").goal(*ONE_EACH, 2.0).verdict == "missed"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_memory_that_is_given_back_is_seen() -> None:
    code = (
        "from scripts.benchmark.memory import Peak; before = b'y' * (64 << 20); del before; "
        "peak = Peak(); kept = b'x' * (32 << 20); del kept; print(peak.extra())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert 31 < float(done.stdout) < 36


LOSSY = """
import urllib.request

class Client:
    def __init__(self, **_): ...
    def __enter__(self): return self
    def __exit__(self, *_): ...
    def raise_for_status(self): ...
    def post(self, url, content, headers):
        body = content.read()[:-1] + b"!"
        urllib.request.urlopen(urllib.request.Request(url, body)).close()
        return self
"""


def test_an_upload_of_other_bytes_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "httpx.py").write_text(LOSSY, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    write_files(tmp_path, 1000, 1)
    with server(tmp_path) as bench:
        orders = {peer: Order(peer, "upload", variant="raw") for peer in ("httpx", "httpx2")}
        found = compare(bench, "", orders, 1, 1)
    assert found["httpx2"].absence is None
    assert found["httpx"].absence is not None
    assert "hash of the file that came" in found["httpx"].absence.reason


def test_a_library_that_is_not_installed_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "raise ModuleNotFoundError('', name='requests')"
    (tmp_path / "requests.py").write_text(code, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with server(tmp_path) as bench:
        found = compare(bench, "", {"requests": Order("requests", "list", size=3)}, 1, 1)
    missing = Absence("the module requests is not installed", failed=False)
    assert found["requests"].absence == missing


def test_wrong_answers_end_the_load(tmp_path: Path) -> None:
    request = f"GET {list_target(3)} HTTP/1.1\r\nHost: bench\r\n\r\n"
    with server(tmp_path) as bench:
        port = urlsplit(bench.url).port or 0
        found = run(Question(port, request, 3, 0.05, 4))
        assert found["count"] >= 4
        assert 0 < found["p50"] <= found["p99"] < found["clock"]
        with pytest.raises(WrongAnswer, match="items of an answer: expected 4, got 3"):
            run(Question(port, request, 4, 0.05, 4))
        with pytest.raises(WrongAnswer, match="404 Not Found"):
            run(Question(port, request.replace("GET", "HEAD"), 3, 0.05, 4))


class FirstIsSlow(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    before = FIRST = 0.5
    """Seconds before the next answer on the connection."""

    def do_GET(self) -> None:
        time.sleep(self.before)
        self.before = 0.01
        body = b'{"response":{}}'
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


def test_latency_is_that_of_connections_that_are_in_use() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), FirstIsSlow) as slow:
        thread = threading.Thread(target=slow.serve_forever)
        thread.start()
        try:
            request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
            found = run(Question(slow.server_port, request, None, FirstIsSlow.FIRST + 0.5, 4))
        finally:
            slow.shutdown()
            thread.join()
    assert 4 < found["count"] < 400  # so that the four would show in the last hundredth
    assert found["p99"] < FirstIsSlow.FIRST


def test_what_the_stub_was_asked_is_what_it_did(tmp_path: Path) -> None:
    with server(tmp_path) as plain:
        bench = replace(plain, settings=replace(SETTINGS, seconds=0.05))
        said = Content.load(tmp_path / "content.json")
        with served.stub(bench, 3) as stub:
            for asked, items in (
                (stub_section.listing(), 3),
                (stub_section.creation(said), None),
                (stub_section.upload(1), None),
            ):
                contender = stub_section.Contender(stub, asked, items)
                if asked.method == "GET":
                    missed = stub_section.Contender(stub, replace(asked, counts="images"), items)
                    with pytest.raises(WrongAnswer, match="images that the stub counts"):
                        stub_section.turn(bench, missed, said)
                sample = stub_section.turn(bench, contender, said)
                assert (sample["count"] or 0) >= stub_section.CONNECTIONS


def test_without_node_prism_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Missing, match="node and npx"):
        prism.command(ROOT / "openapi.yaml", 1)


def children(pid: int) -> list[int]:
    return [
        int(stat.parent.name)
        for stat in Path("/proc").glob("[0-9]*/stat")
        if (text := read(stat)) and int(text.rpartition(")")[2].split()[1]) == pid
    ]


def read(path: Path) -> str:
    with contextlib.suppress(OSError):  # it ended while we looked
        return path.read_text(encoding="utf-8")
    return ""


def alive(pid: int) -> bool:
    text = read(Path(f"/proc/{pid}/stat"))
    return bool(text) and text.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_stopped_leaves_no_process(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "temporary").mkdir()
    arguments = ("aiohttp", "--quick", "--rounds", "100000", "--out", str(tmp_path / "out"))
    with subprocess.Popen(
        command(*arguments),
        env={**os.environ, "TMPDIR": str(tmp_path / "temporary")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        started: list[int] = []
        while running.poll() is None and len(started) < 2:  # the server and a worker
            started = children(running.pid)
        running.send_signal(number)
        out, errors = running.communicate(timeout=30)
    assert len(started) >= 2, errors
    # One that was just being started when the signal came is nobody's to close, as all are after a
    # SIGKILL: it sees its standard input end.
    patience = time.monotonic() + 20
    while any(map(alive, started)) and time.monotonic() < patience:
        pass
    assert [pid for pid in started if alive(pid)] == []
    if number != signal.SIGKILL:
        assert (running.returncode, out, errors) == (2, "", "bench: interrupted\n")
        assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["nothing"],
            "there is no section 'nothing'; known are clients, stub, codegen, fuzz,",
        ),
        (["--rounds", "0"], "'0' is not a whole number above 0"),
    ],
)
def test_wrong_usage_is_one_sentence(arguments: list[str], told: str) -> None:
    done = subprocess.run(command(*arguments), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
