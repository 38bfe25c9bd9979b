"""The others: which libraries they are, and what is missing here.

Peers are imported by name, so that each is needed only by the process that measures it; what they
return is of type Any, because some have no types.
"""

from __future__ import annotations

import importlib
from typing import Any

OURS = "ours"
STOCK = "openapi-python-client"
OTHER_GENERATOR = "openapi-generator"

STOCK_PACKAGE = "stock_client"
OTHER_PACKAGE = "openapi_generator_client"


class Missing(Exception):
    """A peer cannot be measured here; the text says what to install."""


def module(name: str) -> Any:
    """Import a peer.

    Raises:
        Missing: it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise Missing(f"the module {error.name} is not installed") from None
