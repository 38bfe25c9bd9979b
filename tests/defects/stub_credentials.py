"""The stub lets in who may not come in, keeps out who may, or shows a key."""

from __future__ import annotations

from tests.defects.defect import Defect
from tests.defects.patch import edit, together

_ACCEPTED = "if all(value in ACCEPTED for value in values):"

DEFECTS = [
    Defect(
        "key-in-any-case",
        "auth",
        "stub",
        "A credential is accepted in capitals and small letters alike.",
        "subtle",
        edit(
            "tests.stub.checks.security:check",
            (_ACCEPTED, "if all(str(value).lower() in ACCEPTED for value in values):"),
        ),
    ),
    Defect(
        "key-with-more-behind",
        "auth",
        "stub",
        "A credential is accepted if a right one is its beginning.",
        "subtle",
        edit(
            "tests.stub.checks.security:check",
            (
                _ACCEPTED,
                "if all(str(value).startswith(tuple(ACCEPTED)) for value in values):",
            ),
        ),
    ),
    Defect(
        "key-only-begun",
        "auth",
        "stub",
        "A credential is accepted if it is the beginning of a right one.",
        "subtle",
        edit(
            "tests.stub.checks.security:check",
            (
                _ACCEPTED,
                "if all(any(right.startswith(str(value)) for right in ACCEPTED)"
                " for value in values):",
            ),
        ),
    ),
    Defect(
        "key-contained",
        "auth",
        "stub",
        "A credential is accepted if a right one is somewhere in it.",
        "subtle",
        edit(
            "tests.stub.checks.security:check",
            (
                _ACCEPTED,
                "if all(any(right in str(value) for right in ACCEPTED) for value in values):",
            ),
        ),
    ),
    Defect(
        "key-empty",
        "auth",
        "stub",
        "An empty credential is taken for a right one.",
        "subtle",
        edit(
            "tests.stub.checks.security:check",
            (_ACCEPTED, _ACCEPTED.replace("in ACCEPTED", "in {*ACCEPTED, ''}")),
        ),
    ),
    Defect(
        "key-header-in-query",
        "auth",
        "stub",
        "The key of a header is also accepted in the query, under the header's name.",
        "hidden",
        edit(
            "tests.stub.checks.security:presented",
            (
                "value = headers.get(scheme.name.lower())",
                "value = headers.get(scheme.name.lower()) or next("
                "(v for n, v in query if n == scheme.name), None)",
            ),
        ),
    ),
    Defect(
        "token-without-scheme",
        "auth",
        "stub",
        "A bearer token is accepted without the word Bearer before it.",
        "subtle",
        edit(
            "tests.stub.checks.security:presented",
            (
                "if kind.lower() != scheme.kind:\n        return None",
                "if kind.lower() != scheme.kind:\n        return value",
            ),
        ),
    ),
    Defect(
        "token-under-any-scheme",
        "auth",
        "stub",
        "A bearer token is accepted whatever the authentication scheme before it.",
        "subtle",
        edit(
            "tests.stub.checks.security:presented",
            (
                "if kind.lower() != scheme.kind:\n        return None",
                "if not kind:\n        return None",
            ),
        ),
    ),
    Defect(
        "reading-needs-no-key",
        "auth",
        "stub",
        "A GET is answered without credentials.",
        "plain",
        edit(
            "tests.stub.checks.security:check",
            ("if operation.security:", 'if operation.security and operation.method != "GET":'),
        ),
    ),
    Defect(
        "key-checked-last",
        "auth",
        "stub",
        "Credentials are checked after parameters and body: a stranger learns what is wrong there.",
        "subtle",
        edit(
            "tests.stub.service:Service._answer",
            ("key = security.check(operation, headers, query, cookies)\n", 'key = ""\n'),
            (
                "if expected is None:\n",
                "if expected is None:\n"
                "            security.check(operation, headers, query, cookies)\n",
            ),
            (
                "size = sum(",
                "security.check(operation, headers, query, cookies)\n            size = sum(",
            ),
        ),
    ),
    Defect(
        "unknown-key-is-403",
        "auth",
        "stub",
        "An unknown credential gets the 403 of one without rights.",
        "plain",
        edit(
            "tests.stub.checks.security:_unauthorised", ("Reason.CREDENTIALS", "Reason.FORBIDDEN")
        ),
    ),
    Defect(
        "forbidden-key-is-401",
        "auth",
        "stub",
        "A known credential without rights gets the 401 of an unknown one.",
        "subtle",
        edit(
            "tests.stub.checks.security:check",
            (
                'raise Refused(Reason.FORBIDDEN, "these credentials may not do this")',
                'raise _unauthorised(operation, "these credentials may not do this")',
            ),
        ),
    ),
    Defect(
        "forbidden-key-opens",
        "auth",
        "stub",
        "A known credential without rights opens everything.",
        "subtle",
        edit(
            "tests.stub.checks.security:check",
            (
                'raise Refused(Reason.FORBIDDEN, "these credentials may not do this")',
                'return ""',
            ),
        ),
    ),
    Defect(
        "challenge-missing",
        "headers",
        "stub",
        "A 401 comes without the WWW-Authenticate that HTTP wants.",
        "subtle",
        edit(
            "tests.stub.checks.security:_unauthorised",
            ("message, headers=challenges)", "message, headers=challenges[:0])"),
        ),
    ),
    Defect(
        "key-in-echoed-url",
        "redaction",
        "stub",
        "The URL in an error's body shows the key of the query.",
        "subtle",
        edit(
            "tests.stub.vendors.questionpro:_without_key",
            ("return call.url", "return call.sent_url"),
        ),
    ),
    Defect(
        "key-in-refusal",
        "redaction",
        "stub",
        "A 403 repeats the credential that it refuses.",
        "hidden",
        together(
            edit(
                "tests.stub.checks.security:check",
                (
                    '"these credentials may not do this"',
                    "f\"{' '.join(map(str, values))} may not do this\"",
                ),
            ),
            edit(
                "tests.stub.vendors.questionpro:QuestionPro.refusal",
                ("if (status == 400 or", "if (status in (400, 403) or"),
            ),
        ),
    ),
    Defect(
        "key-in-journal",
        "redaction",
        "stub",
        "The journal shows the credential of a header.",
        "hidden",
        together(
            edit(
                "tests.stub.control.redaction:Redacted.headers",
                ("(name, BLACK if self._secret(name) else self.text(value))", "(name, value)"),
            ),
        ),
    ),
    Defect(
        "key-in-answer-header",
        "redaction",
        "stub",
        "A header of every answer repeats the credentials of the request.",
        "subtle",
        edit(
            "tests.stub.service:Service.respond",
            (
                "return response(answer)",
                "from dataclasses import replace\n"
                "        seen = request.headers.get('authorization')"
                " or request.headers.get('api-key') or '-'\n"
                "        more = (*answer.headers, ('X-Seen', seen))\n"
                "        return response(replace(answer, headers=more))",
            ),
        ),
    ),
]
