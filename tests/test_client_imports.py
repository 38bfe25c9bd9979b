"""What an import brings in, and that nobody notices how late the rest comes."""

from __future__ import annotations

import importlib
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.vendors import INVENTORUM, PINGONE, QUESTIONPRO, VENDORS, Vendor, every_vendor
from tests.workshop import ROOT

LATE = ("httpx2", "httpcore2", "msgspec", "ssl", "anyio", "asyncio", "socket", "email")
"""What a program pays for only when it makes a call or a model."""

CLIENTS = {"questionpro": "QuestionPro", "inventorum": "Inventorum", "pingone": "PingOne"}


def run(vendor: Vendor, code: str) -> str:
    """What a new interpreter prints that can import this vendor's package."""
    folder = ROOT / "generated" / vendor.name
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(folder)},
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def loaded(vendor: Vendor, code: str, of: tuple[str, ...] = LATE) -> list[str]:
    return run(vendor, f"{code}\nimport sys\nprint(*[m for m in {of} if m in sys.modules])").split()


def construction(vendor: Vendor, prefix: str = "") -> str:
    name = prefix + CLIENTS[vendor.name]
    return f"from {vendor.name}_client import {name}\nclient = {name}({vendor.option}='x')"


@every_vendor
def test_importing_a_package_imports_nothing_else(vendor: Vendor) -> None:
    package = f"{vendor.name}_client"
    code = f"import sys\nbefore = set(sys.modules)\nimport {package}\n"
    modules = run(vendor, f"{code}print(*sorted(set(sys.modules) - before))").split()
    assert {name.partition(".")[0] for name in modules} == {"__future__", package}
    assert len(modules) <= 4


@every_vendor
@pytest.mark.parametrize("prefix", ["", "Async"])
def test_making_a_client_loads_neither_http_nor_json_library(vendor: Vendor, prefix: str) -> None:
    assert loaded(vendor, construction(vendor, prefix)) == []
    assert loaded(vendor, f"{construction(vendor, prefix)}\nrepr(client.with_options())") == []


@every_vendor
def test_errors_come_without_the_rest(vendor: Vendor) -> None:
    code = f"from {vendor.name}_client import errors, APIError\nerrors.NotFoundError"
    assert loaded(vendor, code, (*LATE, "inspect")) == []


@every_vendor
def test_the_first_use_of_a_resource_loads_no_http_library(vendor: Vendor) -> None:
    code = f"{construction(vendor)}\nclient.images"
    assert loaded(vendor, code, ("httpx2", "httpcore2", "anyio", "asyncio")) == []


@every_vendor
def test_everything_in_all_is_there(vendor: Vendor) -> None:
    package: Any = vendor.package
    for module in (package, package.errors, package.models, package.types, package.resources):
        listed = list(module.__all__)
        assert sorted(set(listed)) == sorted(listed)
        assert set(listed) <= set(dir(module))
        for name in listed:
            assert getattr(module, name) is not None


@every_vendor
def test_a_star_import_brings_all(vendor: Vendor) -> None:
    package = f"{vendor.name}_client"
    code = f"from {package} import *\nimport {package}\nprint(*sorted({package}.__all__))\n"
    code += "print(*sorted(n for n in dir() if n != '__version__' and not n.startswith('__')))"
    listed, bound = run(vendor, code).splitlines()
    assert set(bound.split()) == set(listed.split()) - {"__version__"} | {package}


@every_vendor
def test_an_unknown_name_is_an_attribute_error(vendor: Vendor) -> None:
    with pytest.raises(AttributeError, match=f"'{vendor.name}_client' has no attribute 'Clinet'"):
        _ = vendor.package.Clinet
    assert not hasattr(vendor.package, "__wrapped__")  # what inspect and doctest ask for
    code = f"try:\n from {vendor.name}_client import Clinet\nexcept ImportError as e: print(e)"
    assert "cannot import name 'Clinet'" in run(vendor, code)


