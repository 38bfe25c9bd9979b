"""Run the stub of the three services: `python scripts/stub.py --port 8080`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.stub import Stub, StubError
from tests.stub.control.journal import MOST_ENTRIES
from tests.stub.http.bounds import Bounds
from tests.stub.vendors.profile import PROFILES


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="stub.py",
        description="Serve the vendors of generated/<vendor>/openapi.yaml on one origin.",
    )
    parser.add_argument("--port", type=int, default=8080, help="0 for a free one (default 8080)")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)"
    )
    parser.add_argument(
        "--db", type=Path, help="SQLite file to keep the state in (default: memory)"
    )
    parser.add_argument(
        "--max-body",
        type=_above_zero,
        default=10 * 1024 * 1024,
        metavar="BYTES",
        help="largest request body (default 10 MiB)",
    )
    parser.add_argument(
        "--max-connections",
        type=_above_zero,
        default=Bounds().connections,
        metavar="N",
        help="connections at once; one more gets a 503 (default %(default)s)",
    )
    parser.add_argument(
        "--profile",
        choices=PROFILES,
        default=PROFILES[0],
        help="vendors as their pages say, or as they were seen (default documented)",
    )
    parser.add_argument(
        "--rate-limits", action="store_true", help="answer 429 beyond the documented rates"
    )
    parser.add_argument(
        "--journal",
        type=int,
        choices=range(MOST_ENTRIES + 1),
        default=MOST_ENTRIES,
        metavar="N",
        help="requests that the journal keeps, 0 to %(default)s (default %(default)s)",
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="check the stub's own answers against the documents too; a wrong one is a 500",
    )
    parser.add_argument(
        "--ready-json", action="store_true", help="print one line of JSON when ready, nothing else"
    )
    return parser


def _above_zero(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 16) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def main() -> int:
    """Serve until SIGINT or SIGTERM: 0. 2 if the stub cannot start."""
    options = _parser().parse_args()
    stop = threading.Event()

    def request_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, request_stop)
    try:
        stub = Stub(
            options.db,
            options.host,
            options.port,
            max_body=options.max_body,
            bounds=Bounds(connections=options.max_connections),
            strict=options.strict,
            profile=options.profile,
            rate_limits=options.rate_limits,
            journal=options.journal,
        )
        stub.start()
    except StubError as error:
        print(f"stub.py: {error}", file=sys.stderr)
        return 2
    try:
        if options.ready_json:
            print(json.dumps({"url": stub.url}), flush=True)
        else:
            print(
                f"Serving {', '.join(sorted(stub.urls.values()))}; stop with Ctrl-C.\n"
                f"What they offer, to try out: {stub.url}/_stub/docs\n"
                f"What they were asked: {stub.url}/_stub/journal",
                flush=True,
            )
        stop.wait()
    finally:
        stub.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
