"""Generate the client packages: spec/ + overrides/ → generated/."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.changes import command as changes  # noqa: E402
from scripts.openapi.documents import vendors  # noqa: E402
from scripts.openapi.problem import DocumentError  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code is 0, or 1 with ``--fail-on breaking`` when something is, or
    2 when nothing was written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vendor", nargs="*", help="file stems in spec/; all of them when left out")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    changes.add_options(parser)
    parser.add_argument("--format", choices=changes.FORMATS, default="text", help="of what is told")
    chosen = parser.parse_args(arguments)
    root: Path = chosen.root.resolve()

    from scripts.changes.description import Report, describe
    from scripts.changes.revision import RevisionError
    from scripts.generation.generate import GenerationError, generate

    described: list[Report] = []
    try:
        if chosen.diff is not None:
            from scripts.changes.since import since

            report = since(root, chosen.diff, chosen.vendor, generate)
            return changes.tell(report, chosen.format, chosen.fail_on)
        names = chosen.vendor or vendors(root)
        done = generate(
            root, names, look=lambda old, new: described.append(describe(old, new, names))
        )
        if chosen.format == "text":
            print("".join(f"generated/{vendor}\n" for vendor in done), end="")
    except DocumentError as error:
        print(error, file=sys.stderr)
        return 2
    except (GenerationError, RevisionError, OSError) as error:
        print(f"codegen: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("codegen: interrupted, nothing was changed", file=sys.stderr)
        return 2
    if described and described[0].vendors:
        return changes.tell(described[0], chosen.format, chosen.fail_on)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
