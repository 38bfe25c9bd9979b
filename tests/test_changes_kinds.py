"""What each kind of change means: one document per kind that differs in one place, and the way
back."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from scripts.changes.change import Change
from scripts.changes.comparison import compare
from scripts.changes.kinds import KINDS
from scripts.openapi.validity import faults
from tests.changed_document import BASE, GONE, changed

pytestmark = pytest.mark.generator

LIST = "/paths/~1orders/get"
CREATE = "/paths/~1orders/post"
DELETE = "/paths/~1orders~1{order-id}/delete"
ORDER = "/components/schemas/Order/properties"
NEW = "/components/schemas/NewOrder/properties"
STRING = {"type": "string"}


class Case(NamedTuple):
    """A change, what it is said to be, and what the way back is said to be."""

    kind: str
    edits: list[tuple[str, Any]]
    pointer: str
    words: str
    back: str
    operations: list[str]


def case(
    kind: str,
    edits: tuple[str, Any] | list[tuple[str, Any]],
    words: str,
    back: str,
    *operations: str,
    at: str = "",
) -> Case:
    """One change; ``at`` is where it is reported when that is not where it was made."""
    listed = edits if isinstance(edits, list) else [edits]
    return Case(kind, listed, at or listed[0][0], words, back, list(operations))


ALL = ("listOrders", "createOrder", "deleteOrder")
ANSWERED = ("listOrders", "createOrder")

CASES = [
    # --- operations
    case(
        "operation-added",
        ("/paths/~1things", {"get": {"operationId": "things", "responses": {}}}),
        "`things` is new",
        "operation-removed",
        "things",
        at="/paths/~1things/get",
    ),
    case(
        "operation-renamed",
        (f"{LIST}/operationId", "orders"),
        "from `listOrders` to `orders`",
        "operation-renamed",
        "orders",
    ),
    case(
        "path-changed",
        [
            ("/paths/~1order~1{order-id}", BASE["paths"]["/orders/{order-id}"]),
            ("/paths/~1orders~1{order-id}", GONE),
        ],
        "from `/orders/{order-id}` to `/order/{order-id}`",
        "path-changed",
        "deleteOrder",
    ),
    case(
        "method-changed",
        [
            (
                "/paths/~1orders~1{order-id}/put",
                BASE["paths"]["/orders/{order-id}"]["delete"],
            ),
            (DELETE, GONE),
        ],
        "from `DELETE` to `PUT`",
        "method-changed",
        "deleteOrder",
    ),
    case(
        "tag-changed",
        (f"{LIST}/tags", ["all"]),
        "from `orders` to `all`",
        "tag-changed",
        "listOrders",
    ),
    case(
        "operation-deprecated",
        (f"{LIST}/deprecated", True),
        "`listOrders` is deprecated",
        "operation-no-longer-deprecated",
        "listOrders",
    ),
    case(
        "callbacks-changed",
        (f"{CREATE}/callbacks", {}),
        "callbacks of `createOrder`",
        "callbacks-changed",
        "createOrder",
    ),
    case(
        "pagination-added",
        (f"{DELETE}/x-pagination", {"page": "page", "items": ""}),
        "the list is walked now",
        "pagination-removed",
        "deleteOrder",
    ),
    case(
        "pagination-items-changed",
        (f"{LIST}/x-pagination/items", "/rows"),
        "at `/rows`, no longer at `/items`",
        "pagination-items-changed",
        "listOrders",
    ),
    case(
        "pagination-changed",
        (f"{LIST}/x-pagination/next", GONE),
        "how the next page is found",
        "pagination-changed",
        "listOrders",
        at=f"{LIST}/x-pagination",
    ),
    # --- texts and keys of ours
    case(
        "info-changed",
        ("/info/title", "Shop"),
        "`title` of the document changed",
        "info-changed",
    ),
    case(
        "documentation-changed",
        (f"{ORDER}/id/description", "Its number."),
        "description of `Order.id` changed",
        "documentation-changed",
        *ANSWERED,
    ),
    case(
        "examples-changed",
        (f"{ORDER}/id/examples", [8]),
        "examples of `Order.id` changed",
        "examples-changed",
        *ANSWERED,
    ),
    case(
        "extension-changed",
        (f"{LIST}/x-order", "oldest-first"),
        "`x-order` of `listOrders` changed",
        "extension-changed",
        "listOrders",
    ),
    case(
        "client-shape-changed",
        (f"{LIST}/x-client-method", "all"),
        "`x-client-method` of `listOrders` changed",
        "client-shape-changed",
        "listOrders",
    ),
    # --- servers
    case(
        "server-changed",
        ("/servers/0/url", "https://{region}.example.test/v2"),
        "calls go to `https://{region}.example.test/v2`",
        "server-changed",
        *ALL,
    ),
    case(
        "server-alternative-added",
        ("/servers/-", {"url": "https://new.example.test"}),
        "`https://new.example.test` is documented too",
        "server-alternative-removed",
        *ALL,
        at="/servers/2",
    ),
    case(
        "server-alternative-changed",
        ("/servers/1/variables", {"a": {"default": "b"}}),
        "variables of the server `https://old.example.test/v1`",
        "server-alternative-changed",
        *ALL,
    ),
    case(
        "server-variable-added",
        ("/servers/0/variables/zone", {"default": "z"}),
        "chosen by `zone`, `z` when not",
        "server-variable-removed",
        *ALL,
    ),
    case(
        "server-variable-default-changed",
        ("/servers/0/variables/region/default", "us"),
        "without `region`, calls go to `us`, no longer to `eu`",
        "server-variable-default-changed",
        *ALL,
    ),
    case(
        "server-variable-value-added",
        ("/servers/0/variables/region/enum/-", "asia"),
        "`region` may be `asia` too",
        "server-variable-value-removed",
        *ALL,
        at="/servers/0/variables/region/enum",
    ),
    case(
        "server-variable-closed",
        ("/servers/0/variables/shard/enum", ["a", "b"]),
        "`shard` has to be one of `a, b`",
        "server-variable-opened",
        *ALL,
    ),
    # --- security
    case(
        "security-required",
        (f"{DELETE}/security", [{"key": []}]),
        "a credential is needed now: `key`",
        "security-lifted",
        "deleteOrder",
    ),
    case(
        "security-alternative-added",
        (f"{CREATE}/security/-", {"oauth": []}),
        "`oauth` is taken as a credential too",
        "security-alternative-removed",
        "createOrder",
        at=f"{CREATE}/security",
    ),
    case(
        "security-scheme-changed",
        ("/components/securitySchemes/key/in", "query"),
        "`apiKey query api-key` and not `apiKey header api-key`",
        "security-scheme-changed",
        *ANSWERED,
        at="/components/securitySchemes/key",
    ),
    case(
        "security-scope-added",
        (f"{LIST}/security/1/oauth", ["read", "list"]),
        "the scope `list` too",
        "security-scope-removed",
        "listOrders",
        at=f"{LIST}/security",
    ),
    case(
        "security-detail-changed",
        ("/components/securitySchemes/oauth/bearerFormat", "opaque"),
        "`bearerFormat` of the security scheme `oauth`",
        "security-detail-changed",
        "listOrders",
    ),
    # --- parameters
    case(
        "required-parameter-added",
        (f"{LIST}/parameters/-", {"name": "q", "in": "query", "required": True, "schema": STRING}),
        "parameter `q` has to be given now",
        "parameter-removed",
        "listOrders",
        at=f"{LIST}/parameters/3",
    ),
    case(
        "optional-parameter-added",
        (f"{LIST}/parameters/-", {"name": "q", "in": "query", "schema": STRING}),
        "parameter `q` may be given now",
        "parameter-removed",
        "listOrders",
        at=f"{LIST}/parameters/3",
    ),
    case(
        "parameter-renamed",
        [
            (f"{DELETE}/parameters/0/name", "id"),
        ],
        "parameter `order-id` is called `id` now",
        "parameter-renamed",
        "deleteOrder",
        at="/paths/~1orders~1{id}/delete/parameters/0/name",
    ),
    case(
        "parameter-required",
        (f"{LIST}/parameters/0/required", True),
        "parameter `page` may no longer be left out",
        "parameter-optional",
        "listOrders",
    ),
    case(
        "parameter-moved",
        (f"{LIST}/parameters/0/in", "header"),
        "parameter `page` is sent in the `header`, no longer in the `query`",
        "parameter-moved",
        "listOrders",
    ),
    case(
        "parameter-style-changed",
        (f"{LIST}/parameters/1/explode", False),
        "parameter `tags` is written otherwise, `explode` `false` and not `true`",
        "parameter-style-changed",
        "listOrders",
    ),
    case(
        "parameter-deprecated",
        (f"{LIST}/parameters/0/deprecated", True),
        "parameter `page` is deprecated",
        "parameter-no-longer-deprecated",
        "listOrders",
    ),
    # --- bodies
    case(
        "required-body-added",
        (f"{DELETE}/requestBody", {"required": True, "content": {"text/plain": {}}}),
        "a body has to be sent now",
        "body-removed",
        "deleteOrder",
    ),
    case(
        "optional-body-added",
        (f"{DELETE}/requestBody", {"content": {"text/plain": {}}}),
        "a body may be sent now",
        "body-removed",
        "deleteOrder",
    ),
    case(
        "body-optional",
        (f"{CREATE}/requestBody/required", False),
        "the body may be left out now",
        "body-required",
        "createOrder",
    ),
    case(
        "body-media-type-added",
        (f"{CREATE}/requestBody/content/text~1csv", {"schema": STRING}),
        "a body of `text/csv` is taken too",
        "body-media-type-removed",
        "createOrder",
    ),
    case(
        "part-media-type-added",
        (
            f"{CREATE}/requestBody/content/multipart~1form-data/encoding/picture/contentType",
            "image/gif, image/png, image/webp",
        ),
        "the part `picture` may be `image/webp` too",
        "part-media-type-removed",
        "createOrder",
    ),
    case(
        "part-style-changed",
        (f"{CREATE}/requestBody/content/multipart~1form-data/encoding/note", {"style": "form"}),
        "the part `note` is written otherwise",
        "part-style-changed",
        "createOrder",
    ),
    # --- answers
    case(
        "success-status-added",
        (f"{LIST}/responses/203", BASE["paths"]["/orders"]["get"]["responses"]["200"]),
        "the answer 203 answers as another success does",
        "success-status-removed",
        "listOrders",
    ),
    case(
        "success-answer-added",
        (
            f"{LIST}/responses/202",
            {"description": "Later.", "content": {"application/json": {"schema": STRING}}},
        ),
        "the answer 202 is a success whose body is another",
        "success-status-removed",
        "listOrders",
    ),
    case(
        "error-status-added",
        (f"{LIST}/responses/4XX", {"description": "Wrong."}),
        "the answer 4XX is documented as an error",
        "error-status-removed",
        "listOrders",
    ),
    case(
        "error-answer-removed",
        (f"{LIST}/responses/404", GONE),
        "the answer 404 is no longer documented",
        "error-status-added",
        "listOrders",
    ),
    case(
        "answer-media-type-added",
        (f"{LIST}/responses/200/content/text~1csv", {"schema": STRING}),
        "the answer 200 can be `text/csv` too",
        "answer-media-type-removed",
        "listOrders",
    ),
    case(
        "answer-body-added",
        (f"{DELETE}/responses/204/content", {"text/plain": {"schema": STRING}}),
        "the answer 204 has a body now",
        "answer-body-removed",
        "deleteOrder",
    ),
    case(
        "answer-header-added",
        (f"{LIST}/responses/404/headers", {"Retry-After": {"schema": {"type": "integer"}}}),
        "header `retry-after` of the answer 404 is documented now",
        "answer-header-removed",
        "listOrders",
        at=f"{LIST}/responses/404/headers/Retry-After",
    ),
    case(
        "answer-header-optional",
        (f"{LIST}/responses/200/headers/X-Total/required", False),
        "header `x-total` of the answer 200 may be missing now",
        "answer-header-required",
        "listOrders",
    ),
    case(
        "answer-links-changed",
        (f"{CREATE}/responses/201/links", {"self": {"operationId": "listOrders"}}),
        "links of the answer 201 changed",
        "answer-links-changed",
        "createOrder",
    ),
    # --- fields
    case(
        "input-required-field-added",
        [
            (f"{NEW}/price", {"type": "number"}),
            ("/components/schemas/NewOrder/required/-", "price"),
        ],
        "`NewOrder.price` has to be sent now",
        "input-field-removed",
        "createOrder",
    ),
    case(
        "input-optional-field-added",
        (f"{NEW}/price", {"type": "number"}),
        "`NewOrder.price` may be sent now",
        "input-field-removed",
        "createOrder",
    ),
    case(
        "input-field-required",
        ("/components/schemas/NewOrder/required/-", "note"),
        "`NewOrder.note` may no longer be left out",
        "input-field-optional",
        "createOrder",
        at="/components/schemas/NewOrder/required",
    ),
    case(
        "input-field-read-only",
        (f"{NEW}/note/readOnly", True),
        "`NewOrder.note` is read-only now",
        "input-field-no-longer-read-only",
        "createOrder",
    ),
    case(
        "output-field-added",
        (f"{ORDER}/owner", STRING),
        "`Order.owner` is in answers now",
        "output-field-removed",
        *ANSWERED,
    ),
    case(
        "output-field-optional",
        ("/components/schemas/Order/required", ["id"]),
        "`Order.state` may be missing from an answer now",
        "output-field-required",
        *ANSWERED,
    ),
    case(
        "output-field-write-only",
        (f"{ORDER}/code/writeOnly", True),
        "`Order.code` is write-only now",
        "output-field-no-longer-write-only",
        *ANSWERED,
    ),
    case(
        "field-deprecated",
        (f"{ORDER}/code/deprecated", True),
        "`Order.code` is deprecated",
        "field-no-longer-deprecated",
        *ANSWERED,
    ),
    case(
        "input-object-opened",
        (f"{NEW}/extra/additionalProperties", GONE),
        "`NewOrder.extra` takes other fields",
        "input-object-closed",
        "createOrder",
    ),
    case(
        "output-object-closed",
        ("/components/schemas/Error/additionalProperties", False),
        "`Error` holds no other fields",
        "output-object-opened",
        "listOrders",
    ),
    # --- types
    case(
        "input-type-narrowed",
        (f"{NEW}/note/type", ["null"]),
        "`NewOrder.note` takes `nothing`, no longer `string`",
        "input-type-widened",
        "createOrder",
    ),
    case(
        "input-type-widened",
        (f"{NEW}/flag/type", ["boolean", "string"]),
        "`NewOrder.flag` takes `boolean or string`, not only `boolean`",
        "input-type-narrowed",
        "createOrder",
    ),
    case(
        "input-type-changed",
        (f"{NEW}/flag/type", "string"),
        "`NewOrder.flag` takes `string`, no longer `boolean`",
        "input-type-changed",
        "createOrder",
    ),
    case(
        "output-type-widened",
        (f"{ORDER}/size/type", "number"),
        "`Order.size` may be `number` now, not only `integer`",
        "output-type-narrowed",
        *ANSWERED,
    ),
    case(
        "output-type-changed",
        (f"{ORDER}/size/type", "string"),
        "`Order.size` is `string` now, no longer `integer`",
        "output-type-changed",
        *ANSWERED,
    ),
    case(
        "input-null-allowed",
        (f"{NEW}/flag/type", ["boolean", "null"]),
        "`NewOrder.flag` may be null",
        "input-null-refused",
        "createOrder",
    ),
    case(
        "output-null-added",
        (f"{ORDER}/size/type", ["integer", "null"]),
        "`Order.size` may be null",
        "output-null-removed",
        *ANSWERED,
    ),
    # --- values
    case(
        "input-enum-value-added",
        (f"{NEW}/colour/enum/-", "blue"),
        "`NewOrder.colour` takes `blue` too",
        "input-enum-value-removed",
        "createOrder",
        at=f"{NEW}/colour/enum",
    ),
    case(
        "input-enum-closed",
        (f"{NEW}/mood/enum", ["good", "bad"]),
        "`NewOrder.mood` takes nothing but `good, bad`",
        "input-enum-opened",
        "createOrder",
    ),
    case(
        "output-enum-value-added",
        (f"{ORDER}/state/enum/-", "lost"),
        "`Order.state` may be `lost`",
        "output-enum-value-removed",
        *ANSWERED,
        at=f"{ORDER}/state/enum",
    ),
    case(
        "output-enum-closed",
        (f"{ORDER}/code/enum", ["A", "B"]),
        "`Order.code` is one of `A, B`",
        "output-enum-opened",
        *ANSWERED,
    ),
    case(
        "input-const-changed",
        (f"{NEW}/kind/const", "job"),
        "`NewOrder.kind` has to be `job`, no longer `order`",
        "input-const-changed",
        "createOrder",
    ),
    case(
        "input-const-removed",
        (f"{NEW}/kind/const", GONE),
        "`NewOrder.kind` need no longer be `order`",
        "input-const-added",
        "createOrder",
    ),
    case(
        "output-const-changed",
        (f"{ORDER}/kind/const", "job"),
        "`Order.kind` is `job`, no longer `order`",
        "output-const-changed",
        *ANSWERED,
    ),
    case(
        "output-const-removed",
        (f"{ORDER}/kind/const", GONE),
        "`Order.kind` may be other than `order`",
        "output-const-added",
        *ANSWERED,
    ),
    case(
        "input-format-changed",
        (f"{NEW}/due/format", "date-time"),
        "`NewOrder.due` is given as `date-time`, no longer as `date`",
        "input-format-changed",
        "createOrder",
    ),
    case(
        "output-format-changed",
        (f"{ORDER}/made/format", GONE),
        "`Order.made` is read as `any`, no longer as `date-time`",
        "output-format-changed",
        *ANSWERED,
    ),
    case(
        "input-format-narrowed",
        (f"{NEW}/count/format", "int32"),
        "`NewOrder.count` takes `int32`, no longer `int64`",
        "input-format-widened",
        "createOrder",
    ),
    case(
        "output-format-widened",
        (f"{ORDER}/id/format", "int64"),
        "`Order.id` may be `int64` now, not only `int32`",
        "output-format-narrowed",
        *ANSWERED,
    ),
    case(
        "format-note-changed",
        ("/components/schemas/OrderPage/properties/next/format", "uri-reference"),
        "the format of `OrderPage.next` is `uri-reference`",
        "format-note-changed",
        "listOrders",
    ),
    case(
        "content-changed",
        (f"{ORDER}/code/contentEncoding", "base64"),
        "`Order.code` holds other content, `contentEncoding` `base64`",
        "content-changed",
        *ANSWERED,
    ),
    case(
        "input-default-changed",
        (f"{NEW}/mood/default", "bad"),
        "`NewOrder.mood` is taken as `bad`, no longer `good`, when left out",
        "input-default-changed",
        "createOrder",
    ),
    case(
        "input-default-added",
        (f"{NEW}/flag/default", False),
        "`NewOrder.flag` is taken as `false` when left out",
        "input-default-removed",
        "createOrder",
    ),
    case(
        "output-default-changed",
        (f"{ORDER}/size/default", 2),
        "the default of `Order.size` changed from `1` to `2`",
        "output-default-changed",
        *ANSWERED,
    ),
    # --- bounds and other rules
    case(
        "input-bounds-tightened",
        (f"{NEW}/count/minimum", 2),
        "`minimum` of `NewOrder.count` is `2`, was `1`: less may be sent",
        "input-bounds-loosened",
        "createOrder",
    ),
    case(
        "input-bounds-tightened",
        (f"{LIST}/parameters/0/schema/maximum", 9),
        "`maximum` of parameter `page` is `9`, was `none`",
        "input-bounds-loosened",
        "listOrders",
    ),
    case(
        "input-bounds-changed",
        (f"{NEW}/count/multipleOf", 3),
        "`multipleOf` of `NewOrder.count` is `3`, was `2`",
        "input-bounds-changed",
        "createOrder",
    ),
    case(
        "output-bounds-loosened",
        (f"{ORDER}/weight/exclusiveMaximum", 20),
        "`maximum` of `Order.weight` is `20 (excluded)`, was `10 (excluded)`",
        "output-bounds-tightened",
        *ANSWERED,
    ),
    case(
        "output-bounds-tightened",
        (f"{ORDER}/code/minLength", 1),
        "`minLength` of `Order.code` is `1`, was `none`",
        "output-bounds-loosened",
        *ANSWERED,
    ),
    case(
        "input-pattern-changed",
        (f"{NEW}/note/pattern", "^b"),
        "`NewOrder.note` has to match `^b`, no longer `^a`",
        "input-pattern-changed",
        "createOrder",
    ),
    case(
        "input-pattern-removed",
        (f"{NEW}/note/pattern", GONE),
        "`NewOrder.note` need no longer match `^a`",
        "input-pattern-added",
        "createOrder",
    ),
    case(
        "output-pattern-changed",
        (f"{ORDER}/code/pattern", "^[a-z]+$"),
        "`Order.code` matches `^[a-z]+$`, no longer",
        "output-pattern-changed",
        *ANSWERED,
    ),
    case(
        "output-pattern-removed",
        (f"{ORDER}/code/pattern", GONE),
        "`Order.code` need no longer match",
        "output-pattern-added",
        *ANSWERED,
    ),
    case(
        "input-alternative-added",
        (f"{NEW}/part/anyOf/-", STRING),
        "`NewOrder.part<3>` may be sent too",
        "input-alternative-removed",
        "createOrder",
        at=f"{NEW}/part/anyOf/2",
    ),
    case(
        "output-alternative-added",
        ("/components/schemas/Part/oneOf/-", {"type": "array"}),
        "`Part<3>` may be in an answer now",
        "output-alternative-removed",
        *ANSWERED,
        at="/components/schemas/Part/oneOf/2",
    ),
    case(
        "discriminator-changed",
        ("/components/schemas/Part/discriminator/propertyName", "sort"),
        "`Part` is told apart by `sort`, no longer by `type`",
        "discriminator-changed",
        *ANSWERED,
        at="/components/schemas/Part/discriminator",
    ),
    case(
        "discriminator-removed",
        ("/components/schemas/Part/discriminator", GONE),
        "`Part` is no longer told apart by `type`",
        "discriminator-added",
        *ANSWERED,
    ),
    case(
        "discriminator-value-added",
        ("/components/schemas/Part/discriminator/mapping/screw", "Bolt"),
        "`screw` chooses an alternative of `Part` too",
        "discriminator-value-removed",
        *ANSWERED,
        at="/components/schemas/Part/discriminator",
    ),
    case(
        "discriminator-value-changed",
        ("/components/schemas/Part/discriminator/mapping/nut", "Bolt"),
        "`nut` chooses another alternative of `Part`",
        "discriminator-value-changed",
        *ANSWERED,
        at="/components/schemas/Part/discriminator",
    ),
    case(
        "input-rule-added",
        (f"{NEW}/extra/propertyNames", {"maxLength": 3}),
        "`propertyNames` of `NewOrder.extra` is new",
        "input-rule-removed",
        "createOrder",
    ),
    case(
        "output-rule-added",
        (f"{ORDER}/labels/propertyNames", {"maxLength": 3}),
        "`propertyNames` of `Order.labels` is new",
        "output-rule-removed",
        *ANSWERED,
    ),
]

# a list of this length is for reading
BREAKING = """
operation-removed operation-renamed path-changed method-changed tag-changed pagination-added
pagination-removed pagination-items-changed client-shape-changed server-changed
server-variable-removed server-variable-default-changed server-variable-value-removed
server-variable-closed security-required security-alternative-removed security-scheme-changed
security-scope-added required-parameter-added parameter-removed parameter-renamed
parameter-required parameter-moved parameter-style-changed required-body-added body-removed
body-required body-media-type-removed part-media-type-removed part-style-changed
success-answer-added success-status-removed error-answer-removed answer-media-type-removed
answer-body-removed answer-header-removed answer-header-optional input-required-field-added
input-field-removed input-field-required input-field-read-only output-field-removed
output-field-optional output-field-write-only input-object-closed input-type-narrowed
input-type-changed output-type-widened output-type-changed input-null-refused output-null-added
input-enum-value-removed input-enum-closed output-enum-value-removed output-enum-opened
input-const-added input-const-changed output-const-removed output-const-changed
input-format-changed output-format-changed input-format-narrowed output-format-widened
content-changed input-default-removed input-default-changed input-bounds-tightened
input-bounds-changed output-bounds-loosened output-bounds-changed input-pattern-added
input-pattern-changed output-pattern-removed output-pattern-changed input-alternative-removed
output-alternative-added discriminator-changed discriminator-value-removed
discriminator-value-changed input-rule-added input-rule-changed output-rule-removed
output-rule-changed vendor-removed comparison-too-large
""".split()  # noqa: SIM905


def edited(one: Case) -> dict[str, Any]:
    if one.kind == "parameter-renamed":
        new = changed(BASE, one.edits[0])
        new["paths"]["/orders/{id}"] = new["paths"].pop("/orders/{order-id}")
        return new
    return changed(BASE, *one.edits)


def only(found: list[Change]) -> Change:
    assert len(found) == 1, found
    return found[0]


def ids() -> list[str]:
    return [f"{one.kind}-{number}" for number, one in enumerate(CASES)]


@pytest.mark.parametrize("one", CASES, ids=ids())
def test_a_change_is_told_with_its_verdict_place_and_operations(one: Case) -> None:
    found = only(compare(BASE, edited(one)))
    assert found.kind == one.kind
    assert found.verdict == ("breaking" if one.kind in BREAKING else "compatible")
    assert one.words in found.words
    assert found.pointer == one.pointer
    assert list(found.operations) == one.operations


@pytest.mark.parametrize("one", CASES, ids=ids())
def test_the_way_back_is_told_as_what_it_is(one: Case) -> None:
    found = only(compare(edited(one), BASE))
    assert found.kind == one.back
    assert found.verdict == ("breaking" if one.back in BREAKING else "compatible")


def test_every_kind_has_a_document_that_shows_it() -> None:
    shown = {one.kind for one in CASES} | {one.back for one in CASES}
    elsewhere = {
        *("vendor-added", "vendor-removed"),  # of no document: test_changes_report.py
        "comparison-too-large",  # test_changes_documents.py
        # twins of one that is shown: the direction alone differs
        *("output-bounds-changed", "input-rule-changed", "output-rule-changed"),
    }
    assert shown | elsewhere == set(KINDS)
    assert len(shown) >= 40


def test_the_verdicts_are_those_that_were_decided() -> None:
    assert {kind for kind, row in KINDS.items() if row.verdict == "breaking"} == set(BREAKING)


def test_the_base_document_is_valid() -> None:
    assert list(faults(BASE)) == []
