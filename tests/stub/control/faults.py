"""Faults that a test asks for: which there are, what they take, and who gets the next one."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..checks import header_value
from ..checks.header_value import InvalidHeader
from ..json_values import JSON, JSONObject, serialise

HEADER = b"x-stub-fault"
MOST_TICKETS = 1000

# When a fault comes: before the body is read; after it is, with nothing done; after all is done
# that the request asks for.
HEADERS, BODY, PROCESSING = "headers", "body", "processing"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault: what it does, which parameters it takes beside `after` and `latency`, and
    what `after` can be, the default first.
    """

    does: str
    parameters: tuple[str, ...] = ()
    stages: tuple[str, ...] = (BODY, HEADERS, PROCESSING)


KINDS: Mapping[str, Kind] = {
    "status": Kind(
        "answers a status, with the vendor's error body or the given one",
        ("status", "body", "content-type", "retry-after"),
    ),
    "rate-limit": Kind("answers the vendor's 429 with Retry-After", ("retry-after",)),
    "latency": Kind("answers rightly, but late", (), (PROCESSING, BODY)),
    "malformed-json": Kind(
        "cuts the right answer in half, under its new length", (), (PROCESSING,)
    ),
    "wrong-content-type": Kind(
        "answers rightly under another Content-Type", ("content-type",), (PROCESSING,)
    ),
    "truncated-body": Kind(
        "ends the connection within the body, half of it or `bytes` sent", ("bytes",), (PROCESSING,)
    ),
    "slow-drip": Kind(
        "sends the right answer's body in pieces of `bytes`, `interval` seconds apart",
        ("interval", "bytes"),
        (PROCESSING,),
    ),
    "reset": Kind("resets the connection (RST) instead of an answer"),
    "garbage": Kind("sends `bytes` that are no HTTP, and ends the connection", ("bytes",)),
    "close-before-answer": Kind("ends the connection (FIN) instead of an answer"),
}

_COMMON = ("after", "latency")


class InvalidFault(ValueError):
    """A fault is not described rightly. `pointer` says where, the message what and what to do."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(message)
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind with its parameters. `latency` and `interval` are seconds, `size` the parameter
    `bytes`, None for the kind's own.
    """

    name: str
    after: str
    latency: float = 0.0
    status: int = 503
    body: bytes | None = None
    content_type: str | None = None
    retry_after: str | None = None
    size: int | None = None
    interval: float = 0.1

    def json(self) -> JSONObject:
        """The scenario with the parameters that its kind takes."""
        values: JSONObject = {
            "status": self.status,
            "body": None if self.body is None else self.body.decode(errors="replace"),
            "content-type": self.content_type,
            "retry-after": self.retry_after,
            "bytes": self.size,
            "interval": self.interval,
        }
        shown: JSONObject = {
            "scenario": self.name,
            "after": self.after,
            "latency": self.latency,
        }
        return shown | {name: values[name] for name in KINDS[self.name].parameters}

    def __str__(self) -> str:
        """As in the header, without what is not set."""
        shown = {k: v for k, v in self.json().items() if k != "scenario" and v is not None}
        if not self.latency:
            del shown["latency"]
        return "; ".join([self.name, *(f"{name}={value}" for name, value in shown.items())])


def _integer(low: int, high: int) -> Callable[[JSON], int]:
    def read(value: JSON) -> int:
        if isinstance(value, str) and re.fullmatch("[0-9]{1,10}", value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return value

    return read


def _seconds(high: float) -> Callable[[JSON], float]:
    def read(value: JSON) -> float:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,5}(?:\.[0-9]{1,6})?", value):
            value = float(value)
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else -1
        if not math.isfinite(number) or not 0 <= number <= high:
            raise ValueError(f"seconds from 0 to {high:g}")
        return float(number)

    return read


_LINE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?")


def _header_text(value: JSON) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not _LINE.fullmatch(value):
        raise ValueError("one line of printable ASCII, as a header's value is")
    return value


def _content(value: JSON) -> bytes:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else serialise(value)


_PARAMETERS: Mapping[str, tuple[str, Callable[[JSON], Any]]] = {
    "latency": ("latency", _seconds(600)),
    "status": ("status", _integer(200, 599)),
    "body": ("body", _content),
    "content-type": ("content_type", _header_text),
    "retry-after": ("retry_after", _header_text),
    "bytes": ("size", _integer(0, 10_000_000)),
    "interval": ("interval", _seconds(60)),
}
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "rate-limit": {"status": 429, "retry_after": "1"},
    "latency": {"latency": 1.0},
    "wrong-content-type": {"content_type": "text/html"},
    "slow-drip": {"size": 1},
    "garbage": {"size": 64},
}


def scenario(name: JSON, values: Mapping[str, JSON]) -> Scenario:
    """A scenario from its description. Raises InvalidFault."""
    kind = KINDS.get(name) if isinstance(name, str) else None
    if not isinstance(name, str) or kind is None:
        raise InvalidFault("/scenario", f"no such scenario; there are {', '.join(KINDS)}")
    made: dict[str, Any] = {"after": kind.stages[0], **_DEFAULTS.get(name, {})}
    takes = (*_COMMON, *kind.parameters)
    for key, value in values.items():
        if key not in takes:
            raise InvalidFault(
                f"/{key[:40]}", f"{name} does not take it; it takes {', '.join(takes)}"
            )
        if key == "after":
            if value not in kind.stages:
                stages = " or ".join(kind.stages)
                raise InvalidFault("/after", f"{name} can come after {stages}")
            made["after"] = value
            continue
        field, read = _PARAMETERS[key]
        try:
            made[field] = read(value)
        except ValueError as error:
            raise InvalidFault(f"/{key}", f"has to be {error}") from error
    return Scenario(name, **made)


