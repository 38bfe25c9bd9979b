"""What the stub asks of a vendor's module, and what it gives it: behaviour on one side, a checked
request on the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, TypeAlias

from ..checks.body import Body, File, Form, JSONBody
from ..checks.rate_limit import Rate
from ..document import Document, Operation
from ..json_values import JSON, JSONObject
from ..refusal import Refused
from ..state.store import Store, StoredImage
from .profile import Difference, Profile


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. A `body` of bytes is written already, mostly as JSON; one of None is sent as no
    body at all. `stored` is the image that was kept before the answer.
    """

    status: int
    body: JSONObject | bytes | None
    headers: tuple[tuple[str, str], ...] = ()
    stored: StoredImage | None = None
    media_type: str = "application/json"


@dataclass(slots=True)
class Call:
    """A request as a vendor's module sees it.

    `origin` is the stub's own origin as the client named it, `url` the full URL with credentials
    blacked out, `sent_url` the same with them, `client` the client's address. `parameters` hold the
    decoded values by name (headers in lower case). All that follows `client` is filled in as the
    checks go on; in a handler it is complete and valid.
    """

    origin: str
    prefix: str
    url: str
    sent_url: str
    client: str
    operation: Operation | None = None
    parameters: dict[str, JSON] = field(default_factory=dict[str, JSON])
    body: Body = None

    @property
    def form(self) -> Form:
        assert isinstance(self.body, Form)
        return self.body

    @property
    def file(self) -> File:
        assert isinstance(self.body, File)
        return self.body

    @property
    def json(self) -> JSONObject:
        assert isinstance(self.body, JSONBody)
        assert isinstance(self.body.value, dict)
        return self.body.value


Handler: TypeAlias = Callable[[Call], Answer]


class Vendor(Protocol):
    """One vendor's behaviour. Made once per stub from the vendor's document and the store.

    `differences` are the places where the profile decides, `rate` is the documented limit of calls.
    """

    name: ClassVar[str]
    differences: ClassVar[tuple[Difference[Any], ...]]
    rate: ClassVar[Rate | None]

    def __init__(self, document: Document, store: Store, profile: Profile) -> None: ...

    def handlers(self) -> Mapping[str, Handler]:
        """What to do, by operationId. May raise Refused. An operation without a handler answers its
        example.
        """
        ...

    def refusal(self, refused: Refused, status: int, call: Call) -> JSONObject:
        """The body of an error answer, in the vendor's envelope and words."""
        ...

    def recast(self, refused: Refused) -> Refused:
        """The refusal for the reason that this vendor has for it; most have no other."""
        ...

    def elsewhere(self, call: Call) -> Answer | None:
        """What the vendor answers at an address that its document does not have; None for 404."""
        ...

    def keep(self, owner: str | None, file: File) -> StoredImage:
        """Keep an image without a request, as if `owner` had uploaded it; None for the owner that
        the pages show. Raises Refused if there is no such owner.
        """
        ...


def identity(*parts: str | int) -> str:
    """A UUID that depends on nothing but its arguments, so that a run of the stub can be repeated
    exactly.
    """
    digits = hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"
