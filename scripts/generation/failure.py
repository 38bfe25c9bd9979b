"""What ends a run besides a document that cannot be used."""

from __future__ import annotations


class GenerationError(Exception):
    """Something that generation needs is missing or failed; nothing was changed."""
