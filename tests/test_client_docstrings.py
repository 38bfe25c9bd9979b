"""What the packages say of themselves: docstrings with what they must hold, api.md, reprs."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from overrides.runtime.errors import status_error_class
from tests.vendors import INVENTORUM, PINGONE, QUESTIONPRO, VENDORS, Vendor, every_vendor

GENERAL = {
    "APIStatusError",
    "APIResponseValidationError",
    "APIConnectionError",
    "ConfigurationError",
}
"""What any method can raise."""


def public(thing: object, name: str) -> Iterator[tuple[str, Any]]:
    """The public classes, functions, methods and properties of a package or class."""
    for key, value in list(vars(thing).items()):
        if key.startswith("_"):
            continue
        whole = f"{name}.{key}"
        if isinstance(value, staticmethod | classmethod):
            value = value.__func__
        if inspect.isclass(value) or inspect.isfunction(value):
            if value.__module__.partition(".")[0] == name.partition(".")[0]:
                yield whole, value
                if inspect.isclass(value):
                    yield from public(value, whole)
        elif isinstance(value, property) or type(value).__name__ == "cached_property":
            yield whole, value


def modules(vendor: Vendor) -> Iterator[Any]:
    package = vendor.package
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def test_every_public_object_says_what_it_is() -> None:
    missing, seen = [], 0
    for vendor in VENDORS:
        for module in modules(vendor):
            if not module.__doc__ and ".models." not in module.__name__:
                missing.append(module.__name__)
            if "._runtime" in module.__name__:
                continue
            for name, value in public(module, module.__name__):
                seen += 1
                text = inspect.getdoc(value) or ""
                if not re.match(r"\S.*[.:]", text, re.DOTALL):
                    missing.append(name)
    assert missing == []
    assert seen > 200


def test_what_the_runtime_offers_says_what_it_is() -> None:
    """The classes behind ``types`` and ``errors``, with their methods."""
    missing = []
    for vendor in VENDORS:
        for module in (vendor.package.types, vendor.package.errors):
            for name in module.__all__:
                thing = getattr(module, name)
                if not inspect.isclass(thing) or not thing.__module__.startswith(vendor.name):
                    continue
                found = [(name, thing), *public(thing, f"{thing.__module__}.{name}")]
                missing += [where for where, value in found if not inspect.getdoc(value)]
    assert missing == []


def resource_methods(vendor: Vendor) -> Iterator[tuple[str, Any, Any]]:
    """(name, method, its module in ``api``) of every method of the client objects."""
    operations = {}
    for module in modules(vendor):
        if hasattr(module, "OPERATION"):
            operations[module.OPERATION.name] = module
    for name in vendor.package.resources.__all__:
        if name.endswith("WithRawResponse"):
            continue
        kind = getattr(vendor.package.resources, name)
        for key, method in inspect.getmembers(kind, inspect.isfunction):
            if not key.startswith("_"):
                tag = name.removeprefix("Async").lower()
                yield f"{name}.{key}", method, operations[f"{tag}.{key}"]


def section(text: str, title: str) -> str:
    found = re.search(rf"^{title}:\n((?:    .*\n|\n)*)", text + "\n", re.MULTILINE)
    assert found, f"no {title}: in {text}"
    return found[1]


def entries(text: str) -> dict[str, str]:
    return {
        found[1]: " ".join(found[2].split())
        for found in re.finditer(r"^    (\w+): ((?:.*\n)(?:     .*\n)*)", text, re.MULTILINE)
    }


@every_vendor
def test_every_method_tells_arguments_answer_errors_and_source(vendor: Vendor) -> None:
    count = 0
    for name, method, module in resource_methods(vendor):
        count += 1
        text = inspect.getdoc(method) or ""
        summary = text.partition("\n")[0]
        assert summary.endswith("."), name
        arguments = entries(section(text, "Args"))
        assert list(arguments) == list(inspect.signature(method).parameters)[1:], name
        assert all(told.endswith(".") and len(told) > 10 for told in arguments.values()), name
        answers = module.OPERATION.answers
        good = next(answers[status] for status in answers if status.startswith("2"))
        assert good.type.__name__ in section(text, "Returns"), name
        raised = entries(section(text, "Raises"))
        known = {status_error_class(int(s)).__name__ for s in answers if not s.startswith("2")}
        assert set(raised) == known | GENERAL, name
        for status in answers:
            if not status.startswith("2"):
                told = raised[status_error_class(int(status)).__name__]
                assert re.search(rf"\({status}\) [A-Z]", told), (name, status)
        assert all(hasattr(vendor.package.errors, kind) for kind in raised)
        assert re.search(rf"the vendor's page {vendor.name}/[\w-]+\.", section(text, "Source"))
    assert count >= 2


def test_articles_agree() -> None:
    for vendor in VENDORS:
        for name, method, _ in resource_methods(vendor):
            assert not re.search(r"\b[Aa] [AEIO]|\b[Aa]n [BCDFGLPQRT]", method.__doc__), name


@every_vendor
def test_clients_tell_their_options_and_attributes(vendor: Vendor) -> None:
    for kind in (vendor.sync, vendor.asynchronous):
        text = inspect.getdoc(kind) or ""
        told = entries(section(text, "Args"))
        assert list(told) == list(inspect.signature(kind).parameters)
        assert "ConfigurationError" in section(text, "Raises")
        assert inspect.getdoc(vars(kind)["images"])


@every_vendor
def test_api_md_has_a_line_for_every_method_and_option(vendor: Vendor) -> None:
    path = Path(str(vendor.package.__file__)).parents[1] / "api.md"
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("- `")]
    methods = {
        name: (method, module)
        for name, method, module in resource_methods(vendor)
        if not name.startswith("Async")
    }
    assert len(lines) == len(methods)
    for name, (method, module) in methods.items():
        kind, _, key = name.partition(".")
        (line,) = [line for line in lines if line.startswith(f"- `{kind.lower()}.{key}(")]
        signature = inspect.signature(method)
        for parameter in signature.parameters.values():
            if parameter.name in ("self", "extra_headers", "extra_query", "timeout"):
                continue
            assert f"{parameter.name}: {parameter.annotation}" in line
        assert f"-> {signature.return_annotation}`" in line
        assert f"`{module.OPERATION.method} {module.OPERATION.path}`" in line
    for option in inspect.signature(vendor.sync).parameters:
        assert f"| `{option}` | " in text.partition("## Options of the client")[2]
    for option in ("extra_headers", "extra_query", "timeout"):
        assert f"| `{option}: " in text.partition("## ")[0]


def test_reprs_stay_short_and_keep_contents_to_themselves(tmp_path: Path) -> None:
    package: Any = QUESTIONPRO.package
    content = b"s3cret" * 1_000_000
    path = tmp_path / "a.png"
    for file in (content, bytearray(content), memoryview(content)):
        shown = repr(package.models.UploadImageForm(file=package.File(file, "a.png")))
        kind = type(file).__name__
        told = f"File(payload=<{kind} of 6000000 bytes>, file_name='a.png', mime_type=None)"
        assert told in shown
        assert len(shown) < 200
        assert "s3cret" not in shown
    assert repr(package.File(path)) == f"File(payload={path!r}, file_name=None, mime_type=None)"
    assert repr(package.File(iter([content]))).startswith("File(payload=<list_iterator>")


@pytest.mark.parametrize("vendor", [QUESTIONPRO, PINGONE], ids=str)
def test_resources_show_where_they_ask(vendor: Vendor) -> None:
    client = vendor.sync(**{vendor.option: "s3cret"})
    url = client._session.options.base_url
    assert repr(client.images) == f"Images(base_url={url!r})"
    assert repr(client) == f"{type(client).__name__}(base_url={url!r})"


@every_vendor
def test_a_method_tells_of_the_fields_of_its_answer(vendor: Vendor) -> None:
    for name, method, _ in resource_methods(vendor):
        kind = getattr(vendor.package.models, method.__annotations__["return"], None)
        if kind is None:  # a list, whose page has its own words
            continue
        told = section(inspect.getdoc(method) or "", "Returns")
        described = section(inspect.getdoc(kind) or "", "Attributes")
        for field in kind.__struct_fields__:
            if f"{field}: " in described:
                assert f"``{field}``: " in told, f"{name}: {field}"


def test_the_upload_of_inventorum_tells_of_negative_ids() -> None:
    for kind in (INVENTORUM.package.resources.Images, INVENTORUM.package.resources.AsyncImages):
        told = " ".join(section(inspect.getdoc(kind.upload) or "", "Returns").split())
        assert "``id``: Number of the image. Negative when the API version is 7 or below" in told
