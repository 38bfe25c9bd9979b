"""Bytes → typed values, without a request around it."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import msgspec

from scripts.openapi.json_value import is_object

from . import structs
from .peers import OTHER_GENERATOR, OTHER_PACKAGE, OURS, STOCK, STOCK_PACKAGE, module
from .work import Order, Work, demand

Decode = Callable[[bytes], Any]


def _decoder(peer: str, survey: bool) -> Decode:
    if peer == OURS:
        from questionpro_client import models
        from questionpro_client._runtime.decoding import decode_json

        kind: Any = models.CreateResponseResult if survey else models.ImagePage
        return lambda text: decode_json(text, kind)
    if peer == "msgspec":
        return msgspec.json.Decoder(structs.SurveyResult if survey else structs.Page).decode
    if peer == "json.loads":
        return json.loads
    package = {STOCK: STOCK_PACKAGE, OTHER_GENERATOR: OTHER_PACKAGE}[peer]
    models = module(f"{package}.models")
    kind = models.CreateResponseResult if survey else models.ImagePage
    return lambda text: kind.from_dict(json.loads(text))


@contextmanager
def decoding(order: Order) -> Generator[Work]:
    """Decode a list of images, or a survey response when ``size`` is 0."""
    survey, content = order.size == 0, order.content()
    value = content.survey if survey else content.pages[order.size]
    text = json.dumps(value, separators=(",", ":")).encode()
    decode = _decoder(order.peer, survey)
    found = decode(text)
    _check(found, value, survey)

    def work(count: int) -> None:
        last: Any = None
        for _ in range(count):
            last = decode(text)
        _check(last, value, survey)

    yield work


def _check(found: Any, value: Any, survey: bool) -> None:
    if is_object(found):
        demand(found, value, "the decoded JSON")
    elif survey:
        expected = [
            (question["questionID"], answer["value"]["text"])
            for question in value["response"]["responseSet"]
            for answer in question["answerValues"]
        ]
        # openapi-generator wraps texts of several types
        got = [
            (question.question_id, getattr(answer.value.text, "actual_instance", answer.value.text))
            for question in found.response.response_set
            for answer in question.answer_values
        ]
        demand(got, expected, "the decoded survey response")
    else:
        demand(
            [(image.image_id, image.image_url, image.size) for image in found.response],
            [(image["imageID"], image["imageURL"], image["size"]) for image in value["response"]],
            "the decoded images",
        )
