"""A client that sends something else than it was given."""

from __future__ import annotations

from tests.defects.defect import Defect
from tests.defects.patch import edit, runtime, runtime_value, together

DEFECTS = [
    Defect(
        "datacenter-ignored",
        "client requests",
        "client",
        "Whatever data center or region is asked for, the default one is called.",
        "hidden",
        runtime("server:Server.resolve", ("value = choices.get(name)", "value = None")),
    ),
    Defect(
        "extra-header-dropped",
        "client requests",
        "client",
        "Headers that a caller adds to one call are not sent.",
        "subtle",
        runtime(
            "exchange:_first_send",
            (
                "merged(headers, request.extra_headers) if request.extra_headers else headers",
                "headers",
            ),
        ),
    ),
    Defect(
        "extra-query-dropped",
        "client requests",
        "client",
        "Query parameters that a caller adds to one call are not sent.",
        "subtle",
        runtime(
            "operation:Request.pairs",
            (
                "[*self.query, *self.extra_query] if self.extra_query else self.query",
                "self.query",
            ),
        ),
    ),
    Defect(
        "page-size-not-sent",
        "client requests",
        "client",
        "per_page= is taken and not sent.",
        "subtle",
        edit(
            "questionpro_client.api.images.list_images:build_request",
            ('*query_pairs("perPage", per_page),', ""),
        ),
    ),
    Defect(
        "page-not-sent",
        "client requests",
        "client",
        "page= is taken, and the first page asked for.",
        "subtle",
        edit(
            "questionpro_client.api.images.list_images:build_request",
            ('query_pairs("page", page)', 'query_pairs("page", 1)'),
        ),
    ),
    Defect(
        "version-not-sent",
        "client requests",
        "client",
        "The API version is not sent as a header.",
        "subtle",
        edit(
            "inventorum_client.api.images.upload_image:build_request",
            ("if not isinstance(x_api_version, Unset):", "if isinstance(x_api_version, str):"),
        ),
    ),
    Defect(
        "field-of-other-version",
        "client requests",
        "client",
        "In the last version of a form field, the field of the next version is sent.",
        "subtle",
        runtime(
            "service:field_for",
            ("(last is None or value <= last)", "(last is None or value < last)"),
            ("(first is None or value >= first)", "(first is None or value >= first - 1)"),
        ),
    ),
    Defect(
        "type-by-file-name",
        "client requests",
        "client",
        "The media type of a file is told from its name before its bytes.",
        "subtle",
        runtime(
            "media_type:choose",
            (
                'sniff(head) or _by_extension(filename or "")',
                '_by_extension(filename or "") or sniff(head)',
            ),
        ),
    ),
    Defect(
        "gif-sent-as-png",
        "client requests",
        "client",
        "The media type of a GIF87a is told to be png.",
        "hidden",
        runtime_value(
            "media_type:_MAGIC",
            lambda old: tuple((m, "image/png" if m == b"GIF87a" else t) for m, t in old),
        ),
    ),
    Defect(
        "boundary-constant",
        "client requests",
        "client",
        "Every form has the same boundary, which a file may hold.",
        "hidden",
        runtime(
            "body:MultipartBody._opened",
            ("boundary = secrets.token_hex(16)", 'boundary = "+++"'),
        ),
    ),
    Defect(
        "quote-in-part-name",
        "client requests",
        "client",
        "A quote in a file name stands in the form as it is.",
        "subtle",
        runtime_value(
            "files:_PERCENT_ENCODED", lambda old: {k: v for k, v in old.items() if k != 0x22}
        ),
    ),
    Defect(
        "quote-in-attachment-name",
        "client requests",
        "client",
        "A quote in the file name of a raw body stands in its header as it is.",
        "subtle",
        runtime(
            "files:attachment_disposition",
            (""".replace("\\\\", "\\\\\\\\").replace('"', '\\\\"')""", ""),
        ),
    ),
    Defect(
        "line-break-in-name",
        "client requests",
        "client",
        "A line break in a file name ends its header.",
        "subtle",
        together(
            runtime(
                "files:refuse_line_breaks",
                ('in "\\r\\n\\0")', 'in "\\0")'),
            ),
            runtime_value(
                "files:_PERCENT_ENCODED",
                lambda old: {k: v for k, v in old.items() if k not in (10, 13)},
            ),
        ),
    ),
    Defect(
        "name-in-latin-1",
        "client requests",
        "client",
        "File names go in Latin-1, other letters as question marks.",
        "subtle",
        runtime(
            "body:MultipartBody._opened",
            (
                'text += f"{head}\\r\\n".encode()',
                'text += f"{head}\\r\\n".encode("latin-1", "replace")',
            ),
        ),
    ),
    Defect(
        "name-star-unencoded",
        "client requests",
        "client",
        "The name of a raw body loses all letters that are not ASCII.",
        "subtle",
        runtime(
            "files:attachment_disposition",
            (
                'return f"attachment; filename=\\"{plain}\\"; filename*=UTF-8\'\'{encoded}"',
                'return f"attachment; filename=\\"{plain}\\""',
            ),
        ),
    ),
    Defect(
        "path-not-escaped",
        "client requests",
        "client",
        "A slash in a path parameter becomes a second segment.",
        "subtle",
        runtime("parameters:_quoted", ('quote(text, safe="")', 'quote(text, safe="/?")')),
    ),
    Defect(
        "query-not-escaped",
        "client requests",
        "client",
        "A plus in a query value is sent as it is, which means a space.",
        "hidden",
        runtime(
            "exchange:_first_send",
            ("""={quote(v, safe='')}""", """={quote(v, safe='+&')}"""),
        ),
    ),
    Defect(
        "position-ignored",
        "client requests",
        "client",
        "An open file is sent from its beginning, not from where it stands.",
        "subtle",
        runtime("handle:HandleSource.__init__", ("self._start = handle.tell()", "self._start = 0")),
    ),
    Defect(
        "one-chunk-only",
        "client requests",
        "client",
        "Of an iterator of bytes, an empty chunk ends the body.",
        "hidden",
        runtime(
            "iteration:IteratorSource.chunks",
            ("while (chunk := self._taken()) is not None:", "while chunk := self._taken():"),
        ),
    ),
    Defect(
        "generator-loses-first",
        "client requests",
        "client",
        "What was read of an iterator to tell its type is not sent.",
        "subtle",
        runtime(
            "iteration:IteratorSource._start",
            ("self._started = True", "self._started = True\n        self._first.clear()"),
        ),
    ),
    Defect(
        "large-bytes-lose-tail",
        "client requests",
        "client",
        "Bytes in memory that are larger than a chunk lose what is beyond whole chunks.",
        "hidden",
        runtime(
            "source:BytesSource.chunks",
            (
                "for start in range(0, len(view), CHUNK):",
                "self.length = len(view) // CHUNK * CHUNK\n"
                "        for start in range(0, len(view) - CHUNK + 1, CHUNK):",
            ),
        ),
    ),
    Defect(
        "nan-sent-as-null",
        "client encoding",
        "client",
        "NaN, which JSON does not have, is sent as null instead of refused.",
        "hidden",
        runtime("encoding:to_json", ('if b"null" in encoded:', 'if b"null" == encoded:')),
    ),
    Defect(
        "unset-sent-as-null",
        "client encoding",
        "client",
        "Fields that were not given are sent as null.",
        "subtle",
        together(
            runtime(
                "encoding:object_of",
                (
                    "if value is not msgspec.UNSET:",
                    "value = None if value is msgspec.UNSET else value\n        if key:",
                ),
            ),
            runtime(
                "encoding:_as_is",
                (
                    "kind = cast(",
                    "if isinstance(value, Model):\n        return False\n    kind = cast(",
                ),
            ),
        ),
    ),
    Defect(
        "unicode-lost",
        "client encoding",
        "client",
        "Letters that are not ASCII become question marks in a JSON body.",
        "subtle",
        runtime(
            "encoding:to_json",
            (
                "return msgspec.json.encode(value)",
                'return msgspec.json.encode(value).decode().encode("ascii", "replace")',
            ),
            (
                "encoded = msgspec.json.encode(builtins)",
                'encoded = msgspec.json.encode(builtins).decode().encode("ascii", "replace")',
            ),
        ),
    ),
]
