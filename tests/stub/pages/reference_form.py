"""The fields of an operation: each parameter and part of a body told beside the input that takes
it, so that it can be tried out. What the inputs become is said in reference.js.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape

from ..checks.security import example_credential
from ..control.faults import KINDS
from ..document import Node, Operation, Parameter, Scheme, is_json
from ..json_values import JSON
from ..vendors import example_value
from . import prose, schema_text

_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


class OperationForm:
    """The fields of one operation; their ids begin with `place`."""

    def __init__(self, operation: Operation, place: str) -> None:
        self._operation = operation
        self._place = place
        self._fields = 0

    def render(self) -> str:
        """Credentials, parameters and body."""
        operation = self._operation
        parameters = "".join(self._parameter(parameter) for parameter in operation.parameters)
        return (
            self._credentials(operation.security)
            + (_group("Parameters", parameters) if parameters else "")
            + (self._body() if operation.media else "")
            + self._fault()
        )

    def _field(self, name: str, about: str, text: str, control: str, tall: bool = False) -> str:
        """A row. `control` is an input whose first `{id}` is where its id belongs."""
        self._fields += 1
        own = escape(f"{self._place}/{self._fields}")
        return (
            f'<div class="field{" tall" if tall else ""}"><div>'
            f'<label for="{own}"><code>{escape(name)}</code></label>'
            f' <span class="soft small">{about}</span>{text}</div>'
            f"<div>{control.replace('{id}', own, 1)}</div></div>"
        )

    def _credentials(self, security: Sequence[tuple[Scheme, ...]]) -> str:
        alternatives = [one for one in security if one]
        if not alternatives:
            return ""
        schemes = {scheme.id: scheme for alternative in alternatives for scheme in alternative}
        options = "".join(
            f'<option value="{escape(json.dumps([scheme.id for scheme in one]))}">'
            f"{escape(' and '.join(scheme.id for scheme in one))}</option>"
            for one in alternatives
        )
        choice = (
            f'<select id="{{id}}" data-security>{options}<option value="[]">none</option></select>'
        )
        rows = [self._field("security", "which of them is sent", "", choice)]
        for scheme in schemes.values():
            where = {"bearer": "bearer token", "basic": "basic, the password"}.get(
                scheme.kind, f"{scheme.kind} {scheme.name}"
            )
            control = (
                f'<input id="{{id}}" data-scheme="{escape(scheme.id)}"'
                f' data-kind="{escape(scheme.kind)}"'
                f' data-name="{escape(scheme.name)}" value="{escape(example_credential(scheme))}"'
                ' autocomplete="off" spellcheck="false">'
            )
            rows.append(self._field(scheme.id, escape(where), "", control))
        return _group("Credentials", "".join(rows))

    def _parameter(self, parameter: Parameter) -> str:
        node = parameter.node
        needed = ", required" if parameter.required else ""
        about = f"{schema_text.kind(parameter.schema)}, in {escape(parameter.place)}{needed}"
        shown = example_value.shown(node)
        value = (
            shown[0][1]
            if shown
            else example_value.of(parameter.schema)
            if parameter.required
            else None
        )
        structured = parameter.json or bool({"array", "object"} & set(parameter.types))
        attributes = (
            f'data-in="{escape(parameter.place)}" data-name="{escape(parameter.name)}"'
            f' data-style="{escape(parameter.style)}"'
            f' data-explode="{"true" if parameter.explode else "false"}"'
            f' data-json="{"whole" if parameter.json else "parts" if structured else ""}"'
        )
        control = _control(parameter.schema, attributes, value, structured, parameter.required)
        return self._field(parameter.name, about, _told(node, parameter.schema), control)

    def _body(self) -> str:
        operation = self._operation
        body = operation.node.get("requestBody")
        told = prose.paragraphs(body.text("description")) if body is not None else ""
        about = "required" if operation.body_required else "may be left out"
        numbers: dict[str, int] = {}
        options = "" if operation.body_required else '<option value="">(no body)</option>'
        for media, node in operation.media.items():
            number = numbers.setdefault(_inputs(media, node), len(numbers))
            options += (
                f'<option data-panel="{number}" value="{escape(media)}">{escape(media)}</option>'
            )
        choice = f'<select id="{{id}}" data-media>{options}</select>'
        rows = self._field("Content-Type", about, told, choice)
        done: set[str] = set()
        for media, node in operation.media.items():
            inputs = _inputs(media, node)
            if inputs not in done:
                done.add(inputs)
                number = numbers[inputs]
                rows += f'<div data-panel="{number}">{self._panel(media, node)}</div>'
        return _group("Body", rows)

    def _fault(self) -> str:
        """The fault that the answer gets, one of those that need no more than their name."""
        options = "".join(
            f'<option value="{name}">{name}: {escape(kind.does.replace("`", ""))}</option>'
            for name, kind in KINDS.items()
        )
        choice = f'<select id="{{id}}" data-fault><option value="">none</option>{options}</select>'
        return _group("Fault", self._field("X-Stub-Fault", "what shall go wrong", "", choice))

    def _panel(self, media: str, node: Node) -> str:
        """The inputs for a body of one media type."""
        schema = node.get("schema")
        if media in _FORMS and schema is not None:
            return "".join(self._parts(schema, node))
        about = schema_text.kind(schema)
        text = _told(node, schema) if schema is not None else ""
        if _is_written(media):
            return self._written(media, node, schema, about, text)
        control = '<input type="file" id="{id}" data-file>'
        return self._field("file", about, text, control)

    def _written(self, media: str, node: Node, schema: Node | None, about: str, text: str) -> str:
        """A body that is typed in, with the document's examples to begin with."""
        shown = example_value.shown(node)
        if not shown and schema is not None:
            shown = [("made from the schema", example_value.of(schema))]
        structured = is_json(media)
        texts = [_pretty(value) if structured else _text(value, False) for _, value in shown]
        chooser = ""
        if len(shown) > 1:
            options = "".join(
                f'<option value="{escape(content)}">{escape(name) or f"example {index}"}</option>'
                for index, ((name, _), content) in enumerate(zip(shown, texts, strict=True), 1)
            )
            choice = f'<select id="{{id}}" data-examples>{options}</select>'
            chooser = self._field("example", "to begin with", "", choice)
        control = (
            f'<textarea id="{{id}}" class="body" data-text spellcheck="false">\n'
            f"{escape(texts[0]) if texts else ''}</textarea>"
        )
        return chooser + self._field("body", about, text, control, tall=True)

    def _parts(self, schema: Node, media: Node) -> Iterator[str]:
        value = schema.value if isinstance(schema.value, dict) else {}
        required = value.get("required")
        names = required if isinstance(required, list) else []
        encodings = media.get("encoding")
        for name, node in schema.properties().items():
            needed = ", required" if name in names else ""
            encoding = encodings.get(name) if encodings is not None else None
            types = encoding.text("contentType") if encoding is not None else ""
            kinds = node.types()
            item = node.get("items") if "array" in kinds else None
            attributes = f'data-part="{escape(name)}"'
            about = schema_text.kind(node) + needed + (f", {escape(types)}" if types else "")
            if _is_file(item or node):
                many = " multiple" if item is not None else ""
                accept = f' accept="{escape(types)}"' if types else ""
                control = f'<input type="file" id="{{id}}" {attributes}{accept}{many}>'
            else:
                structured = bool({"array", "object"} & set(kinds))
                attributes += f' data-json="{"parts" if structured else ""}"'
                shown = example_value.of(node) if name in names else None
                control = _control(node, attributes, shown, structured, name in names)
            yield self._field(name, about, _told(node, node), control)


