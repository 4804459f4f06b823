"""Knowledge: what the hotline answers with, on whose authority, from when to when (domain.md A.11, 咨询直接答复)."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from models.codes import ArticleStatus, DraftState, LinkKind

MAX_ANSWER = 300
"""Characters of a short answer; with its source it must fit into one WeChat reply (domain.md I.5: 600)."""


_ID = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)+")


def is_article_id(text: str) -> bool:
    """Return whether ``text`` may name an article: capital letters and digits with hyphens, such as KB-0910-01."""
    return len(text) <= 40 and _ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Source:
    """Whose word an article repeats: the issuing office, its document, the day of the document, where it can be read."""

    office: str
    document: str
    issued_on: date
    url: str | None = None

    def __str__(self) -> str:
        return f"{self.office}《{self.document}》"


@dataclass(frozen=True, slots=True)
class Link:
    """An edge from one article to another."""

    kind: LinkKind
    article_id: str


@dataclass(frozen=True, slots=True)
class Article:
    """知识条目: one version of an article; what it says never changes, a correction is a new version.

    ``answer`` is the short answer that a citizen gets, ``body`` what an operator reads besides. ``valid_from`` and
    ``valid_to`` are inclusive; without ``valid_to`` it holds until it is replaced. ``keywords`` are the citizens' words.
    """

    article_id: str
    version: int
    title: str
    answer: str
    body: str
    valid_from: date
    valid_to: date | None
    source: Source
    categories: tuple[str, ...]
    keywords: tuple[str, ...]
    links: tuple[Link, ...] = ()

    @property
    def reference(self) -> str:
        """How an answer names it: id and version."""
        return f"{self.article_id}@{self.version}"

    def is_valid(self, on: date) -> bool:
        """Return whether it holds on that day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """A version with what became of it. ``written_by`` and ``reviewed_by`` are log-in names."""

    article: Article
    status: ArticleStatus
    written_by: str
    written_at: datetime
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ArticleAct:
    """One line of an article's history, never changed: who did what with which version."""

    article_id: str
    version: int
    status: ArticleStatus
    actor: str
    at: datetime
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """That an answer rests on an article. ``cited_in`` is a ticket's number, or the id of a contact the machine answered.

    ``valid_on`` is the day on which the article was found valid.
    """

    cited_in: str
    article_id: str
    version: int
    valid_on: date
    cited_at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """A unit's answer that satisfied a citizen and may become an article; question and answer are redacted."""

    ticket_no: str
    question: str
    answer: str
    basis: str | None
    unit_code: str
    category_code: str
    proposed_at: datetime
    state: DraftState = DraftState.WAITING
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    article_id: str | None = None
