"""A stateful stub of the three services, served from the committed OpenAPI documents.

`Stub` runs it in a thread; scripts/stub.py runs it as a program.
"""

from __future__ import annotations

from .server import Stub, StubError
from .store import StoredImage

__all__ = ["StoredImage", "Stub", "StubError"]
