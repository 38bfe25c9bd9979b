"""Documents of other shapes than ours, with nothing but themselves: every method of their clients
is called, the stub answers it, and fuzz.py finds nothing on the stub.
"""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.fuzzing.client.caller import Caller, calling
from scripts.fuzzing.client.package import Bound, Package
from scripts.fuzzing.target import Wanted, opened
from scripts.openapi.documents import vendors
from tests.recorder import Recorder, reply
from tests.workshop import FOREIGN, ROOT, call, foreign

pytestmark = pytest.mark.generator

SHAPES = ["babel", "forge", "harbour", "kiosk", "ledgers", "modern", "travel", "wares", "zoo"]


@pytest.fixture(scope="module", params=SHAPES)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Package, Caller]]:
    """The client of a document, calling the stub that serves this document alone."""
    root = tmp_path_factory.mktemp("served")
    (root / "generated").mkdir()
    (root / "generated" / request.param).symlink_to(foreign().root / "generated" / request.param)
    with opened(Wanted(request.param, root=root)) as target:
        package = Package(target)
        secrets = {
            scheme.option: target.credentials.values[name]
            for name, scheme in package.schemes.items()
        }
        with calling(package, target.base_url, **secrets) as caller:
            yield package, caller


def answer(package: Package, caller: Caller, bound: Bound, mode: str) -> Any:
    try:
        return caller.call(mode, bound, package.minimal(bound), raw=True)
    except package.errors.APIStatusError as error:
        return error


def test_the_stub_answers_every_method_with_what_the_document_says(
    served: tuple[Package, Caller], mode: str
) -> None:
    package, caller = served
    assert package.unbound == []
    assert package.bound
    wrong: dict[str, object] = {}
    for bound in package.bound:
        # a form is told apart by its class, which a mapping cannot do
        if any(place.where == "body" and len(bound.places) > 1 for place in bound.places[1:]):
            continue
        got = answer(package, caller, bound, mode)
        if not 200 <= got.status_code < 300:
            wrong[bound.label] = got
    assert wrong == {}


@pytest.mark.parametrize(
    ("name", "parts"),
    [("forge", "client"), ("zoo", "properties"), ("wares", "properties"), ("wares", "wire")],
)
def test_the_fuzzer_takes_a_file_and_finds_nothing_on_the_stub(
    name: str, parts: str, tmp_path: Path
) -> None:
    path = tmp_path / f"{name} copy.yaml"
    shutil.copy(FOREIGN / f"{name}.yaml", path)
    # as many cases as it is told to, however long this machine takes for them
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/fuzz.py"), str(path), "--cases", "1",
         "--max-time", "200", "--seed", "3", "--json", "--parts", parts],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["findings"] == []
    assert (report["ended"], report["cut"]) == ("", {})
    assert report["cases"] > 0


def test_a_part_of_another_document_is_no_vendor() -> None:
    assert "travel" in vendors(foreign().root)
    assert "travel-errors" not in vendors(foreign().root)


def test_what_other_files_hold_has_one_class_each() -> None:
    foreign()
    models: Any = importlib.import_module("travel_client.models")
    assert {"Station", "Tree", "Trip", "Bus", "Train", "Problem"} <= set(models.__all__)
    station = models.Station.from_dict(
        {"id": "2664e4d0-50eb-42b6-be1d-b2345584b615", "name": "a", "tree": {"left": {"up": {}}}}
    )
    assert type(station.tree.left.up) is models.Tree


def test_a_discriminator_of_another_file_chooses_the_class() -> None:
    foreign()
    models: Any = importlib.import_module("travel_client.models")
    body = {"id": "2664e4d0-50eb-42b6-be1d-b2345584b615", "kind": {"kind": "train"}}
    with Recorder(reply(200, json.dumps(body).encode())) as server:
        trip = call(
            "sync", "travel_client.Travel", "default.get_trip", body["id"],
            options={"base_url": server.url, "token": "t"},
        )  # fmt: skip
    assert type(trip.kind) is models.Train


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        ({"name": None}, "application/merge-patch+json"),
        ([{"op": "add", "path": "/a"}], "application/json-patch+json"),
    ],
)
def test_a_mapping_is_the_body_that_is_an_object(body: Any, media_type: str) -> None:
    foreign()
    models: Any = importlib.import_module("modern_client.models")
    given = [models.PatchOp.from_dict(one) for one in body] if isinstance(body, list) else body
    with Recorder(reply(404)) as server, pytest.raises(Exception, match="404"):
        call(
            "sync", "modern_client.Modern", "default.patch_things_thing_id", 1, body=given,
            options={"base_url": server.url},
        )  # fmt: skip
    assert server.only.header("content-type") == media_type
    assert json.loads(server.only.body) == body


