"""Contacts written as examples, with the requests that they hold."""

from dataclasses import dataclass

from models.codes import Channel, RequestType


@dataclass(frozen=True, slots=True)
class ExampleRequest:
    """One request of a contact: what stands at ``text[start:end]``."""

    start: int
    end: int
    category_code: str
    request_type: RequestType


@dataclass(frozen=True, slots=True)
class ExampleContact:
    """A contact with its requests in their order; one that must not be split has one. Requests do not overlap."""

    text: str
    channel: Channel
    requests: tuple[ExampleRequest, ...]
