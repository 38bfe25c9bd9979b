"""Answers of the stub that say the wrong thing about themselves, or never come."""

from __future__ import annotations

from tests.defects.defect import Defect
from tests.defects.patch import edit

DEFECTS = [
    Defect(
        "answer-in-latin-1",
        "encodings",
        "stub",
        "JSON is answered in Latin-1, other letters as question marks.",
        "subtle",
        edit(
            "tests.stub.service:response",
            (
                'fields = [(b"content-length"',
                'content = content.decode().encode("latin-1", "replace")\n'
                '    fields = [(b"content-length"',
            ),
        ),
    ),
    Defect(
        "answer-length-in-letters",
        "encodings",
        "stub",
        "Content-Length counts letters instead of bytes.",
        "hidden",
        edit(
            "tests.stub.service:response",
            ("% len(content))", "% len(content.decode()))"),
        ),
    ),
    Defect(
        "gzip-only-said",
        "encodings",
        "stub",
        "An answer to who accepts gzip says that it is compressed, and is not.",
        "subtle",
        edit(
            "tests.stub.service:Service.respond",
            (
                "return response(answer)",
                "from dataclasses import replace\n\n"
                "        if 'gzip' in request.headers.get('accept-encoding', ''):\n"
                "            more = (*answer.headers, ('Content-Encoding', 'gzip'))\n"
                "            answer = replace(answer, headers=more)\n"
                "        return response(answer)",
            ),
        ),
    ),
    Defect(
        "answer-is-html",
        "headers",
        "stub",
        "JSON is answered as text/html.",
        "plain",
        edit(
            "tests.stub.service:response",
            ('answer.media_type.encode("latin-1")', 'b"text/html; charset=utf-8"'),
        ),
    ),
    Defect(
        "refusal-is-text",
        "headers",
        "stub",
        "A refusal is answered as text/plain.",
        "plain",
        edit(
            "tests.stub.service:response",
            (
                'answer.media_type.encode("latin-1")',
                'b"application/json" if answer.status < 400 else b"text/plain"',
            ),
        ),
    ),
    Defect(
        "allow-missing",
        "headers",
        "stub",
        "A 405 comes without the Allow that HTTP wants.",
        "subtle",
        edit(
            "tests.stub.service:Service._answer",
            ('headers=[("Allow", ", ".join(sorted(match.operations)))],', "headers=[],"),
        ),
    ),
    Defect(
        "allow-wrong",
        "headers",
        "stub",
        "The Allow of a 405 names only the first of several methods.",
        "hidden",
        edit(
            "tests.stub.service:Service._answer",
            ('", ".join(sorted(match.operations))', "min(match.operations)"),
        ),
    ),
    Defect(
        "status-in-body-wrong",
        "errors",
        "stub",
        "The status that an error's body repeats is always 400.",
        "subtle",
        edit(
            "tests.stub.vendors.questionpro:QuestionPro.refusal",
            ('"httpStatusCode": status', '"httpStatusCode": 400'),
        ),
    ),
    Defect(
        "error-key-missing",
        "errors",
        "stub",
        "An error without details lacks a documented key.",
        "subtle",
        edit(
            "tests.stub.vendors.inventorum:Inventorum.refusal",
            (
                '{"error": {"description": refused.message, "key": f"stub.{refused.code}"}}',
                '{"error": {"description": refused.message}}',
            ),
        ),
    ),
    Defect(
        "undocumented-status",
        "errors",
        "stub",
        "A malformed body gets 422, which is not documented.",
        "plain",
        edit(
            "tests.stub.service:Service.refuse",
            (
                "status = (documented or statuses)[0]",
                "status = (documented or statuses)[0]\n"
                "        status = 422 if refused.reason is Reason.SYNTAX else status",
            ),
        ),
    ),
    Defect(
        "unknown-is-200",
        "errors",
        "stub",
        "An unknown address below a vendor's is answered with an empty 200.",
        "subtle",
        edit(
            "tests.stub.service:Service._answer",
            (
                'raise Refused(Reason.ROUTE, "there is nothing at this address")',
                "return Answer(200, {})",
            ),
        ),
    ),
    Defect(
        "any-method",
        "errors",
        "stub",
        "A method that is not documented is treated as the first that is.",
        "subtle",
        edit(
            "tests.stub.service:Service._answer",
            (
                "operation = match.operations.get(request.method)\n        if operation is None:",
                "operation = match.operations.get(request.method) or min(\n"
                "            match.operations.values(), key=lambda item: item.method\n        )\n"
                "        if operation is None:",
            ),
        ),
    ),
    Defect(
        "redirect-instead",
        "redirects",
        "stub",
        "A path with a slash more is redirected to itself without end.",
        "hidden",
        edit(
            "tests.stub.service:Service._answer",
            (
                'raise Refused(Reason.ROUTE, "there is nothing at this address")',
                "if request.path.endswith('//'):\n"
                "                    raise Refused(Reason.ROUTE, 'nothing')\n"
                "                return Answer(302, None, (('Location', request.path),))",
            ),
        ),
    ),
    Defect(
        "link-to-documented-host",
        "state",
        "stub",
        "The URL of an image leads to another host than the one that was asked.",
        "subtle",
        edit(
            "tests.stub.vendors.questionpro:_image",
            ('f"{origin}{image.path}"', 'f"http://127.0.0.1:9{image.path}"'),
        ),
    ),
    Defect(
        "slow-head-waited-for",
        "limits",
        "stub",
        "A client that never ends its request's head is waited for without end.",
        "hidden",
        edit(
            "tests.stub.http.connection:Connection._expired",
            (
                "self._refuse(request_head.late(self._input, self._bounds.head))",
                "pass",
            ),
        ),
    ),
    Defect(
        "slow-body-waited-for",
        "limits",
        "stub",
        "A client that never ends its body is waited for without end.",
        "hidden",
        edit(
            "tests.stub.http.connection:Connection.receive",
            (
                "self._deadline.set(min(self._bounds.idle, self._body_until - now))",
                "self._deadline.set(1e9)",
            ),
        ),
    ),
]