def from_header(values: Sequence[bytes]) -> Scenario:
    """The scenario that X-Stub-Fault asks for: `reset; after=processing`, `status=503; body="…"`.

    A parameter with the scenario's own name may follow it at once. Raises InvalidFault.
    """
    if len(values) != 1:
        raise InvalidFault("", "X-Stub-Fault is given twice; a request can have one fault")
    try:
        text = values[0].decode("utf-8")
    except UnicodeDecodeError:
        text = values[0].decode("latin-1")
    short = re.match(r"\s*([A-Za-z-]+)\s*=", text)
    if short:
        text = f"{short[1]}; {text.strip()}"
    try:
        read = header_value.parse(text)
    except InvalidHeader as error:
        raise InvalidFault(
            "", f"{error}; write `scenario; name=value`, with quotes around what is no token"
        ) from error
    return scenario(read.value, read.parameters)


@dataclass(slots=True)
class Ticket:
    """A fault: `asked` for the next so many requests that fit, or by a request's own
    header. `taken` counts the requests that it was given to, `delivered` those that really got it.
    """

    id: int
    source: str
    scenario: Scenario
    vendor: str | None = None
    operation: str | None = None
    asked: int = 1
    taken: int = 0
    delivered: int = 0

    def fits(self, vendor: str, operation: str) -> bool:
        return self.vendor in (None, vendor) and self.operation in (None, operation)

    def json(self) -> JSONObject:
        return {
            "id": self.id,
            "source": self.source,
            "vendor": self.vendor,
            "operation": self.operation,
            **self.scenario.json(),
            "asked": self.asked,
            "taken": self.taken,
            "delivered": self.delivered,
        }


class Faults:
    """All faults that were asked for since the last clearing."""

    def __init__(self, operations: Mapping[str, Sequence[str]]) -> None:
        """`operations` are the operationIds of each vendor."""
        self._operations = operations
        self._ids = itertools.count(1)
        self._tickets: dict[int, Ticket] = {}
        self.waiting: list[Ticket] = []
        """Queued faults that are still to be given to a request."""
        self._by_header: dict[Scenario, Ticket] = {}

    def tickets(self) -> list[Ticket]:
        """Copies, in the order in which they were first asked for."""
        return [replace(ticket) for ticket in self._tickets.values()]

    def clear(self) -> None:
        """Forget all faults and their counts, also those that are still waiting."""
        self._tickets.clear()
        self.waiting.clear()
        self._by_header.clear()

    def queue(self, description: Mapping[str, JSON]) -> Ticket:
        """Queue a fault: `scenario` and its parameters; `vendor`, `operation` (any, if left out)
        and `times` (1). Raises InvalidFault.
        """
        values = dict(description)
        vendor = self._known("vendor", values.pop("vendor", None), self._operations)
        among = self._operations if vendor is None else {vendor: self._operations[vendor]}
        names = sorted({name for operations in among.values() for name in operations})
        operation = self._known("operation", values.pop("operation", None), names)
        try:
            times = _integer(1, 1_000_000)(values.pop("times", 1))
        except ValueError as error:
            raise InvalidFault("/times", f"has to be {error}") from error
        if "scenario" not in values:
            raise InvalidFault("/scenario", f"is missing; there are {', '.join(KINDS)}")
        made = scenario(values.pop("scenario"), values)
        if len(self._tickets) >= MOST_TICKETS:
            raise InvalidFault("", f"{MOST_TICKETS} faults are kept already; DELETE them first")
        ticket = Ticket(next(self._ids), "queue", made, vendor, operation, times)
        self._tickets[ticket.id] = ticket
        self.waiting.append(ticket)
        return ticket

    def _known(
        self, what: str, value: JSON, names: Sequence[str] | Mapping[str, Any]
    ) -> str | None:
        if value is None or (isinstance(value, str) and value in names):
            return value
        raise InvalidFault(f"/{what}", f"no such {what}; there are {', '.join(names)}")

    def take(self, vendor: str, operation: str) -> Ticket | None:
        """The first queued fault that fits a request."""
        ticket = next((item for item in self.waiting if item.fits(vendor, operation)), None)
        if ticket is not None:
            ticket.taken += 1
            if ticket.taken == ticket.asked:
                self.waiting.remove(ticket)
        return ticket

    def asked_by_header(self, made: Scenario) -> Ticket:
        """The entry of a fault that a request asks for itself; equal ones share one."""
        ticket = self._by_header.get(made)
        if ticket is None:
            if len(self._by_header) >= MOST_TICKETS:
                oldest = next(iter(self._by_header))
                del self._tickets[self._by_header.pop(oldest).id]
            ticket = self._by_header[made] = Ticket(next(self._ids), "header", made, asked=0)
            self._tickets[ticket.id] = ticket
        ticket.asked += 1
        ticket.taken += 1
        return ticket
