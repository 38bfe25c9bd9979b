"""Generate the client packages: spec/ + overrides/ → generated/."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.openapi.documents import vendors  # noqa: E402
from scripts.openapi.problem import DocumentError  # noqa: E402
from scripts.openapi.rendering import FORMATS, rendered  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code is 0, or 2 when nothing was written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vendor", nargs="*", help="file stems in spec/; all of them when left out")
    parser.add_argument(
        "--format", choices=FORMATS, default="text", help="how problems are told (default text)"
    )
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    root: Path = chosen.root.resolve()

    from scripts.generation.generate import GenerationError, generate

    try:
        for vendor in generate(root, chosen.vendor or vendors(root)):
            print(f"generated/{vendor}")
    except DocumentError as error:
        told = rendered(error.problems, chosen.format)
        print(told, file=sys.stderr if chosen.format == "text" else sys.stdout)
        return 2
    except (GenerationError, OSError) as error:
        print(f"codegen: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("codegen: interrupted, nothing was changed", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
