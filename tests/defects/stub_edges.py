"""The stub is right but at an edge: one byte more, one letter longer, the second of two."""

from __future__ import annotations

from tests.defects.defect import Defect
from tests.defects.patch import edit, together

_RESPONDENT = "tests.stub.vendors.survey:Survey.respondent"
_GIVEN = 'own_location = given.get("location", {})'


def _texts(expression: str) -> tuple[str, str]:
    """What is kept of each text of a response."""
    return (
        _GIVEN,
        f"given = {{k: {expression} if isinstance(v, str) else v for k, v in given.items()}}\n"
        f"        {_GIVEN}",
    )


DEFECTS = [
    Defect(
        "challenge-of-other-scheme",
        "headers",
        "stub",
        "The WWW-Authenticate of a 401 asks for Basic where a bearer token is documented.",
        "subtle",
        edit(
            "tests.stub.checks.security:_unauthorised",
            ('("WWW-Authenticate", kind.title())', '("WWW-Authenticate", "Basic")'),
        ),
    ),
    Defect(
        "token-in-query",
        "auth",
        "stub",
        "A credential of a header is also accepted as access_token= in the query.",
        "hidden",
        edit(
            "tests.stub.checks.security:presented",
            (
                "    if value is None or scheme.kind == ",
                "    value = value or dict(query).get('access_token')\n"
                "    if value and ' ' not in value and scheme.kind == 'bearer':\n"
                "        value = 'Bearer ' + value\n"
                "    if value is None or scheme.kind == ",
            ),
        ),
    ),
    Defect(
        "key-twice-accepted",
        "validation",
        "stub",
        "Of a key that is twice in a JSON object, the last value counts.",
        "subtle",
        edit("tests.stub.json_values:_object", ("!= len(pairs)", "> len(pairs)")),
    ),
    Defect(
        "text-normalised",
        "encodings",
        "stub",
        "Texts are kept in Unicode's composed form, not as they were sent.",
        "hidden",
        edit(
            _RESPONDENT,
            _texts("__import__('unicodedata').normalize('NFC', v)"),
        ),
    ),
    Defect(
        "text-cut-at-255",
        "limits",
        "stub",
        "Of a text, no more than 255 letters are kept.",
        "hidden",
        edit(_RESPONDENT, _texts("v[:255]")),
    ),
    Defect(
        "large-numbers-rounded",
        "arithmetic",
        "stub",
        "Numbers beyond 2^53 lose digits on their way through the server.",
        "hidden",
        edit(
            _RESPONDENT,
            (
                _GIVEN,
                "rounded = {k: int(float(v)) for k, v in given.items() if type(v) is int}\n"
                "        given = {**given, **rounded}\n"
                f"        {_GIVEN}",
            ),
        ),
    ),
    Defect(
        "time-without-its-zone",
        "arithmetic",
        "stub",
        "createdAt is the local time of another zone, called UTC: two hours off.",
        "hidden",
        edit(
            "tests.stub.vendors.pingone:_rfc3339",
            (
                "return moment.isoformat(",
                "from datetime import timedelta\n\n"
                "    moment += timedelta(hours=2)\n"
                "    return moment.isoformat(",
            ),
        ),
    ),
    Defect(
        "request-id-constant",
        "state",
        "stub",
        "All answers have one and the same requestID.",
        "subtle",
        edit(
            "tests.stub.vendors.questionpro:QuestionPro._request_id",
            ("next(self._requests)", "1"),
        ),
    ),
    Defect(
        "self-link-of-first",
        "state",
        "stub",
        "The link of an image to itself leads to the first image.",
        "subtle",
        edit(
            "tests.stub.vendors.pingone:PingOne.create_image",
            (
                '"self": {"href": f"{base}/images/{stored.id}"}',
                '"self": {"href": f"{base}/images/{identity(self.name, \'image\', 1)}"}',
            ),
        ),
    ),
    Defect(
        "listed-url-of-neighbour",
        "state",
        "stub",
        "In the list, an image has the URL of the one above it.",
        "subtle",
        edit(
            "tests.stub.vendors.image_rows:ImageRows._read",
            (
                "serialise(self._write(image, origin)) for image in images",
                "serialise({**self._write(image, origin), 'imageURL': "
                "self._write(images[max(at - 1, 0)], origin)['imageURL']}) "
                "for at, image in enumerate(images)",
            ),
        ),
    ),
    Defect(
        "image-cut-by-one",
        "state",
        "stub",
        "A served image lacks its last byte, in its Content-Length as well.",
        "subtle",
        together(
            edit(
                "tests.stub.state.stored_image:answer",
                ("str(image.size)}", "str(image.size - 1)}"),
                (
                    "StreamingResponse(store.pieces(image.seq), headers=headers)",
                    "Response(b''.join(store.pieces(image.seq))[:-1], headers=headers)",
                ),
            ),
        ),
    ),
    Defect(
        "always-unmodified",
        "headers",
        "stub",
        "Whoever asks with If-None-Match is told that nothing changed, whatever the tag.",
        "hidden",
        edit(
            "tests.stub.state.stored_image:answer",
            (
                'headers["ETag"] in request.headers.get("if-none-match", "")',
                '"if-none-match" in request.headers',
            ),
        ),
    ),
]
