"""Inventorum: one endpoint whose form depends on the API version, as its page tells."""

from __future__ import annotations

from collections.abc import Mapping

from .document import Document
from .json_values import JSON, JSONObject
from .refusal import Fault, Reason, Refused
from .store import Draft, NewImage, Store
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


class Inventorum:
    name = "inventorum"

    def __init__(self, document: Document, store: Store) -> None:
        self._store = store

    def handlers(self) -> Mapping[str, Handler]:
        return {"uploadImage": self.upload_image}

    def refusal(self, refused: Refused, status: int, call: Call) -> JSONObject:
        fields = _fields(refused, call)
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
            fault = Fault("form", wanted, "required in this API version", wanted, "Required")
            raise Refused(Reason.BODY, str(fault), faults=[fault])
        file = call.form.files[wanted][0]
        facts = file.facts
        kind = str(call.form.fields["type"])
        assert facts is not None
        negative = wanted == "product_image"  # the page calls it a bug of version 7 and earlier

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

        stored = self._store.add_image(self.name, name)
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
        )


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
