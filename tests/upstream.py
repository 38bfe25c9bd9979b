"""What this repository takes of openapi-python-client beyond its documented interface: templates
that ours replace or include, and the classes and functions that scripts/generation uses.

`python -m tests.upstream` writes what the installed version has into tests/data/upstream.json: to
be run after comparing what a new version changes with overrides/templates/ and scripts/generation/.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.util
import inspect
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "tests" / "data" / "upstream.json"
NAME = "openapi_python_client"
# Used without an import of their own: attributes that scripts/generation sets.
_SET = (
    (f"{NAME}.parser.openapi", "_PATH_PARAM_REGEX"),
    (f"{NAME}.parser.openapi", "Endpoint.sort_parameters"),
)


def templates() -> dict[str, str]:
    """SHA-256 of every template of the installed version, by its path."""
    found = importlib.util.find_spec(NAME)
    assert found is not None
    assert found.origin is not None
    folder = Path(found.origin).parent / "templates"
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.jinja"))
    }


def internals() -> dict[str, str]:
    """SHA-256 of the source of everything that scripts/generation imports, by its full name; "" for
    what the installed version does not have.
    """
    names = {*_SET}
    for path in sorted((ROOT / "scripts" / "generation").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(NAME):
                names |= {(str(node.module), alias.name) for alias in node.names}
    return {f"{module}.{name}": _hash(module, name) for module, name in sorted(names)}


def _hash(module: str, name: str) -> str:
    value: Any = importlib.import_module(module)
    for part in name.split("."):
        value = getattr(value, part, None)
        if value is None:
            return ""
    try:
        text = inspect.getsource(value)
    except TypeError:  # neither class, function nor module
        text = repr(value)
    return hashlib.sha256(text.encode()).hexdigest()


def record() -> dict[str, Any]:
    """What the installed version is and has."""
    return {
        "version": version("openapi-python-client"),
        "templates": templates(),
        "internals": internals(),
    }


if __name__ == "__main__":
    RECORD.write_text(json.dumps(record(), indent=2) + "\n", encoding="utf-8")
