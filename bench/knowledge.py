"""How well and how fast articles are found: ``python -m bench.knowledge``.

The questions of ``tests/data/knowledge_questions.jsonl`` are asked of the default profile's articles. Those of the half
``chosen`` were looked at while weights and thresholds were chosen, those of the half ``measured`` were written afterwards and
only counted. A question without an article must not be answered by the machine. Speed is that of one core, with the profile's
articles and with copies of them up to ten thousand.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from bench.machine import machine
from config.profiles import find_profile, load_articles, load_profile
from dispatcher.rules.knowing import ArticleIndex, sure_answer
from hotline.bootstrap import words_of
from models.knowledge import Article
from models.profile import AnswerRule

QUESTIONS = Path("tests/data/knowledge_questions.jsonl")
DAY = date(2026, 11, 26)
MANY = 10_000
_LIMIT = 3
_ROUNDS = 5


class Question(NamedTuple):
    """What a citizen asks, and the article that answers it; None where people must."""

    half: str
    question: str
    article: str | None


class Figures(NamedTuple):
    """Shares of questions with an article: found first, among the first three, surely answered; and how the sure ones do.

    ``wrong`` counts sure answers from another article, ``rash`` those to what only people may answer.
    """

    questions: int
    recall_at_1: float
    recall_at_3: float
    sure: float
    wrong: int
    rash: int


def main() -> None:
    """Measure and print one line for each figure."""
    directory = find_profile("haikou")
    profile, articles = load_profile(directory), load_articles(directory)
    words, rule = words_of(profile), profile.self_service.answers
    if rule is None:
        raise AssertionError("the default profile answers questions")
    index = ArticleIndex(articles, words, profile.question_words)
    print(machine())
    questions = read_questions()
    for half in ("chosen", "measured"):
        figures = figures_of(index, [one for one in questions if one.half == half], rule)
        print(f"{half}: {figures.questions} questions, recall@1 {figures.recall_at_1:.3f}, recall@3 {figures.recall_at_3:.3f}")
        print(f"{half}: surely answered {figures.sure:.3f}, wrong {figures.wrong}, rash {figures.rash}")
    print(f"{len(articles)} articles: {_microseconds(index, questions):.0f} µs a question")
    began = time.perf_counter()
    many = ArticleIndex(_copies(articles, MANY), words, profile.question_words)
    print(f"{MANY} articles: built in {time.perf_counter() - began:.1f} s, {_microseconds(many, questions):.0f} µs a question")


def read_questions() -> list[Question]:
    """Return the questions."""
    return [Question(**json.loads(line)) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]


def figures_of(index: ArticleIndex, questions: Sequence[Question], rule: AnswerRule) -> Figures:
    """Ask and count."""
    first = three = sure = wrong = rash = 0
    answerable = [one for one in questions if one.article is not None]
    for one in questions:
        found = index.find(one.question, on=DAY, limit=_LIMIT)
        ids = [each.article.article_id for each in found]
        answer = sure_answer(found, one.question, rule)
        if one.article is None:
            rash += answer is not None
            continue
        first += ids[:1] == [one.article]
        three += one.article in ids
        sure += answer is not None
        wrong += answer is not None and answer.article.article_id != one.article
    total = len(answerable)
    return Figures(total, first / total, three / total, sure / total, wrong, rash)


def _microseconds(index: ArticleIndex, questions: Sequence[Question]) -> float:
    began = time.perf_counter()
    for _ in range(_ROUNDS):
        for one in questions:
            index.find(one.question, on=DAY, limit=_LIMIT)
    return (time.perf_counter() - began) / _ROUNDS / len(questions) * 1e6


def _copies(articles: Sequence[Article], amount: int) -> list[Article]:
    return [
        replace(
            articles[number % len(articles)], article_id=f"{articles[number % len(articles)].article_id}-{number}", links=()
        )
        for number in range(amount)
    ]


if __name__ == "__main__":
    main()
