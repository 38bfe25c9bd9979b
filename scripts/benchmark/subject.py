"""What is measured: the clients of this repository, and what the server says to them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .child import ROOT

PACKAGE = "questionpro_client"
LIST_PACKAGE = ROOT / "generated" / "questionpro"
RAW_PACKAGE = ROOT / "generated" / "pingone"
DOCUMENT = LIST_PACKAGE / "openapi.yaml"

KEY = "test-api-key"
TOKEN = "test-token"
USER = 1234567
SURVEY = 7654321
ENVIRONMENT = "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6"

LIST_BASE = "/a/api/v2"
RAW_BASE = "/v1"
FORM_TARGET = f"{LIST_BASE}/users/{USER}/images"
RAW_TARGET = f"{RAW_BASE}/environments/{ENVIRONMENT}/images"
CREATE_TARGET = f"{LIST_BASE}/surveys/{SURVEY}/responses"
SIZES = (100, 3)
LIST, CREATE, FORM, RAW = "listImages", "createResponse", "uploadImage", "createImage"


def list_target(size: int) -> str:
    """Where a page of so many images is."""
    return f"{FORM_TARGET}?page=1&perPage={size}"


@dataclass(frozen=True)
class Content:
    """What is sent and answered, as JSON values.

    Attributes:
        pages: list answers by how many images they hold.
        question: body of a survey response's creation.
        survey: the answer to it.
        form, raw: answers to the two uploads.
        statuses: of the successes, by operation.
    """

    pages: dict[int, Any]
    question: Any
    survey: Any
    form: Any
    raw: Any
    statuses: dict[str, int]

    def routes(self) -> dict[str, tuple[int, str]]:
        """The answers, status and body, by method and target."""
        answers = {f"GET {list_target(size)}": (LIST, page) for size, page in self.pages.items()}
        answers[f"POST {CREATE_TARGET}"] = CREATE, self.survey
        answers[f"POST {FORM_TARGET}"] = FORM, self.form
        answers[f"POST {RAW_TARGET}"] = RAW, self.raw
        return {
            target: (self.statuses[operation], json.dumps(answer, separators=(",", ":")))
            for target, (operation, answer) in answers.items()
        }

    def save(self, path: Path) -> None:
        """Write it for the worker processes."""
        path.write_text(json.dumps(self.__dict__), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Content:
        """Read what :meth:`save` wrote."""
        told = json.loads(path.read_text(encoding="utf-8"))
        told["pages"] = {int(size): page for size, page in told["pages"].items()}
        return cls(**told)
