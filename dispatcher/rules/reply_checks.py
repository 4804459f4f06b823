"""What a machine finds wanting in a unit's reply before a person reviews it (domain.md A.5).

Each check is cheap and may be wrong: it shows the reviewer where to look, and decides nothing. Only a number that reaches a
person is refused outright, by the workflow.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from dispatcher.rules.likeness import likeness, telling_terms
from dispatcher.rules.redaction import NUMBER_MARK
from models.codes import ReplyFault
from models.profile import ReplyRule

TermsOf = Callable[[str], frozenset[str]]

LONGEST_EVIDENCE = 60
"""Characters of a reply that a finding quotes. Our default."""

_CLAUSE_ENDS = re.compile(r"[，,。.；;！!？?\n]+")
_SENTENCE_ENDS = re.compile(r"[。；;！!？?\n]+")
_BLANKS = re.compile(r"[\s，,。.；;！!？?、:：“”\"'（）()]+")

_NUMBER = "[0-9０-９零〇一二三四五六七八九十两几]"
_DATE = re.compile(
    rf"{_NUMBER}{{1,3}}\s?(?:月|日|号|个?工作日|天|周|小时|个月)|[本这下当]周|星期|[本下次当][月年]|[月年季][底末]|今[天日]|明[天日]|当[天日]|"
    r"节前|春节|国庆|20\d\d"
)
"""What tells when: a day, a span, the end of a month. Our default."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wanting. ``evidence`` is the words that show it, or a ticket's number; empty where nothing is there."""

    fault: ReplyFault
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as it was written, without what names a person. ``contacted``: the unit has spoken with the citizen."""

    investigation: str
    result: str
    basis: str | None
    contacted: bool
    attachments: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What was found and done."""
        return f"{self.investigation}\n{self.result}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the citizen asked for. ``words`` are the category's own; ``askable``: somebody may contact the citizen."""

    text: str
    address: str | None
    category_code: str
    words: tuple[str, ...]
    askable: bool


@dataclass(frozen=True, slots=True)
class EarlierReply:
    """What the same unit replied to another ticket. ``place`` is that ticket's address, its request where it has none."""

    ticket_no: str
    text: str
    place: str


def findings_of(
    reply: Reply, asked: Asked, *, rule: ReplyRule, earlier: Sequence[EarlierReply] = (), terms_of: TermsOf = telling_terms
) -> tuple[Finding, ...]:
    """Return what is wanting in ``reply``, each fault once, in the order of ``ReplyFault``.

    ``terms_of`` gives the terms by which a reply and a request are compared (see ``rules.likeness``).
    """
    found = {finding.fault: finding for finding in reversed(list(_findings(reply, asked, rule, earlier, terms_of)))}
    return tuple(found[fault] for fault in ReplyFault if fault in found)


def _findings(
    reply: Reply, asked: Asked, rule: ReplyRule, earlier: Sequence[EarlierReply], terms_of: TermsOf
) -> Iterator[Finding]:
    if not _is_to_the_point(reply, asked, terms_of):
        yield Finding(ReplyFault.OFF_TOPIC)
    if asked.askable and not reply.contacted:
        yield Finding(ReplyFault.NOT_CONTACTED)
    if _tells_no_result(reply.result, rule):
        yield Finding(ReplyFault.NO_RESULT, _cut(reply.result))
    if _is_empty(reply.basis or "", rule):
        yield Finding(ReplyFault.NO_BASIS, _cut(reply.basis or ""))
    promise = _undated_promise(reply, rule)
    if promise:
        yield Finding(ReplyFault.UNDATED_PROMISE, _cut(promise))
    copied = _copied_from(reply, asked, rule, earlier)
    if copied:
        yield Finding(ReplyFault.COPIED, copied)
    if NUMBER_MARK in f"{reply.text}{reply.basis or ''}":
        yield Finding(ReplyFault.PERSONAL_DATA)
    refusal = _clause_with(reply.text, rule.refusals)
    if refusal and not _has_any(f"{reply.text}{reply.basis or ''}", rule.grounds):
        yield Finding(ReplyFault.REFUSED_DUTY, _cut(refusal))
    solved = _clause_with(reply.result, rule.solved)
    if solved and not reply.attachments and asked.category_code.startswith(rule.photos or ("-",)):
        yield Finding(ReplyFault.NO_ATTACHMENT, _cut(solved))


def _is_to_the_point(reply: Reply, asked: Asked, terms_of: TermsOf) -> bool:
    """Return whether a reply shares a telling term with the request, or names its place or its category's things."""
    if terms_of(reply.text) & terms_of(f"{asked.text}\n{asked.address or ''}"):
        return True
    return _has_any(reply.text, asked.words)


def _tells_no_result(result: str, rule: ReplyRule) -> bool:
    """Return whether each clause of a result is empty, or tells only that somebody is at it."""
    clauses = [clause for clause in _CLAUSE_ENDS.split(result) if clause.strip()]
    return all(_is_empty(clause, rule) or _has_any(clause, rule.unfinished) for clause in clauses)


def _is_empty(text: str, rule: ReplyRule) -> bool:
    bare = _BLANKS.sub("", text)
    return not bare or bare in rule.empty


def _undated_promise(reply: Reply, rule: ReplyRule) -> str | None:
    """Return the first sentence that promises without saying until when."""
    for sentence in _SENTENCE_ENDS.split(reply.text):
        if _has_any(sentence, rule.promises) and not _DATE.search(sentence):
            return sentence.strip()
    return None


def _copied_from(reply: Reply, asked: Asked, rule: ReplyRule, earlier: Sequence[EarlierReply]) -> str | None:
    """Return the number of the latest ticket of another place that was answered in the same words."""
    terms = telling_terms(reply.text)
    if len(terms) < rule.copied_terms:
        return None
    elsewhere = (other for other in earlier if other.place != (asked.address or asked.text))
    alike = (other for other in elsewhere if likeness(terms, telling_terms(other.text)) > rule.copied_likeness)
    return next((other.ticket_no for other in alike), None)


def _clause_with(text: str, words: Collection[str]) -> str | None:
    return next((clause.strip() for clause in _CLAUSE_ENDS.split(text) if _has_any(clause, words)), None)


def _has_any(text: str, words: Collection[str]) -> bool:
    return any(word in text for word in words)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_EVIDENCE else f"{text[: LONGEST_EVIDENCE - 1]}…"
