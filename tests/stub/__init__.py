"""A stateful stub of the three services, served from the committed OpenAPI documents.

`Stub` runs it in a thread; scripts/stub.py runs it as a program. A request comes in through http/,
control/ notes it and lays its fault upon it, service.py has checks/ look at it, one module of
vendors/ answers it from what state/ keeps, and pages/ shows people what happened. wire.py,
pictures.py and sample.py are for tests that talk to the stub.
"""

from __future__ import annotations

from .server import Stub, StubError
from .state.store import StoredImage

__all__ = ["StoredImage", "Stub", "StubError"]
