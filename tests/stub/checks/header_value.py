"""Header values of the form `value; name=value; name="value"`: Content-Type and
Content-Disposition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = re.compile(rf'[ \t]*;[ \t]*(?:({_TOKEN})=(?:({_TOKEN})|"((?:[^"\\]|\\.)*)")[ \t]*)?')
_VALUE = re.compile(rf"[ \t]*({_TOKEN}(?:/{_TOKEN})?)[ \t]*")
_EXTENDED = re.compile(
    r"(utf-8|iso-8859-1)'[A-Za-z0-9-]*'((?:%[0-9A-Fa-f]{2}|[!#$&+.^_`|~0-9A-Za-z-])*)", re.I
)
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class InvalidHeader(ValueError):
    """A header value that does not follow its grammar."""


@dataclass(frozen=True, slots=True)
class HeaderValue:
    """`value` and the parameter names are in lower case."""

    value: str
    parameters: dict[str, str]

    @property
    def filename(self) -> str | None:
        """The file's name, `filename*` (RFC 8187) before `filename` as RFC 6266 wants. A name,
        never a path.
        """
        extended = self.parameters.get("filename*")
        if extended is not None:
            match = _EXTENDED.fullmatch(extended)
            if match is None:
                raise InvalidHeader("filename* is not written as RFC 8187 says")
            try:
                return unquote_to_bytes(match[2]).decode(match[1])
            except UnicodeDecodeError as error:
                raise InvalidHeader(f"filename* is not {match[1]}") from error
        return self.parameters.get("filename")


def parse(text: str) -> HeaderValue:
    """Read a header value strictly: no junk between parameters, no parameter twice. Raises
    InvalidHeader.
    """
    if CONTROL.search(text):
        raise InvalidHeader("it holds a control character")
    match = _VALUE.match(text)
    if match is None:
        raise InvalidHeader("it does not begin with a token")
    value, position = match[1].lower(), match.end()
    parameters: dict[str, str] = {}
    while position < len(text):
        match = _PARAMETER.match(text, position)
        if match is None:
            raise InvalidHeader(f"it is not readable from character {position}")
        position = match.end()
        if match[1] is None:  # `; ;` and a semicolon at the end are tolerated by RFC 9110
            continue
        name = match[1].lower()
        if name in parameters:
            raise InvalidHeader(f"the parameter {name} is repeated")
        quoted = match[3]
        # Browsers send \ as it is and escape only the quote, as %22; RFC 9110 escapes with \.
        parameters[name] = match[2] if quoted is None else re.sub(r'\\(["\\])', r"\1", quoted)
    return HeaderValue(value, parameters)