@every_vendor
def test_modules_are_reachable_as_attributes(vendor: Vendor) -> None:
    module = vendor.module.__name__.rpartition(".")[2]
    code = f"import {vendor.name}_client as p\nprint(p.models.__name__, p.types.__name__,"
    code += f" p.errors.__name__, p.resources.__name__, p.api.images.{module}.__name__)"
    package = f"{vendor.name}_client"
    assert run(vendor, code).split() == [
        *(f"{package}.{name}" for name in ("models", "types", "errors", "resources")),
        f"{package}.api.images.{module}",
    ]


@every_vendor
def test_help_shows_the_package(vendor: Vendor) -> None:
    text = run(vendor, f"import {vendor.name}_client as p\nhelp(p)")
    name = CLIENTS[vendor.name]
    for shown in (f"Client of the {name}", f"class {name}", f"class Async{name}", "with_options"):
        assert shown in text
    client = run(vendor, f"from {vendor.name}_client import {name}\nhelp({name})")
    assert "images" in client


THREADS = """
import sys, threading
sys.setswitchinterval(1e-6)
import {package} as package
barrier = threading.Barrier(16)
problems, seen = [], []
def use(number):
    barrier.wait()
    try:
        client = package.{client}({option}="x", base_url="http://127.0.0.1:1")
        seen.append((package.{client}, package.models.{model}, package.errors.APIError))
        seen.append((package.{client}, package.models.{model}, package.APIError))
        resource = client.images
        assert type(resource) is type(client.images)
        package.models.{model}.from_dict, package.types.File, package.UNSET
        package.api.images
    except BaseException as error:
        problems.append(repr(error))
threads = [threading.Thread(target=use, args=(n,)) for n in range(16)]
[t.start() for t in threads]
[t.join() for t in threads]
print(problems, len(set(seen)))
"""


@every_vendor
def test_many_threads_may_be_the_first(vendor: Vendor) -> None:
    code = THREADS.format(
        package=f"{vendor.name}_client",
        client=CLIENTS[vendor.name],
        option=vendor.option,
        model="Image",
    )
    assert run(vendor, code) == "[] 1\n"


@every_vendor
def test_models_and_errors_pickle_into_a_new_process(vendor: Vendor, tmp_path: Path) -> None:
    """Unpickling imports the module of a class by its name, before anything else was used."""
    package: Any = vendor.package
    errors = package.errors
    kind = vendor.module.OPERATION.answers[str(vendor.status)].type
    made = [
        kind.from_dict(vendor.success),
        errors.ConfigurationError("c", attempts=0),
        errors.APITimeoutError("t", attempts=3),
        *(
            getattr(errors, name)(
                "m", status_code=404, headers={"a": "b"}, body=b"x", parsed=None, method="GET",
                url="http://x/", attempts=2,
            )
            for name in errors.__all__
            if issubclass(getattr(errors, name), errors.APIStatusError)
        ),
    ]  # fmt: skip
    path = tmp_path / "pickled"
    path.write_bytes(pickle.dumps(made))
    code = f"import pickle, pathlib\nmade = pickle.loads(pathlib.Path({str(path)!r}).read_bytes())"
    code += "\nprint(*[f'{type(o).__module__}.{type(o).__qualname__}' for o in made])"
    shown = run(vendor, code).split()
    assert shown == [f"{type(each).__module__}.{type(each).__qualname__}" for each in made]
    again = pickle.loads(pickle.dumps(made))
    assert again[0] == made[0]
    assert [str(error) for error in again[1:]] == [str(error) for error in made[1:]]
    assert again[-1].__dict__ == made[-1].__dict__


def test_what_is_imported_is_what_the_modules_define() -> None:
    for vendor in VENDORS:
        package: Any = vendor.package
        service: Any = importlib.import_module(f"{vendor.name}_client.service")
        assert package.errors is vars(package)["errors"]
        assert getattr(package, CLIENTS[vendor.name]) is getattr(service, CLIENTS[vendor.name])
    assert len({vendor.package.APIError for vendor in (QUESTIONPRO, INVENTORUM, PINGONE)}) == 3
