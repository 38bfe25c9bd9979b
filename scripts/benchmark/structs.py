"""The measured answers as plain ``msgspec.Struct``: what a decoder costs that does nothing else."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType, field


class Links(Struct):
    """Links of a page."""

    self_: str = field(name="self")
    first: str | None
    last: str | None
    prev: str | UnsetType | None = UNSET
    next: str | UnsetType | None = UNSET


class Pagination(Struct):
    """Where a page stands."""

    total_items: int = field(name="totalItems")
    per_page: int = field(name="perPage")
    total_pages: int = field(name="totalPages")
    links: Links
    current_page: int = field(name="currentPage")


class Image(Struct):
    """An image."""

    image_id: int = field(name="imageID")
    size: str
    image_url: str = field(name="imageURL")


class Page(Struct):
    """A page of images."""

    pagination: Pagination
    response: list[Image]
    request_id: str = field(name="requestID")


class Location(Struct):
    """A place."""

    latitude: float
    radius: float
    longitude: float
    region: str | None
    country_code: str | None = field(name="countryCode")
    country: str | UnsetType | None = UNSET


class Custom(Struct):
    """Custom variables."""

    custom1: str | UnsetType | None = UNSET
    custom2: str | UnsetType | None = UNSET
    custom3: str | UnsetType | None = UNSET
    custom4: str | UnsetType | None = UNSET
    custom5: str | UnsetType | None = UNSET


class Content(Struct):
    """What was given with an answer."""

    result: str
    other: str
    file_link: str = field(name="fileLink")
    scale: str
    dynamic_explode_text: str = field(name="dynamicExplodeText")
    weight: float
    text: str


class Answer(Struct):
    """An answer."""

    answer_id: int = field(name="answerID")
    answer_text: str = field(name="answerText")
    value: Content


class Question(Struct):
    """A question's answers."""

    question_description: str = field(name="questionDescription")
    question_id: int = field(name="questionID")
    question_code: str = field(name="questionCode")
    answer_values: list[Answer] = field(name="answerValues")
    question_text: str = field(name="questionText")
    image_url: str | UnsetType | None = field(default=UNSET, name="imageUrl")


class Survey(Struct):
    """A survey response."""

    survey_id: int = field(name="surveyID")
    ip_address: str = field(name="ipAddress")
    language: str
    duplicate: bool
    response_status: str = field(name="responseStatus")
    operating_system: str = field(name="operatingSystem")
    custom_variables: Custom = field(name="customVariables")
    external_reference: str = field(name="externalReference")
    os_device_type: str = field(name="osDeviceType")
    time_taken: int = field(name="timeTaken")
    current_inset: str = field(name="currentInset")
    survey_name: str = field(name="surveyName")
    browser: str
    location: Location
    response_set: list[Question] = field(name="responseSet")
    response_id: int = field(name="responseID")
    timestamp: str


class SurveyResult(Struct):
    """The answer to a survey response's creation."""

    response: Survey
    request_id: str | UnsetType = field(default=UNSET, name="requestID")
