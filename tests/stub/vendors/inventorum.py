"""Inventorum: one endpoint whose form depends on the API version, as its page tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any, ClassVar

from ..checks.body import File
from ..checks.rate_limit import Rate
from ..document import Document
from ..json_values import JSON, JSONObject
from ..refusal import Fault, Reason, Refused
from ..state.store import Draft, NewImage, Store, StoredImage
from .profile import Difference, Profile, Side
from .vendor import Answer, Call, Handler

FIRST_IMAGE = 752729
TYPES = ("product", "account", "user", "category")

# Name in the answer, name of the file: `image` is the same file as `ipad` in the page's example.
_SIZES = {
    "ipad": "ipad",
    "thumb": "thumb",
    "image": "ipad",
    "ipad_retina": "ipad_retina",
    "ebay": "ebay",
    "thumb_retina": "thumb_retina",
    "original": "original",
}


def _not_found(call: Call, templates: Set[str]) -> Answer | None:
    return None


def _to_slash(call: Call, templates: Set[str]) -> Answer | None:
    path, question, query = call.url.removeprefix(call.origin).partition("?")
    if f"{path.removeprefix(call.prefix)}/" not in templates:
        return None
    return Answer(301, None, (("Location", f"{call.origin}{path}/{question}{query}"),))


SLASH: Difference[Callable[[Call, Set[str]], Answer | None]] = Difference(
    id="inventorum-slash",
    operation="uploadImage",
    what="the path without its slash at the end",
    documented=Side("404: no page knows that path", _not_found),
    observed=Side("301 to the path with the slash, whatever the method", _to_slash),
    source="recorded answers in Inventorum/ebay: a GET, other methods are assumed to get the same",
)


class Inventorum:
    name: ClassVar[str] = "inventorum"

    # The page does not say whose calls are counted; those with one token are assumed.
    rate: ClassVar[Rate | None] = Rate(20, 1, "key", tells_when=False)
    differences: ClassVar[tuple[Difference[Any], ...]] = (SLASH,)

    def __init__(self, document: Document, store: Store, profile: Profile) -> None:
        self._store = store
        self._profile = profile
        self._templates = {operation.template for operation in document.operations}

    def handlers(self) -> Mapping[str, Handler]:
        return {"uploadImage": self.upload_image}

    def refusal(self, refused: Refused, status: int, call: Call) -> JSONObject:
        fields = _fields(refused, call)
        if refused.reason is Reason.CONFLICT:
            return {
                "error": {
                    "fields": fields,
                    "description": "The form does not fit the API version",
                    "key": f"stub.{refused.code}",
                }
            }
        if status == 400 and fields:
            # The page's own key and description; which of them another 400 has is not known.
            return {
                "error": {
                    "fields": fields,
                    "description": "Serialization error",
                    "key": "common.serializer_error",
                }
            }
        return {"error": {"description": refused.message, "key": f"stub.{refused.code}"}}

    def upload_image(self, call: Call) -> Answer:
        wanted = _image_field(call)
        if wanted not in call.form.files:
            # The form is as its schema says, so the file is there under the other name.
            raise _conflict(
                [Fault("form", wanted, "required in this API version", wanted, "Required")]
            )
        kind = str(call.form.fields["type"])
        negative = wanted == "product_image"  # the page calls it a bug of version 7 and earlier
        stored = self._keep(kind, call.form.files[wanted][0], negative=negative)
        urls = stored.details["urls"]
        assert isinstance(urls, dict)
        return Answer(
            200,
            {
                "id": int(stored.id),
                "urls": {size: f"{call.origin}{path}" for size, path in urls.items()},
                "type": TYPES.index(kind),
                "new": True,
            },
            stored=stored,
        )

    def recast(self, refused: Refused) -> Refused:
        """A form with the files of two versions contradicts its version, whatever else is wrong."""
        if any(fault.keyword == "OneOfMultipleValid" for fault in _of_the_form(refused)):
            return _conflict(refused.faults)
        return refused

    def elsewhere(self, call: Call) -> Answer | None:
        return self._profile.of(SLASH)(call, self._templates)

    def keep(self, owner: str | None, file: File) -> StoredImage:
        if owner is not None and owner not in TYPES:
            raise Refused(Reason.UNKNOWN_ID, f"no such purpose; there are {', '.join(TYPES)}")
        return self._keep(owner or TYPES[0], file, negative=False)

    def _keep(self, kind: str, file: File, *, negative: bool) -> StoredImage:
        facts = file.facts
        assert facts is not None

        def name(draft: Draft) -> NewImage:
            number = FIRST_IMAGE + draft.number - 1
            # The sizes hold the uploaded bytes: scaling would tell a client nothing that it could
            # check.
            urls: JSONObject = {
                size: f"/uploads/{number}/{kind}/{base}.{facts.extension}"
                for size, base in _SIZES.items()
            }
            return NewImage(
                id=str(-number if negative else number),
                owner=kind,
                filename=file.filename,
                content_type=facts.media_type,
                format=facts.format,
                width=facts.width,
                height=facts.height,
                data=file.data,
                paths=[str(path) for path in urls.values()],
                details={"urls": urls},
            )

        return self._store.add_image(self.name, name)


def _conflict(faults: Sequence[Fault]) -> Refused:
    """A form that fits its schema or would with fewer files, but not its API version.

    Assumed: no page tells what the vendor answers. A 400 would say that the form is wrong in
    itself; but the same form is right in another version, and OpenAPI has no words for a form that
    depends on a header.
    """
    return Refused(Reason.CONFLICT, str(faults[0]), faults=faults, code="version-conflict")


def _of_the_form(refused: Refused) -> list[Fault]:
    """Those faults that concern the form as a whole."""
    return [fault for fault in refused.faults if fault.place == "form" and not fault.field]


def _image_field(call: Call) -> str:
    """The name of the file part in the request's API version.

    What the vendor does without the header is not known; the newest version is assumed.
    """
    version = call.parameters.get("x-api-version")
    return "product_image" if isinstance(version, int | float) and version <= 7 else "image"


def _fields(refused: Refused, call: Call) -> JSONObject:
    """The page's `fields`: each field at fault with its complaints."""
    found: dict[str, list[JSON]] = {}
    for fault in refused.faults:
        if fault.place != "form":
            continue
        if (
            fault.keyword == "OneOfNotValid" and not fault.field
        ):  # neither of the two file parts is there
            found.setdefault(_image_field(call), []).append("This field is required.")
        elif fault.keyword == "OneOfMultipleValid" and not fault.field:
            other = "image" if _image_field(call) == "product_image" else "product_image"
            found.setdefault(other, []).append("This field is not part of this API version.")
        elif fault.field:
            message = "This field is required." if fault.keyword == "Required" else fault.message
            found.setdefault(fault.field, []).append(message)
    return dict(found)
