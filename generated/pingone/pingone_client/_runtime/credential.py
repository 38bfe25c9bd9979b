# Copied by scripts/codegen.py from overrides/runtime/credential.py; do not edit.
"""What a client authenticates with: a text, or a function that returns one."""

from __future__ import annotations

import base64
import binascii
import inspect
import threading
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn
from weakref import WeakKeyDictionary

from .errors import ConfigurationError
from .secret import NOT_PICKLED, Secret

if TYPE_CHECKING:
    import anyio
    from anyio.lowlevel import RunVar

KEPT = 16
"""How many of the texts that a function returned are still redacted."""


class Credential:
    """The value of one of the constructor's keywords, shared by ``with_options``.

    A function is called when a token is first needed, and its token is kept until the API refuses
    it. Calls that need one at the same time wait for one call of the function.

    Args:
        origin: how the user gave it, for messages.
        given: a text, a function or, if ``basic``, a pair of user name and password.
        basic: whether it goes into HTTP basic authentication (RFC 7617).

    Attributes:
        current: the text to send; None until the function was called.
        known: every text that has to be redacted, the latest first.

    Raises:
        ConfigurationError: it is empty, cannot stand in an HTTP header or is none of these. The
            message tells its origin and shows nothing of it.
    """

    def __init__(self, origin: str, given: Secret[Any], *, basic: bool = False) -> None:
        self._origin = origin
        self._basic = basic
        self._function: Secret[Callable[[], Any]] | None = None
        self._lock = threading.RLock()
        self._calling = False
        self.current: Secret[str] | None = None
        self.known: tuple[Secret[str], ...] = ()
        if callable(given.reveal()):
            self._function = given
        else:
            self._keep(given, origin, 0)

    @property
    def renewable(self) -> bool:
        """Whether there may be another text for one that the API refused."""
        return self._function is not None

    def obtain(self, stale: Secret[str] | None, attempts: int) -> None:
        """Call the function, unless another call has replaced ``stale`` meanwhile.

        Args:
            attempts: how often the request was sent so far, for the error.

        Raises:
            ConfigurationError: the function returned something unusable, or uses this very client.
        """
        with self._lock:
            if self._function is None or self.current is not stale:
                return
            if self._calling:
                raise self._recursion(attempts)
            self._calling = True
            try:
                returned = Secret(self._function.reveal()())
            finally:
                self._calling = False
            if inspect.iscoroutine(returned.reveal()):
                returned.reveal().close()
            self._keep(returned, self._returned, attempts)

    async def aobtain(self, stale: Secret[str] | None, attempts: int) -> None:
        """The same for the async client, whose functions may return an awaitable."""
        import anyio

        lock = _locks().setdefault(self, anyio.Lock())
        if lock.statistics().owner == anyio.get_current_task():
            raise self._recursion(attempts)
        async with lock:
            if self._function is None or self.current is not stale:
                return
            returned = Secret(self._function.reveal()())
            if inspect.isawaitable(returned.reveal()):
                returned = Secret(await returned.reveal())
            self._keep(returned, self._returned, attempts)

    def _keep(self, given: Secret[Any], origin: str, attempts: int) -> None:
        if self._basic and isinstance(given.reveal(), tuple):
            wrong, given = _pair_fault(given), _encoded(given)
        else:
            wrong = None
        wrong = wrong or _fault(given)
        if wrong is not None:
            raise ConfigurationError(f"{origin} {wrong}", attempts=attempts)
        password = [_password(given)] if self._basic else []
        self.known = (given, *password, *self.known)[:KEPT]
        self.current = given  # last: who sees it may redact it

    @property
    def _returned(self) -> str:
        return f"what the function given as {self._origin} returned"

    def _recursion(self, attempts: int) -> ConfigurationError:
        return ConfigurationError(
            f"the function given as {self._origin} uses the client that waits for it",
            attempts=attempts,
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._origin!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(NOT_PICKLED)


@cache
def _locks_by_loop() -> RunVar[WeakKeyDictionary[Credential, anyio.Lock]]:
    from anyio.lowlevel import RunVar

    return RunVar("locks of credentials")


def _locks() -> WeakKeyDictionary[Credential, anyio.Lock]:
    """The locks of this event loop: a lock cannot serve two."""
    variable = _locks_by_loop()
    locks = variable.get(None)
    if locks is None:
        locks = WeakKeyDictionary[Credential, "anyio.Lock"]()
        variable.set(locks)
    return locks


# These return what is wrong instead of raising it: their variables are not in any traceback.


def _fault(given: Secret[Any]) -> str | None:
    value = given.reveal()
    if not isinstance(value, str):
        return f"is of type {type(value).__name__}, not str"
    if not value:
        return "is empty"
    # RFC 9110, 5.5: a header value is visible ASCII, spaces inside
    if not value.isascii() or not value.isprintable() or value != value.strip():
        return (
            "holds a character that cannot stand in an HTTP header "
            "(line break, control character, space at an end, or not ASCII)"
        )
    return None


def _pair_fault(given: Secret[tuple[Any, ...]]) -> str | None:
    pair = given.reveal()
    if len(pair) != 2 or not all(isinstance(part, str) for part in pair):
        return "is a tuple, but not of user name and password"
    if ":" in pair[0]:
        return "has a user name with a colon, which HTTP basic authentication cannot send"
    if not all(part.isprintable() for part in pair):
        return "holds a control character, which HTTP basic authentication cannot send"
    return None


def _encoded(pair: Secret[tuple[Any, ...]]) -> Secret[str]:
    text = ":".join(map(str, pair.reveal()))
    return Secret(base64.b64encode(text.encode("utf-8", "surrogatepass")).decode())


def _password(encoded: Secret[str]) -> Secret[str]:
    try:
        text = base64.b64decode(encoded.reveal(), validate=True).decode(errors="replace")
    except (binascii.Error, ValueError):
        text = ""  # not what the scheme wants, but that is the API's to say
    return Secret(text.partition(":")[2])
