"""A process that starts a foreign server on a core, and ends it when its standard input ends.

So a server that knows nothing of this bench ends with it, even with one that was killed.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time

from .cores import pin

PATIENCE = 60.0
"""Seconds that a server may take to listen."""


def main() -> None:
    """Run the process; its argument holds the core, the command and the port."""
    told = json.loads(sys.argv[1])
    pin(told["core"])
    port: int = told["port"]
    with subprocess.Popen(
        told["command"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as server:
        try:
            _wait(server, port)
            print(json.dumps({"pid": server.pid}), flush=True)
            sys.stdin.read()  # nobody writes: it is the end
        finally:
            server.terminate()
            try:
                server.wait(3)
            except subprocess.TimeoutExpired:
                server.send_signal(signal.SIGKILL)


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    """Wait until it listens."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if server.poll() is not None:
            raise SystemExit(f"the server ended with exit code {server.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise SystemExit(f"the server does not listen after {PATIENCE:.0f} seconds")


if __name__ == "__main__":
    main()
