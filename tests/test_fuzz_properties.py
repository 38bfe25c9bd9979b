"""fuzz.py against the stub: clean where the stub is sound, the same cases for the same seed, no
credential in anything that it writes."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

pytest.importorskip("schemathesis", reason="fuzz.py needs schemathesis, which is not installed")

from scripts.fuzzing import report
from scripts.fuzzing.budget import Budget
from scripts.fuzzing.credentials import Credentials, Redaction, Scheme
from scripts.fuzzing.exchange import Answer, Exchange, Request
from scripts.fuzzing.finding import Counts, Finding, Findings, Silence
from scripts.fuzzing.properties import meaning, run
from scripts.fuzzing.target import Target, Wanted, opened
from tests.defects.defect import all_defects
from tests.stub.service import Service
from tests.stub.state.store import Store
from tests.stub.wire import send

ROOT = Path(__file__).resolve().parents[1]
VENDORS = sorted(path.parent.name for path in (ROOT / "generated").glob("*/openapi.yaml"))


@contextmanager
def stub_of(vendor: str) -> Iterator[Target]:
    with opened(Wanted(vendor)) as target:
        yield target


def test_the_same_seed_sends_the_same_requests() -> None:
    def requests(seed: int) -> list[tuple[str, str, bytes | None]]:
        sent: list[tuple[str, str, bytes | None]] = []
        with stub_of("inventorum") as target:
            from scripts.fuzzing import schemathesis_run
            from scripts.fuzzing.bench import Bench

            bench = Bench(target, Budget(60, 5), seed, Findings(), Silence())
            kept = schemathesis_run._Judge._scenario

            def note(self: Any, recorder: Any, phase: str) -> None:
                for interaction in recorder.interactions.values():
                    request = interaction.request
                    sent.append((request.method, request.uri.partition("/api")[2], request.body))
                kept(self, recorder, phase)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(schemathesis_run._Judge, "_scenario", note)
                run(target, bench.budget, seed, Findings(), Silence())
        return sent

    first = requests(7)
    assert len(first) > 20
    assert first == requests(7)
    assert first != requests(8)


def _defect(patch: pytest.MonkeyPatch, name: str) -> None:
    import tests.stub.checks.images as images
    import tests.stub.checks.security as security
    import tests.stub.vendors.questionpro as questionpro

    if name == "size":
        right = questionpro.display_size
        patch.setattr(questionpro, "display_size", lambda count: right(count * 9 // 10))
    elif name == "bytes":
        patch.setattr(Store, "pieces", lambda self, seq: iter([self.content(seq)[:-1] + b"\x00"]))
    elif name == "door":
        patch.setattr(security, "ACCEPTED", frozenset({"test-api-key", "test-api-keyx"}))
    elif name == "magic":
        right_read = images.read

        def read(data: Any) -> Any:
            try:
                return right_read(data)
            except images.NotAnImage:
                return images.ImageFacts("png", "image/png", "png", 1, 1)

        import tests.stub.checks.validation as validation

        for module in (validation, sys.modules["tests.stub.checks.body"]):
            if hasattr(module, "images"):
                patch.setattr(module.images, "read", read)
    elif name == "newest":
        right_newest = Store.newest_images
        patch.setattr(
            Store, "newest_images", lambda self, *a: list(reversed(right_newest(self, *a)))
        )
    elif name == "status":
        right_refuse = Service.refuse

        def refuse(self: Any, refused: Any, call: Any) -> Any:
            answer = right_refuse(self, refused, call)
            body: Any = answer.body
            body["response"]["error"]["httpStatusCode"] = 400
            return answer

        patch.setattr(Service, "refuse", refuse)


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("size", "uploads are true"),
        ("bytes", "uploads are true"),
        ("door", "strangers are refused"),
        ("magic", "invalid files are refused"),
        ("newest", "the newest is listed first"),
        ("status", "every answer"),
    ],
)
def test_a_broken_stub_is_seen(name: str, check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _defect(monkeypatch, name)
    findings = Findings()
    with stub_of("questionpro") as target:
        meaning(target, Budget(60, 6), 3, findings, Silence())
    assert check in {finding.check for finding in findings}


@pytest.mark.parametrize(
    ("defect", "check"),
    [
        ("gif-size-of-frame", "uploads are true"),
        ("redirect-instead", "other paths lead nowhere"),
    ],
)
@pytest.mark.parametrize("seed", range(4))
def test_what_does_not_depend_on_chance_is_found_with_any(
    defect: str, check: str, seed: int
) -> None:
    findings = Findings()
    with all_defects()[defect].patch(), stub_of("pingone") as target:
        meaning(target, Budget(None, 2), seed, findings, Silence(), only={check: ""})
    assert [finding.check for finding in findings] == [check]


SECRET = "s3cret/+=%&"


def _target() -> Target:
    scheme = Scheme("key", "query", "apiKey", "", "SOME_KEY")
    return Target(
        "x", {"paths": {}}, "http://127.0.0.1:9", Credentials({"key": scheme}, {"key": SECRET})
    )


def _finding() -> Finding:
    from urllib.parse import quote

    url = f"http://127.0.0.1:9/a?apiKey={quote(SECRET, safe='')}"
    body = json.dumps({"you sent": SECRET, "as": url}).encode()
    exchange = Exchange(
        Request("POST", url, (("api-key", SECRET), ("X", "y")), b"\x00" + SECRET.encode()),
        Answer(400, (("Location", url), ("Content-Type", "application/json")), body),
    )
    return Finding("check", "POST /a", f"title {SECRET}", "a <b>", body.decode(), (exchange,))


def test_no_report_holds_a_credential(tmp_path: Path) -> None:
    shown = report.prepared(
        _target(), [(_finding(), 2)], Counts(notes=[SECRET]), seed=1, seconds=1, folder=tmp_path
    )
    report.write(shown, tmp_path)
    (tmp_path / "summary.txt").write_text(shown.text())
    redaction = Redaction(_target().credentials)
    files = sorted(tmp_path.iterdir())
    assert len(files) == 6
    for path in files:
        assert not redaction.shows(path.read_bytes()), path.name
    assert "SOME_KEY" in shown.text()


def test_reports_can_be_read(tmp_path: Path) -> None:
    finding = _finding()
    shown = report.prepared(_target(), [(finding, 2)], Counts(), seed=1, seconds=1, folder=tmp_path)
    report.write(shown, tmp_path)
    suite = ET.parse(tmp_path / "junit.xml").getroot()[0]
    assert suite.get("failures") == "1"
    entries = json.loads((tmp_path / "report.har").read_text())["log"]["entries"]
    assert [entry["response"]["status"] for entry in entries] == [400]
    page = (tmp_path / "report.html").read_text()
    assert "a &lt;b&gt;" in page
    assert "<script" not in page


def test_an_interrupted_run_tells_what_it_found() -> None:
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "scripts/fuzz.py"), "pingone", "--max-time", "100",
         "--cases", "5000"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    told = re.match(r"pingone at (http://[^/,]+)", process.stderr.readline())
    assert told is not None
    while send(f"{told[1]}/_stub/requests?limit=1").json["total"] < 100:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert "interrupted" in out
    assert "Traceback" not in err + out
    assert process.returncode in (0, 1)


def test_an_unknown_document_cannot_run() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/fuzz.py"), "no-such-vendor"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "no-such-vendor" in done.stderr
