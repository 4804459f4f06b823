"""What was understood of a request, as a line of JSON for programs and people."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from classifiers.lines import RequestLine
from classifiers.understand import Understander
from dispatcher.rules.deciding import Judgement, judge, may_be_declined
from models.codes import Channel, RequestType
from models.contact import Contact
from models.profile import Category, ConfidenceBands, Handling, Profile
from models.understanding import Facts, Understanding


class Describer:
    """Understands lines and writes down what was understood, with the same rules that the engine dispatches by."""

    def __init__(self, understander: Understander, profile: Profile, bands: ConfidenceBands, labels: Iterable[str]) -> None:
        self._understander = understander
        self._profile = profile
        self._districts = {code: district.name for code, district in profile.districts.items()}
        self.bands = bands
        self._categories = {label: _plain_category(label) for label in labels} | dict(profile.categories)

    def batch(self, lines: Sequence[RequestLine]) -> Iterator[str]:
        """Yield one JSON line for each, in order."""
        understandings = self._understander.understand([line.text for line in lines])
        for line, understanding in zip(lines, understandings, strict=True):
            yield json.dumps(self.fields(line, understanding), ensure_ascii=False)

    def judge(self, line: RequestLine, understanding: Understanding) -> Judgement:
        """Return as what the engine would take the line, and why a person would have to look."""
        return judge(
            _contact_of(line),
            understanding,
            categories=self._categories,
            bands=self.bands,
            may_be_declined=may_be_declined(
                line.text, has_place=understanding.district_code is not None, profile=self._profile
            ),
        )

    def fields(self, line: RequestLine, understanding: Understanding) -> dict[str, Any]:
        """Return what was understood of the line, ready for JSON."""
        judgement = self.judge(line, understanding)
        return {
            "id": line.id,
            "category": judgement.category_code,
            "confidence": round(understanding.best.probability, 4),
            "top3": [[guess.category_code, round(guess.probability, 4)] for guess in understanding.top],
            "type": judgement.request_type.label,
            "urgency": judgement.urgency.label,
            "alarm": understanding.alarm,
            "district": self._districts.get(understanding.district_code or ""),
            "street": understanding.street,
            "address": understanding.address,
            "language": understanding.language,
            "facts": _facts(understanding.facts),
            "repairs": [
                {"heard": each.heard, "taken": each.taken, "span": [each.start, each.end]} for each in understanding.repairs
            ],
            "issues": _issues(understanding)
            or [
                {
                    "category": judgement.category_code,
                    "type": judgement.request_type.label,
                    "span": [0, len(line.text)],
                    "confidence": round(understanding.best.probability, 4),
                }
            ],
            "review": bool(judgement.doubts),
            "reasons": [doubt.value for doubt in judgement.doubts],
            "evidence": [
                {"word": each.word, "span": [each.start, each.end], "weight": round(each.weight, 4)}
                for each in self._understander.evidence(line.text)
            ],
        }


def _issues(understanding: Understanding) -> list[dict[str, Any]]:
    """Return the requests of a contact that holds several; nothing for one that does not."""
    return [
        {
            "category": issue.top[0].category_code,
            "type": issue.request_type.label,
            "span": [issue.start, issue.end],
            "confidence": round(issue.top[0].probability, 4),
        }
        for issue in understanding.issues
    ]


def _facts(facts: Facts) -> dict[str, Any]:
    """Return the facts with the labels of the trade; what the text does not tell is null."""
    return {
        "plate": facts.plate,
        "plate_kind": facts.plate_kind.label if facts.plate_kind else None,
        "amount": None if facts.amount is None else float(facts.amount),
        "when": facts.when,
        "company": facts.company,
        "subject": facts.subject.label,
        "anonymous": facts.anonymous,
        "confidential": facts.confidential,
        "mood": facts.mood.label if facts.mood else None,
    }


def _contact_of(line: RequestLine) -> Contact:
    """Return the line as the contact that the rules judge: all they read of it is how well it was recognised."""
    return Contact(
        contact_id=UUID(int=0),
        channel=Channel.PHONE,
        text=line.text,
        received_at=datetime.min.replace(tzinfo=UTC),
        caller_ref="",
        salutation=None,
        asr_confidence=line.asr_confidence,
        district=None,
    )


def _plain_category(label: str) -> Category:
    """Return a category for a label that the profile does not know: a model of another label set may be tried too."""
    return Category(
        code=label,
        level1_code=label,
        level1=label,
        level2=label,
        default_type=RequestType.HELP,
        words=(),
        urgent_words=(),
        handling=Handling.DISPATCH,
        source="",
    )
