"""Documents that are not ours: what their clients send over a socket and make of the answers."""

from __future__ import annotations

import datetime
import importlib
import json
import uuid
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import pytest

from tests.recorder import Recorder, Request, reply
from tests.workshop import FOREIGN, call, foreign

PNG = b"\x89PNG\r\n\x1a\n\0\0\r\n--+++\r\n"
GIF = b"GIF89a..."


@pytest.fixture(scope="module", autouse=True)
def packages() -> None:
    foreign()


def models(vendor: str) -> Any:
    return importlib.import_module(f"{vendor}_client.models")


def parts(request: Request) -> list[tuple[str, str | None, str | None, bytes]]:
    """(name, file name, media type, content) of each part of a multipart body."""
    head = f"Content-Type: {request.header('content-type')}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    found: list[tuple[str, str | None, str | None, bytes]] = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        media_type = part.get_content_type() if "content-type" in part else None
        found.append((str(name), part.get_filename(), media_type, content))
    return found


def test_there_are_documents_of_several_shapes() -> None:
    assert {path.stem for path in FOREIGN.glob("*.yaml")} >= {
        "depot", "library", "nameless", "search", "vault",
    }  # fmt: skip


# --- depot: bodies and answers --------------------------------------------------------------------

STORED = reply(201, b'{"stored": 1}')


@pytest.mark.parametrize(
    ("make", "media_type", "body"),
    [
        (lambda m: m.Item(name="a", count=2), "application/json", b'{"name":"a","count":2}'),
        (lambda m: {"name": "ü"}, "application/json", '{"name":"ü"}'.encode()),
        (
            lambda m: m.ItemForm(name="a b", list_=[1, 2]),
            "application/x-www-form-urlencoded",
            b"name=a+b&list=1&list=2",
        ),
        (lambda m: "häß", "text/plain", "häß".encode()),
    ],
    ids=["json", "mapping", "form", "text"],
)
def test_each_kind_of_body_is_told_by_what_is_passed(
    mode: str, make: Any, media_type: str, body: bytes
) -> None:
    with Recorder(STORED) as server:
        answer = call(
            mode,
            "depot_client.Depot",
            "items.put_item",
            body=make(models("depot")),
            options={"base_url": server.url},
        )
    assert server.only.line == "POST /items HTTP/1.1"
    assert str(server.only.header("content-type")).partition(";")[0] == media_type
    assert server.only.body == body
    assert answer.stored == 1


def test_a_multipart_and_a_raw_body_of_the_same_operation(mode: str) -> None:
    depot = importlib.import_module("depot_client")
    with Recorder(STORED, STORED) as server:
        for body in (
            models("depot").ItemUpload(file=depot.File(PNG, "a.png"), name="x"),
            depot.File(PNG),
        ):
            call(
                mode,
                "depot_client.Depot",
                "items.put_item",
                body=body,
                options={"base_url": server.url},
            )
    multipart, raw = server.requests
    assert parts(multipart) == [("file", "a.png", "image/png", PNG), ("name", None, None, b"x")]
    assert raw.body == PNG
    assert raw.header("content-type") == "image/png"


def test_an_optional_body_left_out_sends_none(mode: str) -> None:
    with Recorder(reply(204, media_type="")) as server:
        answer = call(
            mode, "depot_client.Depot", "items.patch_note", options={"base_url": server.url}
        )
    assert answer is None
    assert server.only.line == "PATCH /notes HTTP/1.1"
    assert server.only.body == b""
    assert server.only.header("content-type") is None


def test_a_body_keeps_its_own_json_media_type() -> None:
    with Recorder(reply(204, media_type="")) as server:
        call(
            "sync",
            "depot_client.Depot",
            "items.patch_note",
            body={"name": "n"},
            options={"base_url": server.url},
        )
    assert server.only.header("content-type") == "application/merge-patch+json"
    assert server.only.body == b'{"name":"n"}'


@pytest.mark.parametrize(("status", "value"), [(200, 3), (204, None)])
def test_two_successes_of_one_operation(status: int, value: int | None) -> None:
    body = b'{"stored": 3}' if value else b""
    with Recorder(reply(status, body)) as server:
        answer = call(
            "sync",
            "depot_client.Depot",
            "items.put_note",
            body="# x",
            options={"base_url": server.url},
        )
    assert (answer.stored if answer else None) == value
    assert str(server.only.header("content-type")).startswith("text/markdown")
    assert server.only.body == b"# x"


