"""``knowledge/*.toml``: the articles that a city starts with, and what is wrong with them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import combinations
from pathlib import Path
from types import MappingProxyType

from config.personal_data import personal_data_in
from config.profile_files import Problems, Table, read_own_or_shared_words, read_table
from config.profile_layers import Layers
from models.codes import LinkKind
from models.knowledge import MAX_ANSWER, Article, Link, Source, is_article_id
from models.profile import Category

MOST_LIKE = 0.8
"""Titles that share this part of their pairs of characters ask the same. A default (D)."""

_KINDS: Mapping[str, LinkKind] = MappingProxyType({kind.value: kind for kind in LinkKind})


def read_articles(paths: Sequence[Path], problems: Problems) -> tuple[Article, ...]:
    """Return the articles of these files in their order; a twin of an id is noted and left out."""
    found: dict[str, Article] = {}
    for path in paths:
        table = read_table(path, problems)
        for entry in table.tables("articles"):
            article = _article(entry)
            if article.article_id in found:
                entry.note("id", f"{article.article_id!r} stands twice")
            found.setdefault(article.article_id, article)
        table.finish()
    return tuple(found.values())


def read_question_words(layers: Layers, problems: Problems) -> tuple[str, ...]:
    """Return the words that tell nothing about what is asked; the language's list unless the profile has its own."""
    path = layers.file("lexicons", "question_words.txt")
    return read_own_or_shared_words(path, problems)


def check_articles(
    articles: Sequence[Article], categories: Mapping[str, Category], on: date | None, problems: Problems
) -> None:
    """Note what is wrong between articles: links or categories that do not exist, twins by title, expired by the day ``on``."""
    known = {article.article_id for article in articles}
    for article in articles:

        def note(key: str, reason: str, article: Article = article) -> None:
            problems.add("knowledge", f"{article.article_id}, {key}", reason)

        if on is not None and article.valid_to is not None and article.valid_to < on:
            note("valid_to", f"{article.valid_to} is past; write a new version or take the article out")
        for link in article.links:
            if link.article_id == article.article_id or link.article_id not in known:
                note(link.kind.value, f"{link.article_id} is no other article")
        for code in article.categories:
            if code not in categories:
                note("categories", f"{code!r} is not in taxonomy.csv")
        for what in personal_data_in(f"{article.title}\n{article.answer}\n{article.body}"):
            note("body", f"holds {what}")
    _check_titles(articles, problems)


def _article(entry: Table) -> Article:
    article_id = entry.text("id")
    if article_id and not is_article_id(article_id):
        entry.note("id", f"{article_id!r} is not capital letters and digits with hyphens, such as KB-0910-01")
    valid_from = entry.get("valid_from", date, date.min, "a date such as 2026-01-01")
    valid_to = entry.get("valid_to", date, date.max, "a date such as 2026-12-31") if entry.has("valid_to") else None
    if valid_to is not None and valid_to < valid_from:
        entry.note("valid_to", f"{valid_to} is before valid_from {valid_from}")
    answer = entry.text("answer")
    if len(answer) > MAX_ANSWER:
        entry.note("answer", f"has {len(answer)} characters; {MAX_ANSWER} at most, the rest belongs into body")
    article = Article(
        article_id=article_id,
        version=entry.whole("version", least=1),
        title=entry.text("title"),
        answer=answer,
        body=entry.text("body").strip(),
        valid_from=valid_from,
        valid_to=valid_to,
        source=_source(entry.table("source")),
        categories=entry.texts("categories"),
        keywords=entry.texts("keywords"),
        links=tuple(_links(entry)),
    )
    if not article.keywords:
        entry.note("keywords", "is empty; write the words that citizens use")
    entry.finish()
    return article


def _source(table: Table) -> Source:
    source = Source(
        office=table.text("office"),
        document=table.text("document"),
        issued_on=table.get("date", date, date.min, "a date such as 2026-01-01"),
        url=table.text("url") if table.has("url") else None,
    )
    if source.url is not None and not source.url.startswith("https://"):
        table.note("url", f"{source.url!r} does not begin with https://")
    table.finish()
    return source


def _links(entry: Table) -> Iterable[Link]:
    for key, kind in _KINDS.items():
        if entry.has(key):
            yield from (Link(kind, article_id) for article_id in entry.texts(key))


def _check_titles(articles: Sequence[Article], problems: Problems) -> None:
    pairs = {article.article_id: _pairs(article.title) for article in articles}
    for one, other in combinations(articles, 2):
        first, second = pairs[one.article_id], pairs[other.article_id]
        shared = len(first & second) / max(len(first | second), 1)
        if shared >= MOST_LIKE or one.title == other.title:
            problems.add("knowledge", f"{other.article_id}, title", f"{other.title!r} is nearly that of {one.article_id}")


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[start : start + 2] for start in range(len(text) - 1))
