"""Why a request was understood as it was: everything that led from the text to a unit, in one value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from classifiers.edits import Edit, edits_of
from classifiers.lines import RequestLine
from classifiers.normalise import NormalisedText, normalise
from classifiers.understand import Understander
from dispatcher.rules.deciding import Judgement
from dispatcher.rules.routing import Route
from dispatcher.workflow.city import City
from hotline.describing import Describer
from models.codes import ReviewReason
from models.profile import ConfidenceBands
from models.understanding import Evidence, Understanding

_EXPLAINED_GUESSES = 2
"""The first guess and the one it was chosen before; the third is rarely in question."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One request with all that was made of it.

    ``evidence`` holds, for each of the first two guesses, the words that speak for it. ``doubts`` are why a person decides
    instead of the engine, the route's doubt included. ``bands`` are those that it was judged by; ``described`` is the line
    that ``hotline classify`` writes for it.
    """

    text: NormalisedText
    edits: tuple[Edit, ...]
    understanding: Understanding
    evidence: Mapping[str, tuple[Evidence, ...]]
    judgement: Judgement
    route: Route
    doubts: tuple[ReviewReason, ...]
    bands: ConfidenceBands
    described: Mapping[str, Any]


class Explainer:
    """Explains requests of one city, with the rules that the engine dispatches by."""

    def __init__(self, city: City, understander: Understander, describer: Describer) -> None:
        self._city = city
        self._understander = understander
        self._describer = describer

    def explain(self, line: RequestLine, *, on: date) -> Explanation:
        """Return what would become of the request if it came in on that day."""
        (understanding,) = self._understander.understand([line.text])
        judgement = self._describer.judge(line, understanding)
        route = self._city.routes.choose(
            judgement.category_code,
            district_code=understanding.district_code,
            subject=understanding.facts.subject,
            on=on,
        )
        text = normalise(line.text)
        return Explanation(
            text=text,
            edits=edits_of(text),
            understanding=understanding,
            evidence={
                guess.category_code: self._understander.evidence(line.text, guess.category_code)
                for guess in understanding.top[:_EXPLAINED_GUESSES]
            },
            judgement=judgement,
            route=route,
            doubts=self._city.doubts(judgement, understanding, route, district_code=understanding.district_code, on=on),
            bands=self._describer.bands,
            described=self._describer.fields(line, understanding),
        )


def as_fields(explanation: Explanation, city: City) -> dict[str, Any]:
    """Return the explanation ready for JSON: the fields of ``hotline classify``, and what led to them."""
    understanding, route, bands = explanation.understanding, explanation.route, explanation.bands
    return {
        **explanation.described,
        "text": explanation.text.raw,
        "normalised": explanation.text.text,
        "edits": [{"span": [edit.start, edit.end], "to": edit.after, "kind": edit.kind.value} for edit in explanation.edits],
        "guesses": [
            {
                "category": guess.category_code,
                "name": name_of_category(guess.category_code, city),
                "probability": round(guess.probability, 4),
                "evidence": [
                    {"word": each.word, "span": [each.start, each.end], "weight": round(each.weight, 4)}
                    for each in explanation.evidence.get(guess.category_code, ())
                ],
            }
            for guess in understanding.top
        ],
        "alarm_category": understanding.alarm_category,
        "unit": None if route.lead is None else {"code": route.lead, "name": name_of_unit(route.lead, city)},
        "co_units": [{"code": code, "name": name_of_unit(code, city)} for code in route.co_units],
        "basis": route.basis or None,
        "matrix_version": city.routes.version,
        "review": bool(explanation.doubts),
        "reasons": [doubt.value for doubt in explanation.doubts],
        "bands": {"automatic": bands.automatic, "review": bands.review, "asr": bands.asr},
        "model": understanding.model_version,
    }


def name_of_category(code: str, city: City) -> str:
    """Return the category's name, or the code where a model of another label set knows more than the profile."""
    category = city.profile.categories.get(code)
    return code if category is None else category.level2


def name_of_unit(code: str, city: City) -> str:
    """Return the unit's name."""
    return city.profile.units[code].name
