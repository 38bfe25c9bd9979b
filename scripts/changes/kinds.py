"""Every kind of change with its verdict and its sentence: the one place where that is decided.

Breaking is what makes a call fail, or mean or return something else, that worked before: with the
client that is generated from the new document, or with one that is installed already. A caller may
send less freely or has to send more; an answer may hold less or something else than was promised.
The exception are enums in answers: the clients keep values that they do not know.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Verdict = Literal["breaking", "compatible"]


class Kind(NamedTuple):
    """Verdict and sentence of a kind; ``only_told``: nothing but texts for people changes."""

    verdict: Verdict
    sentence: str
    only_told: bool = False


def _breaking(sentence: str) -> Kind:
    return Kind("breaking", sentence)


def _compatible(sentence: str) -> Kind:
    return Kind("compatible", sentence)


def _told(sentence: str) -> Kind:
    return Kind("compatible", sentence, True)


_DOCUMENT = {
    "vendor-added": _compatible("the vendor {what} is new"),
    "vendor-removed": _breaking("the vendor {what} is gone, and its client with it"),
    "info-changed": _told("{what} of the document changed"),
    "documentation-changed": _told("{text} of {what} changed"),
    "examples-changed": _told("examples of {what} changed"),
    "extension-changed": _told("{key} of {what} changed; the client does not read it"),
    "client-shape-changed": _breaking("{key} of {what} changed, and with it names in the client"),
    "comparison-too-large": _breaking("{what} refers to too much to be compared in full"),
}

_OPERATIONS = {
    "operation-added": _compatible("the operation {what} is new"),
    "operation-removed": _breaking("the operation {what} is gone"),
    "operation-renamed": _breaking("operationId changed from {old} to {new}: the module too"),
    "path-changed": _breaking("the path changed from {old} to {new}; installed clients miss it"),
    "method-changed": _breaking("the method changed from {old} to {new}; installed clients miss"),
    "tag-changed": _breaking("the first tag changed from {old} to {new}: the method moves there"),
    "operation-deprecated": _compatible("{what} is deprecated"),
    "operation-no-longer-deprecated": _compatible("{what} is no longer deprecated"),
    "callbacks-changed": _compatible("callbacks of {what} changed; the client has none"),
    "pagination-added": _breaking("the list is walked now: the method returns items, not a page"),
    "pagination-removed": _breaking("the list is no longer walked: the method returns one page"),
    "pagination-items-changed": _breaking("the items of a page are at {new}, no longer at {old}"),
    "pagination-changed": _compatible("how the next page is found changed; the client follows"),
}

_ACCESS = {
    "server-changed": _breaking("calls go to {new}, no longer to {old}"),
    "server-alternative-added": _compatible("the server {what} is documented too"),
    "server-alternative-changed": _compatible("variables of the server {what} changed"),
    "server-alternative-removed": _compatible(
        "the server {what} is no longer documented; the client never chose it by itself"
    ),
    "server-variable-added": _compatible("the server can be chosen by {what}, {new} when not"),
    "server-variable-removed": _breaking("the server can no longer be chosen by {what}"),
    "server-variable-default-changed": _breaking(
        "without {what}, calls go to {new}, no longer to {old}"
    ),
    "server-variable-value-added": _compatible("{what} may be {value} too"),
    "server-variable-value-removed": _breaking("{what} may no longer be {value}"),
    "server-variable-closed": _breaking("{what} has to be one of {new} now"),
    "server-variable-opened": _compatible("{what} may have any value"),
    "security-required": _breaking("a credential is needed now: {what}"),
    "security-lifted": _compatible("no credential is needed any longer"),
    "security-alternative-added": _compatible("{what} is taken as a credential too"),
    "security-alternative-removed": _breaking("{what} is no longer taken as a credential"),
    "security-scheme-changed": _breaking(
        "the credential is sent otherwise, {new} and not {old}; installed clients are refused"
    ),
    "security-scope-added": _breaking("the token needs the scope {what} too"),
    "security-scope-removed": _compatible("the token no longer needs the scope {what}"),
    "security-detail-changed": _told("{key} of the security scheme {what} changed"),
}

_REQUESTS = {
    "required-parameter-added": _breaking("{what} has to be given now"),
    "optional-parameter-added": _compatible("{what} may be given now"),
    "parameter-removed": _breaking("{what} is gone: a call that names it fails"),
    "parameter-renamed": _breaking("parameter {old} is called {new} now"),
    "parameter-required": _breaking("{what} may no longer be left out"),
    "parameter-optional": _compatible("{what} may be left out now"),
    "parameter-moved": _breaking(
        "{what} is sent in the {new}, no longer in the {old}; installed clients send it wrongly"
    ),
    "parameter-style-changed": _breaking(
        "{what} is written otherwise, {key} {new} and not {old}; installed clients send it wrongly"
    ),
    "parameter-deprecated": _compatible("{what} is deprecated"),
    "parameter-no-longer-deprecated": _compatible("{what} is no longer deprecated"),
    "required-body-added": _breaking("a body has to be sent now"),
    "optional-body-added": _compatible("a body may be sent now"),
    "body-removed": _breaking("a body is no longer taken"),
    "body-required": _breaking("the body may no longer be left out"),
    "body-optional": _compatible("the body may be left out now"),
    "body-media-type-added": _compatible("a body of {what} is taken too"),
    "body-media-type-removed": _breaking("a body of {what} is no longer taken"),
    "part-media-type-added": _compatible("the part {what} may be {value} too"),
    "part-media-type-removed": _breaking("the part {what} may no longer be {value}"),
    "part-style-changed": _breaking(
        "the part {what} is written otherwise; installed clients send it wrongly"
    ),
}

_ANSWERS = {
    "success-status-added": _compatible("{what} answers as another success does"),
    "success-answer-added": _breaking("{what} is a success whose body is another than before"),
    "success-status-removed": _breaking("{what} is no longer an answer"),
    "error-status-added": _compatible("{what} is documented as an error"),
    "error-status-removed": _compatible("{what} is no longer documented; it is raised still"),
    "error-answer-removed": _breaking("{what} is no longer documented: its body is read no more"),
    "answer-media-type-added": _compatible("{what} can be {value} too"),
    "answer-media-type-removed": _breaking("{what} is no longer {value}"),
    "answer-body-added": _compatible("{what} has a body now"),
    "answer-body-removed": _breaking("{what} has no body any longer"),
    "answer-header-added": _compatible("{what} is documented now"),
    "answer-header-removed": _breaking("{what} is no longer documented"),
    "answer-header-optional": _breaking("{what} may be missing now"),
    "answer-header-required": _compatible("{what} is always there now"),
    "answer-links-changed": _told("links of {what} changed; the client has none"),
}

_FIELDS = {
    "input-required-field-added": _breaking("{what} has to be sent now"),
    "input-optional-field-added": _compatible("{what} may be sent now"),
    "input-field-removed": _breaking("{what} can no longer be sent"),
    "input-field-required": _breaking("{what} may no longer be left out of a request"),
    "input-field-optional": _compatible("{what} may be left out of a request now"),
    "input-field-read-only": _breaking("{what} is read-only now: it is no longer sent"),
    "input-field-no-longer-read-only": _compatible("{what} may be sent now"),
    "output-field-added": _compatible("{what} is in answers now"),
    "output-field-removed": _breaking("{what} is no longer in answers"),
    "output-field-optional": _breaking("{what} may be missing from an answer now"),
    "output-field-required": _compatible("{what} is in every answer now"),
    "output-field-write-only": _breaking("{what} is write-only now: no answer holds it"),
    "output-field-no-longer-write-only": _compatible("{what} is in answers now"),
    "field-deprecated": _compatible("{what} is deprecated"),
    "field-no-longer-deprecated": _compatible("{what} is no longer deprecated"),
    "input-object-closed": _breaking("{what} takes no other fields than the documented any longer"),
    "input-object-opened": _compatible("{what} takes other fields than the documented now"),
    "output-object-closed": _compatible("{what} holds no other fields than the documented"),
    "output-object-opened": _compatible("{what} may hold other fields; the client keeps them"),
}

_VALUES = {
    "input-type-narrowed": _breaking("{what} takes {new}, no longer {old}"),
    "input-type-widened": _compatible("{what} takes {new}, not only {old}"),
    "input-type-changed": _breaking("{what} takes {new}, no longer {old}"),
    "output-type-narrowed": _compatible("{what} is {new} now, where it could be {old}"),
    "output-type-widened": _breaking("{what} may be {new} now, not only {old}"),
    "output-type-changed": _breaking("{what} is {new} now, no longer {old}"),
    "input-null-allowed": _compatible("{what} may be null in a request now"),
    "input-null-refused": _breaking("{what} may no longer be null in a request"),
    "output-null-added": _breaking("{what} may be null in an answer now"),
    "output-null-removed": _compatible("{what} is never null in an answer now"),
    "input-enum-value-added": _compatible("{what} takes {value} too"),
    "input-enum-value-removed": _breaking("{what} no longer takes {value}"),
    "input-enum-closed": _breaking("{what} takes nothing but {new} any longer"),
    "input-enum-opened": _compatible("{what} takes other values than {old} now"),
    "output-enum-value-added": _compatible(
        "{what} may be {value} in an answer; clients keep values that they do not know"
    ),
    "output-enum-value-removed": _breaking(
        "{what} is never {value} any longer, and its name in the client is gone"
    ),
    "output-enum-closed": _compatible("{what} is one of {new} now"),
    "output-enum-opened": _breaking("{what} may be other than {old}: the enum in the client goes"),
    "input-const-added": _breaking("{what} has to be {new} now"),
    "input-const-removed": _compatible("{what} need no longer be {old}"),
    "input-const-changed": _breaking("{what} has to be {new}, no longer {old}"),
    "output-const-added": _compatible("{what} is always {new} now"),
    "output-const-removed": _breaking("{what} may be other than {old} now"),
    "output-const-changed": _breaking("{what} is {new}, no longer {old}"),
    "input-format-changed": _breaking("{what} is given as {new}, no longer as {old}"),
    "output-format-changed": _breaking("{what} is read as {new}, no longer as {old}"),
    "input-format-narrowed": _breaking("{what} takes {new}, no longer {old}"),
    "input-format-widened": _compatible("{what} takes {new}, not only {old}"),
    "output-format-narrowed": _compatible("{what} is {new} now, where it could be {old}"),
    "output-format-widened": _breaking("{what} may be {new} now, not only {old}"),
    "format-note-changed": _compatible(
        "the format of {what} is {new}, no longer {old}; the type in Python stays"
    ),
    "content-changed": _breaking("{what} holds other content, {key} {new} and not {old}"),
    "input-default-added": _compatible("{what} is taken as {new} when left out"),
    "input-default-removed": _breaking("{what} is no longer taken as {old} when left out"),
    "input-default-changed": _breaking("{what} is taken as {new}, no longer {old}, when left out"),
    "output-default-changed": _compatible("the default of {what} changed from {old} to {new}"),
}

_RULES = {
    "input-bounds-tightened": _breaking("{key} of {what} is {new}, was {old}: less may be sent"),
    "input-bounds-loosened": _compatible("{key} of {what} is {new}, was {old}: more may be sent"),
    "input-bounds-changed": _breaking("{key} of {what} is {new}, was {old}"),
    "output-bounds-tightened": _compatible("{key} of {what} is {new}, was {old}"),
    "output-bounds-loosened": _breaking(
        "{key} of {what} is {new}, was {old}: answers may go beyond what was promised"
    ),
    "output-bounds-changed": _breaking("{key} of {what} is {new}, was {old}"),
    "input-pattern-added": _breaking("{what} has to match {new} now"),
    "input-pattern-removed": _compatible("{what} need no longer match {old}"),
    "input-pattern-changed": _breaking("{what} has to match {new}, no longer {old}"),
    "output-pattern-added": _compatible("{what} matches {new}"),
    "output-pattern-removed": _breaking("{what} need no longer match {old}"),
    "output-pattern-changed": _breaking("{what} matches {new}, no longer {old}"),
    "input-alternative-added": _compatible("{what} may be sent too"),
    "input-alternative-removed": _breaking("{what} may no longer be sent"),
    "output-alternative-added": _breaking("{what} may be in an answer now"),
    "output-alternative-removed": _compatible("{what} is no longer in any answer"),
    "discriminator-added": _compatible("{what} is told apart by {new} now"),
    "discriminator-removed": _compatible("{what} is no longer told apart by {old}"),
    "discriminator-changed": _breaking("{what} is told apart by {new}, no longer by {old}"),
    "discriminator-value-added": _compatible("{value} chooses an alternative of {what} too"),
    "discriminator-value-removed": _breaking("{value} no longer chooses an alternative of {what}"),
    "discriminator-value-changed": _breaking("{value} chooses another alternative of {what}"),
    "input-rule-added": _breaking("{key} of {what} is new: less may be sent"),
    "input-rule-removed": _compatible("{key} of {what} is gone: more may be sent"),
    "input-rule-changed": _breaking("{key} of {what} changed"),
    "output-rule-added": _compatible("{key} of {what} is new"),
    "output-rule-removed": _breaking("{key} of {what} is gone: answers may hold more"),
    "output-rule-changed": _breaking("{key} of {what} changed"),
}

KINDS: dict[str, Kind] = {
    **_DOCUMENT,
    **_OPERATIONS,
    **_ACCESS,
    **_REQUESTS,
    **_ANSWERS,
    **_FIELDS,
    **_VALUES,
    **_RULES,
}
