"""Starting and stopping, as a context manager and as a program."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.stub import Stub, StubError
from tests.stub.server import ROOT
from tests.stub.wire import connect, send

SCRIPT = str(ROOT / "scripts" / "stub.py")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments], capture_output=True, text=True, timeout=30
    )


def test_several_stubs_run_in_one_process() -> None:
    with Stub() as first, Stub() as second:
        assert send(f"{first.url}/_stub/health").status == 200
        assert send(f"{second.url}/_stub/health").status == 200
    for url in (first.url, second.url):
        with pytest.raises(ConnectionRefusedError):
            connect(url)


def test_a_stub_starts_and_stops_fast_with_a_client_still_connected() -> None:
    begin = time.perf_counter()
    stub = Stub()
    stub.start()
    started = time.perf_counter() - begin
    with connect(stub.url):
        begin = time.perf_counter()
        stub.stop()
        stopped = time.perf_counter() - begin
    assert started < 1
    assert stopped < 3


def test_a_stopped_stub_can_start_again() -> None:
    stub = Stub()
    for _ in range(2):
        with stub:
            assert send(f"{stub.url}/_stub/health").status == 200
        stub.stop()
    with pytest.raises(StubError, match="not running"):
        stub.images()


def test_a_busy_port_is_one_clear_error() -> None:
    with Stub() as stub:
        port = int(stub.url.rpartition(":")[2])
        with pytest.raises(StubError, match=f"Cannot listen on 127.0.0.1:{port} .*another port"):
            Stub(port=port).start()
        assert send(f"{stub.url}/_stub/health").status == 200


@pytest.mark.parametrize("port", [-1, 65536, 10**20])
def test_an_impossible_port_is_one_clear_error(port: int) -> None:
    with pytest.raises(StubError, match="Cannot listen"):
        Stub(port=port).start()


def test_missing_documents_are_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StubError, match=r"run scripts/codegen\.py"):
        Stub(root=tmp_path).start()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_program_tells_when_it_is_ready_and_stops_on_signals(number: signal.Signals) -> None:
    command = [sys.executable, SCRIPT, "--port", "0", "--ready-json"]
    begin = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        ready = time.perf_counter() - begin
        url = json.loads(line)["url"]
        assert send(f"{url}/_stub/health").status == 200
        process.send_signal(number)
        rest, errors = process.communicate(timeout=10)
    assert (process.returncode, rest, errors) == (0, "", "")
    assert ready < 5  # under 1 on an idle machine; tests run beside others


def test_the_program_runs_from_any_folder(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, SCRIPT, "--help"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=30,
    )
    assert result.returncode == 0
    assert "--ready-json" in result.stdout


def test_the_program_refuses_a_busy_port_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        result = run("--port", str(busy.getsockname()[1]))
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "Cannot listen on 127.0.0.1" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "x"], "invalid int value"),
        (["--max-body", "0"], "not a whole number above 0"),
        (["--max-connections", "-1"], "not a whole number above 0"),
        (["--profile", "imagined"], "invalid choice"),
        (["--max-body", "10k"], "not a whole number above 0"),
        (["--port", "0", "--db", "/dev/null/state.db"], "name another file"),
        (["--port", "0", "--host", "no.such.host.invalid"], "Cannot listen"),
        (["--what"], "unrecognized arguments"),
    ],
)
def test_the_program_refuses_wrong_arguments(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr
