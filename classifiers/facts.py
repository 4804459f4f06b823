"""Facts: what a request tells besides its category."""

from collections.abc import Sequence

from classifiers.amounts import amount_in
from classifiers.companies import CompanyReader
from classifiers.mood import MoodReader
from classifiers.normalise import NormalisedText
from classifiers.plates import plate_in
from classifiers.subject import SubjectReader
from classifiers.times import when_in
from classifiers.wishes import wants_anonymity, wants_secrecy
from models.profile import FactLexicon
from models.understanding import Facts


class FactReader:
    """Reads the facts of normalised texts by a profile's words."""

    def __init__(self, lexicon: FactLexicon) -> None:
        self._companies = CompanyReader(lexicon)
        self._subject = SubjectReader(lexicon)
        self._mood = MoodReader(lexicon)

    def read(self, text: NormalisedText) -> Facts:
        """Return the facts, what is quoted in the citizen's own characters."""
        return self.read_all([text])[0]

    def read_all(self, texts: Sequence[NormalisedText]) -> list[Facts]:
        """Return the facts of each text. One reader after the other goes through all texts: so it stays in the cache."""
        plain = [each.text for each in texts]
        return [
            Facts(
                plate=plate and plate[0],
                plate_kind=plate and plate[1],
                amount=amount,
                when=_quoted(text, when),
                company=_quoted(text, company),
                subject=subject,
                anonymous=anonymous,
                confidential=confidential,
                mood=mood,
            )
            for text, plate, amount, when, company, subject, anonymous, confidential, mood in zip(
                texts,
                [plate_in(each) for each in plain],
                [amount_in(each) for each in plain],
                [when_in(each) for each in plain],
                [self._companies.read(each) for each in plain],
                [self._subject.read(each) for each in plain],
                [wants_anonymity(each) for each in plain],
                [wants_secrecy(each) for each in plain],
                [self._mood.read(each) for each in plain],
                strict=True,
            )
        ]


def _quoted(normalised: NormalisedText, span: tuple[int, int] | None) -> str | None:
    return None if span is None else normalised.quoted(*span)
