"""Which articles answer a question, how surely, and whether an answer may rest on one.

Ranking is BM25 over words, each field with a weight of its own (BM25F: Robertson, Zaragoza, Taylor 2004): one article in
sixty or in ten thousand is found by the same few lines, and a rare word counts for more than 办理. Why no ranking of the
store's: docs/decisions/0026-articles-are-found-by-words-of-our-own.md.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log

from models.codes import ArticleStatus, CitationRefusal, LinkKind, RequestType, Urgency
from models.knowledge import Article, StoredArticle
from models.profile import AnswerRule
from models.understanding import Understanding

Words = Callable[[str], Sequence[str]]
"""Cuts a text into its words, in one spelling."""

TITLE, KEYWORDS, ANSWER, BODY = 4.0, 3.0, 2.0, 1.0
"""What a word counts for in each field. Defaults (D), measured by ``bench/knowledge.py``."""

PAIR, CHARACTER = 0.3, 0.3
"""What a pair of characters inside a word, and a single character, count for beside a word of a question. jieba cuts 提取公积金
and 把公积金取出来 apart differently, and 提 alone is half a meaning. Defaults (D), measured by ``bench/knowledge.py``."""

_SATURATION, _LENGTH = 1.2, 0.5
"""BM25's k1 and b. Usual values; b is low because the weighted fields differ little in length."""

_COMPLAINING = (RequestType.COMPLAINT, RequestType.REPORT)
_LACKS = ("不", "没", "被", "欠")

_WORTH = 0.3
"""What scores less than this share of the best is not shown. A default (D)."""

_REFERENCE = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:@(\d{1,6}))?")
_SENTENCE = re.compile(r"[^。！？；\n]+[。！？；]?")
_LONGEST_SNIPPET = 90


@dataclass(frozen=True, slots=True)
class Found:
    """An article that answers a question.

    ``score`` ranks within one question. ``cover`` is the part of what the question asks that the article speaks of, 0 to 1,
    rare words counting more. ``hits`` are the words and pairs of characters that both have.
    ``exact``: the question is one of its keywords.
    """

    article: Article
    score: float
    cover: float
    hits: tuple[str, ...]
    exact: bool = False


class ArticleIndex:
    """The articles of a city, ready to be asked."""

    def __init__(self, articles: Iterable[Article], words: Words, empty_words: Collection[str] = ()) -> None:
        """Index ``articles``; ``empty_words`` tell nothing about what is asked (怎么, 请问)."""
        self._words = words
        self._empty = frozenset(empty_words)
        self._articles = tuple(articles)
        self._postings: dict[str, dict[int, float]] = defaultdict(dict)
        self._by_keyword: dict[str, set[int]] = defaultdict(set)
        # 可拨打12345 at the end of an article tells where to turn; those that name it as their matter tell about it.
        self._own_numbers = frozenset(
            word for article in self._articles for word in words(_matter(article)) if word.isdecimal()
        )
        lengths = []
        for number, article in enumerate(self._articles):
            counts = self._counts(article)
            lengths.append(sum(counts.values()))
            for term, count in counts.items():
                self._postings[term][number] = count
            for keyword in (article.title, *article.keywords):
                self._by_keyword[self._spelling(keyword)].add(number)
        mean = sum(lengths) / len(lengths) if lengths else 1.0
        self._dampings = [_SATURATION * (1 - _LENGTH + _LENGTH * length / mean) for length in lengths]
        self._replaced = defaultdict[str, list[Article]](list)
        for article in self._articles:
            for link in article.links:
                if link.kind is LinkKind.REPLACES:
                    self._replaced[link.article_id].append(article)

    def find(self, question: str, *, on: date, limit: int) -> list[Found]:
        """Return up to ``limit`` articles that hold on that day, best first; one that was replaced by then is left out."""
        terms: dict[str, float] = {}
        for term, share in self._terms(question):
            terms[term] = max(share, terms.get(term, 0.0))
        scores: dict[int, float] = defaultdict(float)
        covered: dict[int, float] = defaultdict(float)
        hits: dict[int, list[str]] = defaultdict(list)
        asked = 0.0
        for term, share in terms.items():
            holders = self._postings.get(term, {})
            weight = share * self._rarity(len(holders))
            asked += weight
            for number, count in holders.items():
                scores[number] += weight * count * (_SATURATION + 1) / (count + self._dampings[number])
                covered[number] += weight
                if len(term) > 1:
                    hits[number].append(term)
        exact = self._by_keyword.get(self._spelling(question), set())
        ranked = sorted(scores, key=lambda number: (number not in exact, -scores[number], self._articles[number].article_id))
        found = (
            Found(self._articles[n], scores[n], covered[n] / asked, tuple(hits[n]), exact=n in exact)
            for n in ranked
            if self._holds(self._articles[n], on)
        )
        return [one for one, _ in zip(found, range(limit), strict=False)]

    def _holds(self, article: Article, on: date) -> bool:
        return article.is_valid(on) and not any(later.is_valid(on) for later in self._replaced.get(article.article_id, ()))

    def _counts(self, article: Article) -> dict[str, float]:
        counts: dict[str, float] = defaultdict(float)
        fields = (
            (TITLE, article.title),
            (KEYWORDS, "\n".join(article.keywords)),
            (ANSWER, article.answer),
            (BODY, article.body),
        )
        for weight, text in fields:
            for term, _ in self._terms(text):
                if weight >= KEYWORDS or term not in self._own_numbers:
                    counts[term] += weight
        return counts

    def _terms(self, text: str) -> Iterator[tuple[str, float]]:
        """Yield what counts of a text, each with the share that it has in a question."""
        before = ""
        for word in self._words(text):
            alone, before = before, ""
            if word in self._empty:
                continue
            if len(word) == 1:
                yield word, CHARACTER
                if alone:  # 占道 that was cut into 占 and 道 must meet 占道
                    yield alone + word, 1.0
                before = word
                continue
            yield word, 1.0
            if word.isascii():  # 12315 is no kin of 12345
                continue
            if len(word) > 2:  # 居住证明 must meet 居住证
                pairs = (word[start : start + 2] for start in range(len(word) - 1))
                yield from ((pair, PAIR) for pair in pairs if pair not in self._empty)
            yield from ((character, CHARACTER) for character in word)

    def _rarity(self, holders: int) -> float:
        return log(1 + (len(self._articles) - holders + 0.5) / (holders + 0.5))

    def _spelling(self, text: str) -> str:
        return "".join(self._words(text))


