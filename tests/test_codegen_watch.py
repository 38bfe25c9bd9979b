"""scripts/codegen.py --watch over real files: every save is answered, and nothing ends it."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.things import BASE, put, things
from tests.workshop import Workshop

pytestmark = pytest.mark.generator

PATIENCE = 120.0


class Watching:
    """A running watch: what it says, and what is then in ``generated/``."""

    def __init__(self, shop: Workshop) -> None:
        self.shop = shop
        self.errors = shop.root.parent / "errors.txt"
        self.read = b""
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                shop.command("--watch"), stdout=subprocess.PIPE, stderr=errors
            )

    def until(self, ending: str) -> list[str]:
        """What it says up to a line that begins so."""
        lines: list[str] = []
        assert self.process.stdout is not None
        while not lines or not lines[-1].startswith(ending):
            while b"\n" not in self.read:
                ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
                more = os.read(self.process.stdout.fileno(), 4096) if ready else b""
                assert more, (lines, self.errors.read_text(encoding="utf-8"))
                self.read += more
            line, _, self.read = self.read.partition(b"\n")
            lines.append(line.decode())
        return lines

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    shop = Workshop.empty(tmp_path / "root")
    shop.document("things", BASE)
    return shop


@pytest.fixture
def watching(shop: Workshop) -> Iterator[Watching]:
    watching = Watching(shop)
    yield watching
    watching.process.kill()
    watching.process.communicate()


def described(text: str) -> str:
    return yaml.safe_dump(things(put("/info", "description", text)))


def test_every_save_is_answered_until_it_is_interrupted(shop: Workshop, watching: Watching) -> None:
    service = shop.package("things") / "service.py"
    first, *written, last = watching.until("generated/ is up to date")
    assert first == "watching spec/, overrides/ and the generator's code; Ctrl-C ends it"
    assert written == ["generated/things"]
    assert last.endswith(" s)")
    # as many editors save: another file takes its name
    (shop.root / "spec/things.yaml~").write_text(described("Saved."), encoding="utf-8")
    (shop.root / "spec/things.yaml~").rename(shop.root / "spec/things.yaml")
    assert watching.until("generated/ is")[:2] == ["spec/things.yaml changed", "generated/things"]
    assert "Saved." in service.read_text(encoding="utf-8")
    # half of it is written, and stays so
    text = described("Whole.")
    shop.document("things", text[: text.index("Whole")] + "[")
    assert watching.until("generated/ is")[-1] == (
        "generated/ is as it was; waiting for the change that mends this"
    )
    assert "not YAML" in watching.errors.read_text(encoding="utf-8")
    assert "Saved." in service.read_text(encoding="utf-8")
    shop.document("things", text)
    assert watching.until("mended: generated/ is up to date")[1] == "generated/things"
    assert "Whole." in service.read_text(encoding="utf-8")
    # files come and go; a template counts too
    template = shop.root / "overrides/templates/version.py.jinja"
    template.write_text(template.read_text(encoding="utf-8") + "MARK = 1\n", encoding="utf-8")
    shop.document("other", BASE)
    while not (shop.root / "generated/other").exists():  # one run, or two
        watching.until("generated/ is")
    (shop.root / "spec/other.yaml").unlink()
    while "generated/other removed" not in watching.until("generated/ is"):
        pass
    assert "MARK" in (shop.package("things") / "version.py").read_text(encoding="utf-8")
    assert watching.end(signal.SIGINT) == 0
    assert {path.name for path in shop.root.iterdir()} == {"spec", "overrides", "generated"}
    assert shop.run("--check").code == 0


def test_saves_that_follow_each_other_need_one_keeper(shop: Workshop, watching: Watching) -> None:
    watching.until("generated/ is up to date")
    keepers = {keeper(watching.process.pid)}
    for number in range(3):
        shop.document("things", described(f"Number {number}."))
        watching.until("generated/ is up to date")
        assert f"Number {number}." in (shop.package("things") / "service.py").read_text("utf-8")
        keepers.add(keeper(watching.process.pid))
    assert len(keepers) == 1
    # whoever kills it loses one run
    os.kill(keepers.pop(), signal.SIGKILL)
    shop.document("things", described("Lost."))
    watching.until("generated/ is as it was")
    shop.document("things", described("Last."))
    watching.until("mended: generated/ is up to date")
    assert "Last." in (shop.package("things") / "service.py").read_text("utf-8")


def keeper(process: int) -> int:
    """The only child of a process."""
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=True
    )
    (child,) = found.stdout.split()
    return int(child)


def test_a_watch_that_is_stopped_while_it_generates_leaves_nothing(
    shop: Workshop, watching: Watching
) -> None:
    while watching.process.poll() is None and not list(shop.root.glob(".generated-*")):
        pass
    assert watching.end(signal.SIGTERM) == 0
    assert {path.name for path in shop.root.iterdir()} <= {"spec", "overrides", "generated"}


def test_on_a_terminal_what_was_wrong_is_cleared_away(shop: Workshop) -> None:
    shop.document("things", "openapi: [\n")
    master, terminal = pty.openpty()
    with subprocess.Popen(
        shop.command("--watch"), stdin=terminal, stdout=terminal, stderr=terminal
    ) as process:
        os.close(terminal)
        screen = ""

        def until(text: str) -> None:
            nonlocal screen
            while text not in screen.rpartition("\x1b[2J")[2]:
                assert select.select([master], [], [], PATIENCE)[0], screen
                screen += os.read(master, 4096).decode()

        until("waiting for the change")
        assert "not YAML" in screen
        shop.document("things", BASE)
        until("mended: generated/ is up to date")
        assert "not YAML" not in screen.rpartition("\x1b[2J")[2]
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    os.close(master)
