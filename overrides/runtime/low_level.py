"""The clients of openapi-python-client's own call style: ``operation.sync(client=…)``.

They keep its meaning: answers are returned, not raised, whatever their status; exceptions are those
of the HTTP library; nothing is retried; a credential goes into one header of every request.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from .answer import Received, parse, status_value
from .credential import Credential
from .errors import APIError, ConfigurationError, UnexpectedStatus
from .operation import Request
from .redaction import Redactor
from .response import Response
from .secret import Secret
from .server import check_base_url
from .session import DEFAULT_TIMEOUT

if TYPE_CHECKING:
    import httpx2

    from .exchange import Failed, Policy


class Client:
    """Keeps a connection pool and the settings of its requests.

    Args:
        base_url: the server URL, path included.
        raise_on_unexpected_status: raise :class:`UnexpectedStatus` for an undocumented status
            instead of returning None.
        cookies, headers: sent with every request to the server's own origin.
        timeout: seconds, or an ``httpx2.Timeout``; 60 seconds a phase when None.
        verify_ssl: False to accept any certificate, a path to certificates, or an SSLContext.
        follow_redirects: follow redirects; credentials, headers and cookies stay with the origin.
        httpx_args: further arguments of ``httpx2.Client`` and ``httpx2.AsyncClient``.
    """

    USER_AGENT = ""

    def __init__(
        self,
        base_url: str,
        *,
        raise_on_unexpected_status: bool = False,
        cookies: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | httpx2.Timeout | None = None,
        verify_ssl: str | bool | ssl.SSLContext = True,
        follow_redirects: bool = False,
        httpx_args: Mapping[str, Any] | None = None,
    ) -> None:
        self.raise_on_unexpected_status = raise_on_unexpected_status
        self._base_url = check_base_url(base_url)
        self._cookies = dict(cookies or {})
        self._headers = dict(headers or {})
        self._timeout: float | httpx2.Timeout = DEFAULT_TIMEOUT if timeout is None else timeout
        self._verify_ssl = verify_ssl
        self._follow_redirects = follow_redirects
        self._httpx_args = dict(httpx_args or {})
        self._redactor = Redactor(())
        self._client: httpx2.Client | None = None
        self._async_client: httpx2.AsyncClient | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._base_url!r})"

    def _copy(self) -> Self:
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin._client = twin._async_client = None
        return twin

    def with_headers(self, headers: Mapping[str, str]) -> Self:
        """A client with additional headers."""
        for http in (self._client, self._async_client):
            if http is not None:
                http.headers.update(headers)
        twin = self._copy()
        twin._headers = {**self._headers, **headers}
        return twin

    def with_cookies(self, cookies: Mapping[str, str]) -> Self:
        """A client with additional cookies."""
        for http in (self._client, self._async_client):
            if http is not None:
                http.cookies.update(dict(cookies))
        twin = self._copy()
        twin._cookies = {**self._cookies, **cookies}
        return twin

    def with_timeout(self, timeout: float | httpx2.Timeout) -> Self:
        """A client with another time limit."""
        twin = self._copy()
        twin._timeout = timeout
        return twin

    def set_httpx_client(self, client: httpx2.Client) -> Self:
        """Use this HTTP client instead of one made from the settings."""
        self._client = client
        return self

    def get_httpx_client(self) -> httpx2.Client:
        """The HTTP client, made on first use."""
        if self._client is None:
            import httpx2

            self._client = httpx2.Client(**self._arguments())
        return self._client

    def set_async_httpx_client(self, async_client: httpx2.AsyncClient) -> Self:
        """Use this HTTP client instead of one made from the settings."""
        self._async_client = async_client
        return self

    def get_async_httpx_client(self) -> httpx2.AsyncClient:
        """The async HTTP client, made on first use."""
        if self._async_client is None:
            import httpx2

            self._async_client = httpx2.AsyncClient(**self._arguments())
        return self._async_client

    def _arguments(self) -> dict[str, Any]:
        import httpx2

        from .connection_pool import tls_context

        verify = tls_context() if self._verify_ssl is True else self._verify_ssl
        own = {"User-Agent": self.USER_AGENT}
        if "user-agent" in httpx2.Headers(self._headers):
            own = {}
        return {
            "cookies": self._cookies,
            "headers": own | self._all_headers(),
            "timeout": self._timeout,
            "verify": verify,
            **self._httpx_args,
        }

    def _all_headers(self) -> dict[str, str]:
        return self._headers

    def _policy(self) -> Policy:
        import httpx2

        from .exchange import Policy

        accept = httpx2.Headers(self._headers).get("accept")
        return Policy(
            base_url=self._base_url,
            credentials=None,
            max_retries=0,
            # the pool holds it too, but what the operation accepts would win over that
            headers={"Accept": accept} if accept else {},
            follow_redirects=self._follow_redirects,
        )

    def send(self, request: Request) -> Response[Any]:
        """Send a request.

        Raises:
            httpx2.TransportError: no answer came; ``httpx2.TimeoutException`` among them.
            httpx2.DecodingError: its content encoding is broken, or it is too long.
            APIResponseValidationError: a documented answer does not have its documented form.
            UnexpectedStatus: if ``raise_on_unexpected_status``.
        """
        from .exchange import exchange
        from .http_client import HTTPClient
        from .transport import run

        transport = HTTPClient(self.get_httpx_client())
        try:
            return self._response(
                request,
                run(exchange(request, self._policy(), self._redactor), transport, None),
            )
        finally:
            request.close()

    async def asend(self, request: Request) -> Response[Any]:
        """Send a request; see :meth:`send`."""
        from .exchange import exchange
        from .http_client import AsyncHTTPClient
        from .transport import arun

        transport = AsyncHTTPClient(self.get_async_httpx_client())
        try:
            return self._response(
                request,
                await arun(exchange(request, self._policy(), self._redactor), transport, None),
            )
        finally:
            request.close()

    def _response(self, request: Request, end: Received | Failed) -> Response[Any]:
        """The response of an exchange; callers do not bind ``end`` to a name."""
        failure: Exception
        if isinstance(end, Received) and end.flaw:
            import httpx2

            failure = httpx2.DecodingError(end.flaw)
        else:
            try:
                return self._read(request, end)
            except APIError as error:
                failure = error.with_traceback(None)
        del end  # an answer may repeat the credential, and tracebacks show variables
        raise failure

    def _read(self, request: Request, end: Received | Failed) -> Response[Any]:
        if not isinstance(end, Received):
            assert end.cause.cause is not None  # the transport of httpx2 clients gives it
            raise end.cause.cause
        answer = request.operation.answer(end.status)
        if answer is None and self.raise_on_unexpected_status:
            raise UnexpectedStatus(end.status, self._redactor.content(end.content))
        return Response(
            status_code=status_value(end.status),
            content=end.content,
            headers=end.headers,
            parsed=None if answer is None else parse(answer, end, self._redactor),
        )

    def __enter__(self) -> Self:
        self.get_httpx_client().__enter__()
        return self

    def __exit__(self, *args: Any) -> None:
        self.get_httpx_client().__exit__(*args)

    async def __aenter__(self) -> Self:
        await self.get_async_httpx_client().__aenter__()
        return self

    async def __aexit__(self, *args: Any) -> None:
        await self.get_async_httpx_client().__aexit__(*args)


class AuthenticatedClient(Client):
    """A :class:`Client` with a credential. It is not pickled, since its credential is not.

    Args:
        token: the credential.
        prefix: what stands before it, with a space between; empty for nothing.
        auth_header_name: the header it goes into.

    Raises:
        ConfigurationError: the credential is empty or cannot stand in an HTTP header.
    """

    DEFAULT_PREFIX = "Bearer"
    DEFAULT_AUTH_HEADER_NAME = "Authorization"

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        prefix: str | None = None,
        auth_header_name: str | None = None,
        raise_on_unexpected_status: bool = False,
        cookies: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | httpx2.Timeout | None = None,
        verify_ssl: str | bool | ssl.SSLContext = True,
        follow_redirects: bool = False,
        httpx_args: Mapping[str, Any] | None = None,
    ) -> None:
        given = Secret(token)
        del token  # tracebacks show the variables of the functions that an exception passes
        self._credential = Credential("token=", given)
        if self._credential.current is None:
            raise ConfigurationError("token= takes a text here, not a function")
        super().__init__(
            base_url,
            raise_on_unexpected_status=raise_on_unexpected_status,
            cookies=cookies,
            headers=headers,
            timeout=timeout,
            verify_ssl=verify_ssl,
            follow_redirects=follow_redirects,
            httpx_args=httpx_args,
        )
        self._redactor = Redactor([self._credential])
        self.prefix = self.DEFAULT_PREFIX if prefix is None else prefix
        self.auth_header_name = auth_header_name or self.DEFAULT_AUTH_HEADER_NAME

    @property
    def token(self) -> str:
        """The credential."""
        assert self._credential.current is not None  # as the constructor has seen to
        return self._credential.current.reveal()

    def _all_headers(self) -> dict[str, str]:
        prefix = f"{self.prefix} " if self.prefix else ""
        return {**self._headers, self.auth_header_name: f"{prefix}{self.token}"}

    def _read(self, request: Request, end: Received | Failed) -> Response[Any]:
        import httpx2

        if not isinstance(end, Received) and isinstance(end.cause.cause, httpx2.RequestError):
            # the exception goes to the caller, and from there perhaps into a report
            end.cause.cause.request.headers.pop(self.auth_header_name, None)
        return super()._read(request, end)
