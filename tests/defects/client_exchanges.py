"""A client that sends again what it must not, to whom it must not, or shows its key."""

from __future__ import annotations

from tests.defects.defect import Defect
from tests.defects.patch import edit, runtime, runtime_value, together

DEFECTS = [
    Defect(
        "post-repeated",
        "retries",
        "client",
        "A POST is sent again although it may have been processed.",
        "subtle",
        runtime(
            "retry:delay",
            ("repeatable = duplicates or method in _IDEMPOTENT", "repeatable = True"),
        ),
    ),
    Defect(
        "get-not-repeated",
        "retries",
        "client",
        "A GET that got no answer is not sent again.",
        "subtle",
        runtime("retry:delay", ("again = not sent or repeatable", "again = not sent")),
    ),
    Defect(
        "retry-after-ignored",
        "retries",
        "client",
        "Retry-After is passed over.",
        "subtle",
        runtime("retry:delay", ("asked = retry_after_seconds(retry_after)", "asked = None")),
    ),
    Defect(
        "busy-not-repeated",
        "retries",
        "client",
        "A 429 is not tried again.",
        "subtle",
        runtime_value("retry:_UNPROCESSED", lambda old: old - {429}),
    ),
    Defect(
        "one-retry-more",
        "retries",
        "client",
        "A request is sent once more than max_retries allows.",
        "subtle",
        runtime("retry:delay", ("if attempt > max_retries or", "if attempt > max_retries + 1 or")),
    ),
    Defect(
        "attempts-not-counted",
        "retries",
        "client",
        "The number of attempts that an error tells does not count repetitions.",
        "subtle",
        runtime(
            "exchange:exchange",
            (
                "retries, attempt = retries + 1, attempt + 1",
                "retries, attempt = retries + 1, attempt",
            ),
        ),
    ),
    Defect(
        "body-not-rewound",
        "retries",
        "client",
        "A file that is sent again is sent from where the first attempt left it.",
        "hidden",
        runtime(
            "handle:HandleSource.chunks",
            ("finally:\n", "finally:\n            self._start = self._handle.tell()\n"),
        ),
    ),
    Defect(
        "chunk-lost-on-retry",
        "retries",
        "client",
        "A list of chunks that is sent again lacks its first one.",
        "hidden",
        runtime(
            "iteration:IteratorSource._rewind",
            ("iter(self._iterable), False", "iter(list(self._iterable)[1:]), False"),
        ),
    ),
    Defect(
        "generator-sent-again",
        "retries",
        "client",
        "A generator, whose bytes come once, is sent again as an empty body.",
        "hidden",
        together(
            runtime(
                "iteration:IteratorSource.__init__",
                ("self.replayable = self._iterator is not iterable", "self.replayable = True"),
            ),
        ),
    ),
    Defect(
        "redirect-keeps-credentials",
        "redirects",
        "client",
        "Credentials go along with a redirect to another origin.",
        "subtle",
        runtime(
            "exchange:_redirect",
            ("placed=send.placed if same else [],", "placed=send.placed,"),
        ),
    ),
    Defect(
        "redirect-keeps-headers",
        "redirects",
        "client",
        "Headers of the caller go along with a redirect to another origin.",
        "hidden",
        runtime(
            "exchange:_redirect",
            ("if same or name.lower() in _PUBLIC_HEADERS", "if name or same"),
        ),
    ),
    Defect(
        "redirect-other-port-is-same",
        "redirects",
        "client",
        "Another port of the same host is taken for the same origin.",
        "hidden",
        runtime(
            "exchange:_redirect",
            ("same = old == new", "same = (old.scheme, old.host) == (new.scheme, new.host)"),
        ),
    ),
    Defect(
        "redirect-loses-body",
        "redirects",
        "client",
        "A 307 or 308 is followed without the body.",
        "subtle",
        runtime(
            "exchange:_redirect",
            ("method, body = send.method, send.body", "method, body = send.method, None"),
        ),
    ),
    Defect(
        "redirect-turns-post",
        "redirects",
        "client",
        "A 307 to a POST is followed with a GET.",
        "subtle",
        runtime(
            "exchange:_redirect",
            ("if answered.status == 303 and method", "if answered.status in (303, 307) and method"),
        ),
    ),
    Defect(
        "redirect-302-posts",
        "redirects",
        "client",
        "A POST follows a 302 as a POST, which other clients do not.",
        "hidden",
        runtime(
            "exchange:_redirect",
            (
                'elif answered.status in (301, 302) and method not in ("GET", "HEAD"):',
                "elif answered.status < 300:",
            ),
        ),
    ),
    Defect(
        "redirect-without-end",
        "redirects",
        "client",
        "A redirect that leads in a circle is followed a thousand times.",
        "subtle",
        runtime_value("exchange:MAX_REDIRECTS", lambda old: 1000),
    ),
    Defect(
        "key-in-error-body",
        "redaction",
        "client",
        "The body that an error holds shows the key, if the server repeats it.",
        "subtle",
        runtime(
            "answer:_status_error",
            ("body = redactor.content(received.content)", "body = received.content"),
        ),
    ),
    Defect(
        "key-in-error-headers",
        "redaction",
        "client",
        "The headers that an error holds show the key, if the server repeats it.",
        "hidden",
        runtime(
            "answer:_status_error",
            (
                "headers={key: redactor.text(value) for key, value in received.headers.items()}",
                "headers=dict(received.headers)",
            ),
        ),
    ),
    Defect(
        "key-in-validation-error",
        "redaction",
        "client",
        "The body of an answer that cannot be read shows the key in the error.",
        "hidden",
        runtime(
            "answer:_validation_error",
            ("body=redactor.content(received.content)", "body=received.content"),
        ),
    ),
    Defect(
        "key-escaped-in-error",
        "redaction",
        "client",
        "A key that the server spells with escapes is not found in an error.",
        "hidden",
        runtime("redaction:_spelled", ('"".join(map(_spellings, word))', "re.escape(word)")),
    ),
    Defect(
        "key-in-log",
        "redaction",
        "client",
        "The log of each attempt shows the headers with the key.",
        "subtle",
        runtime(
            "exchange:exchange",
            (
                "log_attempt(send.method, shown, status,",
                'log_attempt(send.method, f"{shown} {send.wire_headers()}", status,',
            ),
        ),
    ),
    Defect(
        "key-in-repr",
        "redaction",
        "client",
        "The representation of a credential shows it.",
        "hidden",
        together(
            runtime("secret:Secret.__repr__", ('"Secret(***)"', 'f"Secret({self._value!r})"')),
            runtime(
                "credential:Credential.__repr__",
                ("({self._origin!r})", "({self._origin!r}, {self.current!r})"),
            ),
        ),
    ),
    Defect(
        "key-in-client-repr",
        "redaction",
        "client",
        "The representation of a client shows its credentials.",
        "subtle",
        together(
            *(
                edit(
                    f"{module}.service:{name}.__repr__",
                    (
                        "{self._session.options.base_url!r}",
                        "{[c.current.reveal() for c in"
                        " self._session.options.credentials.given.values()]}",
                    ),
                )
                for module, name in (
                    ("questionpro_client", "QuestionPro"),
                    ("inventorum_client", "Inventorum"),
                    ("pingone_client", "PingOne"),
                )
            )
        ),
    ),
]