def _group(title: str, rows: str) -> str:
    return f'<h4>{title}</h4><div class="fields">{rows}</div>'


def _is_written(media: str) -> bool:
    return is_json(media) or media.startswith("text/") or media.endswith(("/xml", "+xml"))


def _inputs(media: str, node: Node) -> str:
    """What tells which media types have the same inputs: those whose body is a file like it."""
    schema = node.get("schema")
    if media in _FORMS or _is_written(media):
        return media
    return f"a file, {schema_text.kind(schema)}{_told(node, schema) if schema is not None else ''}"


def _told(node: Node, schema: Node) -> str:
    bounds = schema_text.limits(schema)
    return prose.paragraphs(node.text("description")) + (
        f'<p class="soft small">{bounds}</p>' if bounds else ""
    )


def _control(schema: Node, attributes: str, value: JSON, structured: bool, required: bool) -> str:
    """The input that takes a value of a schema: a choice, a line, or JSON."""
    text = _text(value, structured)
    choices = _choices(schema)
    if choices and not structured:
        known = [*([] if required and text in choices else [""]), *choices]
        options = "".join(
            f'<option value="{escape(one)}"{" selected" if one == text else ""}>'
            f"{escape(one) or '(not sent)'}</option>"
            for one in known
        )
        return f'<select id="{{id}}" {attributes}>{options}</select>'
    if structured:
        hint = ' placeholder="JSON"'
        return f'<textarea id="{{id}}" {attributes}{hint}>\n{escape(text)}</textarea>'
    return (
        f'<input id="{{id}}" {attributes} value="{escape(text)}" autocomplete="off"'
        ' spellcheck="false">'
    )


def _choices(schema: Node) -> list[str]:
    value = schema.value if isinstance(schema.value, dict) else {}
    enum = value.get("enum")
    if isinstance(enum, list):
        return [_text(one, False) for one in enum]
    return ["true", "false"] if schema.types() == ("boolean",) else []


def _text(value: JSON, structured: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and not structured:
        return value
    return json.dumps(value, ensure_ascii=False, indent=2 if isinstance(value, dict) else None)


def _pretty(value: JSON) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _is_file(schema: Node) -> bool:
    value = schema.value if isinstance(schema.value, dict) else {}
    return value.get("format") == "binary" or "contentMediaType" in value
