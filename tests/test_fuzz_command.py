"""The command fuzz.py at a terminal: its pace, its progress, what it prints to repeat a finding."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

pytest.importorskip("schemathesis", reason="fuzz.py needs schemathesis, which is not installed")

from scripts.fuzzing.budget import Budget
from scripts.fuzzing.client.raw_server import RawServer
from scripts.fuzzing.credentials import Credentials, present, schemes
from scripts.fuzzing.exchange import Exchange, Request
from scripts.fuzzing.finding import Finding, Silence
from scripts.fuzzing.properties import meaning
from scripts.fuzzing.reproduction import Reproduction
from scripts.fuzzing.target import Target, Wanted, opened
from tests.defects.defect import all_defects
from tests.foreign_server import KEY, shelf

pytestmark = pytest.mark.generator

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = str(ROOT / "tests/data/foreign/pictures.yaml")
RATE = 60


def command(url: str, *more: str) -> list[str]:
    return [
        sys.executable, str(ROOT / "scripts/fuzz.py"), DOCUMENT, "--base-url", url,
        "--auth-from-env", "key=SHELF_KEY", "--parts", "properties", "--seed", "5", *more,
    ]  # fmt: skip


ENVIRONMENT = {**os.environ, "SHELF_KEY": KEY}


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal is POSIX")
def test_a_run_keeps_its_pace_and_shows_its_progress() -> None:
    ours, theirs = os.openpty()
    shown: list[bytes] = []

    def read() -> None:
        while True:
            try:
                shown.append(os.read(ours, 4096))
            except OSError:  # the other end is closed
                return

    reader = threading.Thread(target=read)
    with shelf("open-door") as (url, kept):
        started = time.monotonic()
        process = subprocess.Popen(
            command(url, "--rate-limit", str(RATE), "--max-time", "200"),
            stdout=subprocess.DEVNULL, stderr=theirs, env=ENVIRONMENT,
        )  # fmt: skip
        os.close(theirs)
        reader.start()
        while len(kept.requests) < 3 * RATE:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        process.wait(60)
        seconds = time.monotonic() - started
        count = len(kept.requests)
    reader.join(10)
    os.close(ours)
    text = b"".join(shown).decode()
    assert process.returncode in (0, 1)
    assert count <= RATE * seconds + 5
    assert " cases, " in text
    assert "/s, " in text
    assert "\r\x1b[K" in text


def test_workers_send_side_by_side_and_find_the_same() -> None:
    with shelf() as (url, kept):
        done = subprocess.run(
            command(url, "--workers", "3", "--cases", "4", "--read-only"),
            capture_output=True, text=True, timeout=100, env=ENVIRONMENT, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        assert len(kept.requests) > 20


class _Enough(Exception):
    pass


@pytest.mark.parametrize(
    ("defect", "check", "seen"),
    [
        ("key-with-more-behind", "strangers are refused", "200"),
        ("size-in-hundreds", "uploads are true", ""),
    ],
)
def test_what_is_printed_repeats_the_finding(
    defect: str, check: str, seen: str, tmp_path: Path
) -> None:
    found: list[Finding] = []

    def emit(finding: Finding) -> None:
        if finding.check == check:
            found.append(finding)
            raise _Enough

    with all_defects()[defect].patch(), opened(Wanted("questionpro")) as target:
        with pytest.raises(_Enough):
            meaning(target, Budget(None, 6), 3, emit, Silence())
        writer = Reproduction(target, tmp_path)
        (finding,) = found
        path = os.pathsep.join(
            [str(ROOT / "generated/questionpro"), os.environ.get("PYTHONPATH", "")]
        )
        environment = {
            **os.environ, "QUESTIONPRO_API_KEY": "test-api-key", "PYTHONPATH": path
        }  # fmt: skip
        curl, python = writer.curl(finding), writer.python(finding)
        assert "test-api-key" not in curl + python
        for words in (["bash", "-c", curl], [sys.executable, "-c", python]):
            done = subprocess.run(
                words, cwd=tmp_path, capture_output=True, text=True, timeout=60,
                env=environment, check=False,
            )  # fmt: skip
            assert (seen or finding.got) in done.stdout, (words, done.stdout, done.stderr)


PASSWORD = "us er:pa$s\"w'ord%20\\ü`x`4711"


@pytest.mark.parametrize(
    "kind", [{"type": "http", "scheme": "basic"}, {"type": "http", "scheme": "bearer"},
             {"type": "apiKey", "in": "query", "name": "key"}]
)  # fmt: skip
@pytest.mark.parametrize(
    "made", [str, lambda v: v + "x", lambda v: v[:-1], str.swapcase, lambda v: v.partition(":")[2]]
)
def test_what_is_printed_sends_the_same_credential_and_does_not_show_it(
    kind: dict[str, str], made: Callable[[str], str], tmp_path: Path
) -> None:
    document = {"components": {"securitySchemes": {"door": {**kind, "x-env": "DOOR"}}}}
    (scheme,) = (found := schemes(document)).values()
    secret = (
        PASSWORD if kind.get("scheme") == "basic" else PASSWORD.encode("ascii", "ignore").decode()
    )
    with RawServer() as server:
        server.answer = b"HTTP/1.1 204 No Content\r\n\r\n"
        target = Target("doors", document, server.url, Credentials(found, {"door": secret}))
        sent = present(Request("GET", server.url + "/in?a=1"), scheme, scheme.text(made(secret)))
        writer = Reproduction(target, tmp_path)
        finding = Finding("c", "GET /in", "t", "e", "g", (Exchange(sent, None),))
        curl, python = writer.curl(finding), writer.python(finding)
        programs = [["bash", "-c", curl], [sys.executable, "-c", python]]
        for words in programs if made(secret) in (secret, secret[:-1]) else programs[:1]:
            server.arrived.clear()
            done = subprocess.run(
                words, capture_output=True, text=True, timeout=60, check=False,
                env={**os.environ, "DOOR": secret},
            )  # fmt: skip
            assert done.returncode == 0, (words, done.stderr)
            (arrived,) = server.arrived
            wanted = sent.header("Authorization") or sent.url.partition("/in")[2]
            assert wanted.encode("latin-1") in arrived.raw, words
        for part in (secret[:-1], secret.swapcase()):
            for text in (part, quote(part, safe=""), base64.b64encode(part.encode()).decode()[:-4]):
                assert text not in curl + python
