"""The main job end to end: regenerate the clients, start the stub, use every operation.

Every operation runs through the sync and the async client, over a real socket. What the stub stored
is fetched back by the URL in its answer and compared with what was sent. The last line is
``demo: 5 of 5 operations ok``; anything else exits 1.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from inventorum_client import AsyncInventorum, Inventorum
    from pingone_client import AsyncPingOne, PingOne
    from questionpro_client import AsyncQuestionPro, QuestionPro

    from tests.stub import Stub

VENDORS = ("questionpro", "inventorum", "pingone")
USER = 1234567
SURVEY = 7654321
ENVIRONMENT = "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6"
ANSWERS: dict[str, Any] = {
    "responseSet": [
        {"questionID": 12345678, "answerValues": [{"answerID": 123456789}]},
        {
            "questionID": 12345679,
            "answerValues": [{"answerID": 100000001, "value": {"text": "Zoë"}}],
        },
    ]
}


@dataclass(frozen=True)
class Row:
    """One call: what left, what came back, what the stub holds."""

    operation: str
    mode: str
    sent: str
    sent_hash: str
    answered: str
    stored_hash: str
    ok: bool


class Demo:
    """Runs the operations against a stub and collects the rows.

    Args:
        stub: the running stub.
        pictures: real image files by format, ``PNG``, ``JPEG`` and ``GIF``.
    """

    def __init__(self, stub: Stub, pictures: dict[str, Path]) -> None:
        self.stub = stub
        self.pictures = pictures
        self.rows: list[Row] = []

    def image(self, operation: str, mode: str, file: Path, answered: str, url: str) -> None:
        """Record an upload: the bytes at the URL in the answer must be those of the file."""
        import httpx2

        sent, served = file.read_bytes(), httpx2.get(url)
        same = served.status_code == 200 and served.content == sent
        label = f"{file.name}, {len(sent)} bytes"
        self._row(operation, mode, label, digest(sent), answered, digest(served.content), same)

    def listed(self, mode: str, ids: list[int], pages: int) -> None:
        """Record a list: it must hold what is stored, newest first."""
        stored = [int(image.id) for image in self.stub.images("questionpro")][::-1]
        text = f"{len(ids)} images on {pages} pages"
        sent, held = digest(json.dumps(ids)), digest(json.dumps(stored))
        right = ids == stored and pages == len(stored)
        self._row("questionpro images.list", mode, "per_page=1", sent, text, held, right)

    def answered(self, mode: str, answer: dict[str, Any]) -> None:
        """Record a survey response: the stub must hold exactly what it answered."""
        response = answer["response"]
        sent, held = canonical(response), canonical(self.stub.responses()[-1])
        texts = [
            answered["value"]["text"] or answered["answerText"]
            for question in response["responseSet"]
            for answered in question["answerValues"]
        ]
        text = f"response {response['responseID']}: {', '.join(texts)}"
        right = sent == held and texts[-1] == "Zoë"
        label = f"{len(ANSWERS['responseSet'])} answers"
        operation = "questionpro responses.create"
        self._row(operation, mode, label, digest(sent), text, digest(held), right)

    def _row(self, operation: str, mode: str, *cells: Any) -> None:
        row = Row(operation, mode, *cells)
        self.rows.append(row)

    def sync(self, qp: QuestionPro, inventorum: Inventorum, pingone: PingOne) -> None:
        """Use the three sync clients."""
        png, jpeg, gif = (self.pictures[form] for form in ("PNG", "JPEG", "GIF"))
        up = qp.images.upload(user_id=USER, file=png).response
        text = f"image {up.image_id}, {up.size}"
        self.image("questionpro images.upload", "sync", png, text, up.image_url)
        pager = qp.images.list(user_id=USER, per_page=1)
        self.listed("sync", [item.image_id for item in pager], len(list(pager.pages())))
        self.answered("sync", qp.responses.create(survey_id=SURVEY, body=ANSWERS).to_dict())
        photo = inventorum.images.upload(image=jpeg, type="product")
        text = f"image {photo.id}, type {photo.type}"
        self.image("inventorum images.upload", "sync", jpeg, text, photo.urls.original)
        logo = pingone.images.create(environment_id=ENVIRONMENT, image=gif).targets.original
        text = f"{logo.type} of {logo.width} x {logo.height} pixels"
        self.image("pingone images.create", "sync", gif, text, logo.href)

    async def asynchronous(
        self, qp: AsyncQuestionPro, inventorum: AsyncInventorum, pingone: AsyncPingOne
    ) -> None:
        """Use the three async clients."""
        png, jpeg, gif = (self.pictures[form] for form in ("PNG", "JPEG", "GIF"))
        up = (await qp.images.upload(user_id=USER, file=png)).response
        text = f"image {up.image_id}, {up.size}"
        self.image("questionpro images.upload", "async", png, text, up.image_url)
        pager = qp.images.list(user_id=USER, per_page=1)
        ids = [item.image_id async for item in pager]
        self.listed("async", ids, len([page async for page in pager.pages()]))
        answer = await qp.responses.create(survey_id=SURVEY, body=ANSWERS)
        self.answered("async", answer.to_dict())
        photo = await inventorum.images.upload(image=jpeg, type="product")
        text = f"image {photo.id}, type {photo.type}"
        self.image("inventorum images.upload", "async", jpeg, text, photo.urls.original)
        image = await pingone.images.create(environment_id=ENVIRONMENT, image=gif)
        logo = image.targets.original
        text = f"{logo.type} of {logo.width} x {logo.height} pixels"
        self.image("pingone images.create", "async", gif, text, logo.href)


def digest(content: bytes | str) -> str:
    """The SHA-256 of some bytes, hexadecimal."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def canonical(value: Any) -> str:
    """One text for equal JSON values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def table(rows: list[Row]) -> str:
    """The rows in aligned columns, hashes cut to twelve digits."""
    header = ("operation", "mode", "sent", "sha256", "answered", "stored sha256", "")
    cells = [header] + [
        (
            row.operation,
            row.mode,
            row.sent,
            row.sent_hash[:12],
            row.answered,
            row.stored_hash[:12],
            "ok" if row.ok else "DIFFERENT",
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in cells) for column in range(len(header))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]
    rule = "  ".join("-" * width for width in widths[:-1])
    return "\n".join([lines[0], rule, *lines[1:]])


def regenerate(say: Callable[[str], None]) -> None:
    """Write the clients anew and make them importable."""
    from scripts.generation.generate import generate

    start = time.perf_counter()
    done = generate(ROOT, VENDORS, force=True)
    say(f"regenerated {len(done.written)} clients in {time.perf_counter() - start:.1f} s")
    sys.path[:0] = [str(ROOT / "generated" / vendor) for vendor in VENDORS]


def provoke(stub: Stub, png: Path) -> tuple[str, bool]:
    """Upload with a wrong key: what the client says, and whether it says it right."""
    from questionpro_client import QuestionPro
    from questionpro_client.errors import APIError, AuthenticationError

    key, held = "wrong-key-of-the-demo", len(stub.images())
    with QuestionPro(api_key=key, base_url=stub.urls["questionpro"]) as qp:
        try:
            qp.images.upload(user_id=USER, file=png)
        except APIError as error:
            text = f"{type(error).__name__}: {error}"
            right = isinstance(error, AuthenticationError) and key not in text
            return text, right and len(stub.images()) == held
    return "the wrong key was accepted", False


def run(say: Callable[[str], None]) -> bool:
    """Do everything; the answer tells whether all of it went well.

    Raises:
        DocumentError, GenerationError: the clients cannot be generated.
        StubError: the stub cannot start.
    """
    regenerate(say)
    from inventorum_client import AsyncInventorum, Inventorum
    from pingone_client import AsyncPingOne, PingOne
    from questionpro_client import AsyncQuestionPro, QuestionPro

    from tests.stub import Stub
    from tests.stub.pictures import picture

    with tempfile.TemporaryDirectory() as folder, Stub(strict=True) as stub:
        say(f"stub of {', '.join(VENDORS)} on {stub.url}")
        pictures: dict[str, Path] = {}
        for form, suffix in (("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif")):
            pictures[form] = Path(folder) / f"logo.{suffix}"
            pictures[form].write_bytes(picture(form, 64, 48))
        demo, url = Demo(stub, pictures), stub.urls
        with (
            QuestionPro(api_key="test-api-key", base_url=url["questionpro"]) as qp,
            Inventorum(token="test-token", base_url=url["inventorum"]) as inventorum,
            PingOne(token="test-token", base_url=url["pingone"]) as pingone,
        ):
            attempt(say, lambda: demo.sync(qp, inventorum, pingone))

        async def asynchronous() -> None:
            async with (
                AsyncQuestionPro(api_key="test-api-key", base_url=url["questionpro"]) as qp,
                AsyncInventorum(token="test-token", base_url=url["inventorum"]) as inventorum,
                AsyncPingOne(token="test-token", base_url=url["pingone"]) as pingone,
            ):
                await demo.asynchronous(qp, inventorum, pingone)

        attempt(say, lambda: asyncio.run(asynchronous()))
        sentence, refused = provoke(stub, pictures["PNG"])
        say("")
        say(table(demo.rows))
        say("")
        say(f"provoked with a wrong key: {sentence}")
        if not refused:
            say("that is not how a wrong key has to end")
    operations = {row.operation for row in demo.rows}
    good = [
        operation
        for operation in operations
        if all(row.ok for row in demo.rows if row.operation == operation)
        and {row.mode for row in demo.rows if row.operation == operation} == {"sync", "async"}
    ]
    say(f"demo: {len(good)} of 5 operations ok")
    return len(good) == 5 and refused


def attempt(say: Callable[[str], None], step: Callable[[], None]) -> None:
    """Go on to the table when an operation fails: the rows that are missing tell which."""
    import inventorum_client
    import pingone_client
    import questionpro_client

    try:
        step()
    except (
        questionpro_client.APIError,
        inventorum_client.APIError,
        pingone_client.APIError,
    ) as error:
        say(f"failed: {type(error).__name__}: {error}")


def main() -> int:
    """Run the demo; 0 if all is well, 1 if not."""
    from scripts.generation.generate import GenerationError
    from scripts.openapi.problem import DocumentError
    from tests.stub import StubError

    try:
        return 0 if run(lambda line: print(line, flush=True)) else 1
    except (DocumentError, GenerationError, StubError, OSError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("demo: interrupted", file=sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