@pytest.mark.parametrize(("content", "media_type"), [(PNG, "image/png"), (GIF, "image/gif")])
def test_several_binary_media_types_and_a_range_of_statuses(
    content: bytes, media_type: str
) -> None:
    with Recorder(reply(207, b'{"stored": 1}')) as server:
        answer = call(
            "sync",
            "depot_client.Depot",
            "items.post_note",
            file=content,
            options={"base_url": server.url},
        )
    assert answer.stored == 1
    assert server.only.header("content-type") == media_type
    assert server.only.body == content


def test_a_form_of_files_models_dates_and_flags(mode: str) -> None:
    item = models("depot").Item(name="m")
    with Recorder(reply(200, b'{"stored": 2}')) as server:
        call(
            mode,
            "depot_client.Depot",
            "items.add_photos",
            "al/bum",
            photos=[("1.png", PNG), ("2.gif", GIF)],
            meta=item,
            tags=["a", "b"],
            when=datetime.date(2026, 2, 3),
            options={"base_url": server.url},
        )
    assert server.only.target == "/albums/al%2Fbum"
    assert parts(server.only) == [
        ("photos", "1.png", "image/png", PNG),
        ("photos", "2.gif", "image/gif", GIF),
        ("meta", None, "application/json", b'{"name":"m"}'),
        ("public", None, None, b"false"),
        ("tags", None, None, b"a"),
        ("tags", None, None, b"b"),
        ("when", None, None, b"2026-02-03"),
    ]


def test_binary_and_text_answers(mode: str) -> None:
    with Recorder(
        reply(200, PNG, media_type="image/png"),
        reply(200, "a;ä\n".encode("latin-1"), media_type="text/csv; charset=iso-8859-1"),
        reply(202, b'{"name": "both"}'),
    ) as server:
        options = {"base_url": server.url}
        got = [
            call(mode, "depot_client.Depot", f"items.{name}", "a", options=options)
            for name in ("get_content", "get_text", "get_text")
        ]
    assert got == [PNG, "a;ä\n", models("depot").Item(name="both")]
    assert server.requests[0].header("accept") == "application/pdf"


@pytest.mark.parametrize(
    ("status", "body", "parsed"),
    [(409, b'{"title": "t"}', "Problem"), (500, b"down", None), (302, b"", None)],
)
def test_statuses_of_a_range_and_the_default_are_errors(
    mode: str, status: int, body: bytes, parsed: str | None
) -> None:
    errors: Any = importlib.import_module("depot_client.errors")
    with Recorder(reply(status, body)) as server, pytest.raises(errors.APIStatusError) as caught:
        call(
            mode,
            "depot_client.Depot",
            "items.put_item",
            body="x",
            options={"base_url": server.url, "max_retries": 0},
        )
    assert caught.value.status_code == status
    assert (type(caught.value.parsed).__name__ if parsed else None) == parsed


# --- library: models ------------------------------------------------------------------------------


def test_a_discriminator_chooses_the_class_where_the_fields_do_not(mode: str) -> None:
    m = models("library")
    square = m.Square(kind="square", size=2.0, label=None)
    group = m.Group(kind="Group", members=[square, m.Circle(kind="circle", size=1.0)])
    wire = {
        "kind": "Group",
        "members": [
            {"kind": "square", "size": 2.0, "label": None},
            {"kind": "circle", "size": 1.0},
        ],
    }
    with Recorder(reply(200, json.dumps(wire).encode())) as server:
        answer = call(
            mode,
            "library_client.Library",
            "shapes.echo_shape",
            body=group,
            options={"base_url": server.url},
        )
    assert json.loads(server.only.body) == wire
    assert answer == group
    assert [type(member).__name__ for member in answer.members] == ["Square", "Circle"]


def test_an_unknown_discriminator_is_an_error_not_a_guess() -> None:
    errors: Any = importlib.import_module("library_client.errors")
    with (
        Recorder(reply(200, b'{"kind": "blob", "size": 1}')) as server,
        pytest.raises(errors.APIResponseValidationError),
    ):
        call(
            "sync",
            "library_client.Library",
            "shapes.echo_shape",
            body={},
            options={"base_url": server.url},
        )


