"""The default profile's articles answer citizens' questions: measured, with a margin below what ``bench.knowledge`` prints."""

import pytest

from bench.knowledge import figures_of, read_questions
from config.profiles import find_profile, load_articles, load_profile
from dispatcher.rules.knowing import ArticleIndex
from hotline.bootstrap import words_of


@pytest.fixture(scope="module")
def figures():
    """What the half of the questions that nobody looked at comes to."""
    directory = find_profile("haikou")
    profile = load_profile(directory)
    index = ArticleIndex(load_articles(directory), words_of(profile), profile.question_words)
    questions = [one for one in read_questions() if one.half == "measured" or one.article is None]
    return figures_of(index, questions, profile.self_service.answers)


def test_the_right_article_is_among_the_first_three(figures):
    """Measured .978 of 46."""
    assert figures.questions >= 40
    assert figures.recall_at_3 >= 0.9


def test_the_right_article_is_mostly_the_first(figures):
    """Measured .913."""
    assert figures.recall_at_1 >= 0.8


def test_what_is_surely_answered_is_answered_rightly(figures):
    """Measured: a quarter, none wrong; of 25 complaints one, which its type keeps from being answered."""
    assert figures.sure >= 0.15
    assert figures.wrong <= 1
    assert figures.rash <= 2


def test_the_starting_set_is_large_and_linked():
    """Sixty articles at least, each with its source, most of them related to another."""
    articles = load_articles(find_profile("haikou"))

    assert len(articles) >= 60
    assert all(article.source.office and article.source.document for article in articles)
    assert sum(bool(article.links) for article in articles) > len(articles) * 0.8