def test_a_list_is_walked_by_cursor_and_by_offset() -> None:
    foreign()
    zoo: Any = importlib.import_module("zoo_client")
    first = {"data": [{"animalType": "cat", "claws": 1}], "next_cursor": "n"}
    last = {"data": [{"animalType": "gecko"}], "next_cursor": None}
    visits = [{"items": [{"guests": {"g": number}}], "total": 2} for number in (1, 2)]
    answers = [reply(200, json.dumps(page).encode()) for page in (first, last, *visits)]
    with Recorder(*answers) as server, zoo.Zoo(base_url=server.url, token="t") as client:
        animals = [type(one).__name__ for one in client.animals.list_animals()]
        assert len(list(client.animal_visits.list_visits(limit=1))) == 2
    assert animals == ["Cat", "Lizard"]
    assert [one.target for one in server.requests][1:] == [
        "/animals?limit=25&cursor=n",
        "/visits?offset=0&limit=1",
        "/visits?offset=1&limit=1",
    ]


def test_names_in_a_path_may_be_any(mode: str) -> None:
    foreign()
    with Recorder(*[reply(200, b"{}") for _ in range(2)]) as server:
        options = {"base_url": server.url}
        call(mode, "babel_client.Babel", "日本語.get_sprache", "ä/b", options=options)
        call(mode, "babel_client.Babel", "default.get_a_b_x_json", "ü", options=options)
    assert [one.target for one in server.requests] == [
        "/sprachen/%C3%A4%2Fb",
        "/a%20b/%C3%BC.json",
    ]


def test_no_document_of_another_shape_is_forgotten() -> None:
    files = {path.stem for path in Path(FOREIGN).glob("*.yaml")}
    assert set(SHAPES) <= files


def test_a_value_under_several_media_types_is_sent_as_json(mode: str) -> None:
    foreign()
    models: Any = importlib.import_module("wares_client.models")
    with Recorder(reply(200, b'{"id": 1, "sold": false}')) as server:
        ware = call(
            mode, "wares_client.Wares", "default.put_prices", "a", 1, -2,
            body=models.Ware(id=1, sold=True, code="c"),
            options={"base_url": server.url, "api_key": "b"},
        )  # fmt: skip
    assert server.only.line == "PUT /wares/a/1--2 HTTP/1.1"
    assert server.only.header("content-type") == "application/json"
    assert json.loads(server.only.body) == {"id": 1, "sold": True, "code": "c"}
    assert ware.sold is False


def test_files_under_several_media_types_are_sent_as_a_form(mode: str) -> None:
    foreign()
    with Recorder(reply(201, b'{"id": 1, "sold": false}')) as server:
        call(
            mode, "wares_client.Wares", "default.add_picture", file=b"bytes",
            options={"base_url": server.url, "api_key": "b"},
        )  # fmt: skip
    assert str(server.only.header("content-type")).startswith("multipart/form-data; ")


@pytest.mark.parametrize(
    "rest",
    [
        {"size": "s"},
        {"size": 1},
        {"size": None, "weight": 0.5},
        {"tags": [1, "a", None], "rows": None},
        {"kind": {"of": ["ware"]}, "path": [1, 2], "gone": None},
    ],
)
def test_values_of_any_kind_come_back_as_they_came(rest: dict[str, Any]) -> None:
    foreign()
    models: Any = importlib.import_module("wares_client.models")
    value = {"id": 1, "sold": False, **rest}
    assert models.Ware.from_dict(value).to_dict() == value


def test_a_document_of_webhooks_alone_has_a_client_without_operations() -> None:
    foreign()
    bell: Any = importlib.import_module("bell_client")
    with bell.Bell(base_url="http://127.0.0.1:9") as client:
        assert not hasattr(client, "default")
