"""A root of its own for a document that is no vendor's here: its client is made there, and the stub
serves it from there.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from scripts.openapi import yaml_source
from scripts.openapi.bundle import bundled
from scripts.openapi.document_text import text


@contextmanager
def workplace(path: Path, root: Path) -> Generator[tuple[Path, str]]:
    """The root and the name of the only vendor there; gone afterwards.

    Args:
        path: an OpenAPI file.
        root: where the templates and the runtime are.

    Raises DocumentError with every problem, if no client can be made of the document.
    """
    from scripts.generation.generate import generate

    name = _vendor(path)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        place = Path(folder).resolve()
        for part in ("spec", "overrides"):
            (place / part).mkdir()
        for part in ("templates", "runtime"):
            (place / "overrides" / part).symlink_to(root / "overrides" / part)
        whole = bundled(yaml_source.load(path), path.parent).data
        copied = text(whole, f"A copy of {path.name}.")
        (place / "spec" / f"{name}.yaml").write_text(copied, encoding="utf-8")
        generate(place, [name])
        try:
            yield place, name
        finally:
            sys.path[:] = [entry for entry in sys.path if not entry.startswith(str(place))]
            package = f"{name.replace('-', '_')}_client"
            for loaded in [one for one in sys.modules if one.partition(".")[0] == package]:
                del sys.modules[loaded]


def _vendor(path: Path) -> str:
    """The file's name as one of a package."""
    name = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")
    return name if name[:1].isalpha() else f"api-{name}".rstrip("-")