def test_every_type_of_field_there_and_back(mode: str) -> None:
    m = models("library")
    sent = m.Drawing(
        version=2,
        draft=True,
        colour=m.DrawingColour.BLUE,
        level=m.DrawingLevel.VALUE_NEGATIVE_1,
        shapes=[m.Circle(kind="circle", size=1.5)],
        author="ä",
        drawn=datetime.date(2024, 2, 29),
        sent=datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.UTC),
        id=uuid.UUID(int=5),
        weight="heavy",
        extra={"any": [1, None]},
        points=[[1.0, 2.0], []],
        parent=None,
    )
    wire = sent.to_dict()
    with Recorder(reply(200, json.dumps(wire).encode())) as server:
        answer = call(
            mode,
            "library_client.Library",
            "shapes.echo_drawing",
            body=sent,
            options={"base_url": server.url},
        )
    assert json.loads(server.only.body) == wire
    assert wire["level"] == -1
    assert wire["id"] == "00000000-0000-0000-0000-000000000005"
    assert wire["parent"] is None
    assert answer == sent
    assert answer.sent.tzinfo is not None


def test_a_required_field_with_default_is_never_made_up() -> None:
    m = models("library")
    with pytest.raises(TypeError, match="colour"):
        m.Drawing(version=2, shapes=[], author="a")
    with pytest.raises(ValueError, match="colour"):
        m.Drawing.from_dict({"version": 2, "shapes": [], "author": "a"})


def test_recursive_and_mutually_recursive_models(mode: str) -> None:
    wire = {
        "name": "root",
        "children": [{"name": "leaf", "children": []}],
        "owner": {"name": "o", "folders": [{"name": "other", "owner": {"name": "p"}}]},
    }
    with Recorder(reply(200, json.dumps(wire).encode())) as server:
        folder = call(
            mode, "library_client.Library", "folders.get_folder", options={"base_url": server.url}
        )
    assert folder.owner.folders[0].owner.name == "p"
    assert folder.children[0].children == []
    assert folder.to_dict() == wire


def test_read_only_and_write_only_are_required_in_their_direction_only(mode: str) -> None:
    m = models("library")
    with Recorder(
        reply(201, b'{"id": 7, "name": "n", "joined": "2026-01-01T00:00:00Z"}')
    ) as server:
        member = call(
            mode,
            "library_client.Library",
            "members.create_member",
            body=m.Member(name="n", secret="s"),
            options={"base_url": server.url},
        )
    assert json.loads(server.only.body) == {"name": "n", "secret": "s"}
    assert (member.id, member.secret) == (7, importlib.import_module("library_client").UNSET)


def test_pages_are_counted_where_no_link_leads_on() -> None:
    library: Any = importlib.import_module("library_client")
    pages = [
        reply(200, json.dumps({"data": {"pages": 2, "items": [{"id": n, "name": "x"}]}}).encode())
        for n in (1, 2)
    ]
    with Recorder(*pages) as server, library.Library(base_url=server.url) as client:
        found = [member.id for member in client.members.list(size=1)]
    assert found == [1, 2]
    assert [request.target for request in server.requests] == [
        "/members?page=1&size=1",
        "/members?page=2&size=1",
    ]


def test_an_array_of_a_union(mode: str) -> None:
    m = models("library")
    with Recorder(reply(200, b'["a", null, {"tag": "t", "weight": 1, "more": 2}]')) as server:
        tags = call(
            mode, "library_client.Library", "tags.list_tags", options={"base_url": server.url}
        )
    expected = m.Tag(tag="t", weight=1)
    expected["more"] = 2
    assert tags == ["a", None, expected]


def test_additional_properties_have_their_type() -> None:
    m = models("library")
    errors: Any = importlib.import_module("library_client.errors")
    body = m.PutTagsBody()
    body["x"] = m.Tag(tag="t")
    with Recorder(reply(200, b'{"y": {"tag": "u"}}'), reply(200, b'{"y": 5}')) as server:
        options = {"base_url": server.url}
        answer = call("sync", "library_client.Library", "tags.put_tags", body=body, options=options)
        with pytest.raises(errors.APIResponseValidationError, match="y"):
            call("sync", "library_client.Library", "tags.put_tags", body=body, options=options)
    assert json.loads(server.requests[0].body) == {"x": {"tag": "t"}}
    assert answer["y"] == m.Tag(tag="u")
