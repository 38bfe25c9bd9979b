"""Lints the documents with @redocly/cli: `python -m scripts.openapi.redocly`.

The rules are in .redocly.yaml. Where Node.js is missing, or npm cannot fetch the linter, one line
says so and the exit code is 0, because what decides whether a document is valid is
openapi-spec-validator; with a fault that the linter finds it is 1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "@redocly/cli@2.77.0"
"""Pinned exactly: a new release brings new rules, which are to be looked at first. This one still
runs on Node.js 20."""

# What npm prints when it does not reach its registry.
_NO_NETWORK = (
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "ENOTCACHED",
    "ENOTFOUND",
    "ERR_SOCKET_TIMEOUT",
    "ETIMEDOUT",
)


def main() -> int:
    """Run the linter over spec/ and generated/; the exit code is 0, also after a notice that it
    could not run, or 1."""
    npx = shutil.which("npx")
    if npx is None or shutil.which("node") is None:
        print("redocly: skipped, node and npx (Node.js 20) are not installed")
        return 0
    files = [*sorted(ROOT.glob("spec/*.yaml")), *sorted(ROOT.glob("generated/*/openapi.yaml"))]
    # no usage statistics, no look for a newer release
    environment = {
        **os.environ,
        "REDOCLY_TELEMETRY": "off",
        "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
    }
    # fetches it first, so that a fault of npm is not taken for one of the documents
    fetched = subprocess.run(
        [npx, "--yes", PACKAGE, "--version"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if fetched.returncode:
        told = fetched.stderr.strip()
        reason = next((code for code in _NO_NETWORK if code in told), None)
        if reason:
            print(f"redocly: skipped, npm cannot fetch {PACKAGE} ({reason})")
            return 0
        print(f"redocly: {PACKAGE} does not run:\n{told}", file=sys.stderr)
        return 1
    names = [str(path.relative_to(ROOT)) for path in files]
    run = subprocess.run(
        [npx, "--yes", PACKAGE, "lint", "--config", ".redocly.yaml", "--format=stylish", *names],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if run.returncode:
        print(run.stdout + run.stderr, file=sys.stderr)
        return 1
    print(f"redocly: {len(names)} documents without errors")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