def _matter(article: Article) -> str:
    """Return what an article is about, in its own words."""
    return "\n".join((article.title, *article.keywords))


def worth_reading(found: Sequence[Found]) -> list[Found]:
    """Return what a person should read of it: not what shares single characters alone, nor far less than the best."""
    return [one for one in found if one.hits and one.score >= found[0].score * _WORTH]


def sure_answer(found: Sequence[Found], question: str, rule: AnswerRule) -> Found | None:
    """Return the article that the machine may answer with by itself; None where it is not sure.

    It is sure where the question is a keyword of one article alone, or where the best article speaks of nearly all that is
    asked and stands clearly above the next. Source: domain.md A.11, 微信自主服务: exact, then fuzzy.
    """
    if not found or len(question.strip()) > rule.longest:
        return None
    best = found[0]
    if best.exact:
        return best if len(found) == 1 or not found[1].exact else None
    lead = best.score / found[1].score if len(found) > 1 else rule.least_lead
    return best if best.cover >= rule.least_cover and lead >= rule.least_lead else None


def may_be_answered(
    question: str, understanding: Understanding, found: Found, type_words: Mapping[RequestType, Collection[str]]
) -> bool:
    """Return whether the machine may answer a request, which was understood so, with what was found.

    Never an emergency, never several requests at once, and no complaint, report or request for help: 咨询 alone, and only
    where one of the three guesses is a category of the article. A keyword by itself (停水, 房产证) has neither type nor
    matter; it is kept from the machine only where it is taken for a complaint and has words of one: those of ``type_words``,
    or a beginning as in 不发工资.
    """
    if understanding.urgency is not Urgency.NORMAL or understanding.alarm is not None or understanding.issues:
        return False
    if found.exact:
        return understanding.request_type not in _COMPLAINING or not _complains(question.strip(), type_words)
    same_matter = any(guess.category_code in found.article.categories for guess in understanding.top)
    return same_matter and understanding.request_type is RequestType.CONSULT


def _complains(question: str, type_words: Mapping[RequestType, Collection[str]]) -> bool:
    return question.startswith(_LACKS) or any(word in question for kind in _COMPLAINING for word in type_words.get(kind, ()))


def parsed_reference(text: str) -> tuple[str, int | None] | None:
    """Return id and version of ``KB-0102@3``, the version None where only the id stands; None for anything else."""
    match = _REFERENCE.fullmatch(text.strip())
    return None if match is None else (match[1], int(match[2]) if match[2] else None)


def citation_refusal(stored: StoredArticle | None, on: date) -> CitationRefusal | None:
    """Return why an answer given on that day may not rest on a version; None where it may."""
    if stored is None:
        return CitationRefusal.UNKNOWN
    if stored.status is ArticleStatus.DRAFT:
        return CitationRefusal.DRAFT
    if stored.status is ArticleStatus.WITHDRAWN:
        return CitationRefusal.WITHDRAWN
    if on < stored.article.valid_from:
        return CitationRefusal.NOT_YET
    return None if stored.article.is_valid(on) else CitationRefusal.EXPIRED


def snippet_of(article: Article, hits: Collection[str]) -> str:
    """Return the sentence of the article in which most of the words stand; its first one where none does."""
    sentences = [match[0].strip() for match in _SENTENCE.finditer(f"{article.answer}\n{article.body}")]
    best = max((one for one in sentences if one), key=lambda one: sum(len(hit) for hit in hits if hit in one), default="")
    return best if len(best) <= _LONGEST_SNIPPET else f"{best[: _LONGEST_SNIPPET - 1]}…"


def marked_spans(text: str, hits: Collection[str]) -> list[tuple[int, int]]:
    """Return where the words stand in ``text``, in order; where two overlap they are one span."""
    spans = sorted((match.start(), match.end()) for hit in hits for match in re.finditer(re.escape(hit), text, re.IGNORECASE))
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
