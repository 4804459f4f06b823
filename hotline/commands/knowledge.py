"""``hotline knowledge``."""

import argparse
import asyncio
import json
import os
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC
from typing import TYPE_CHECKING, Any

from hotline.commands import Subparsers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dispatcher.rules.knowing import Found
    from dispatcher.store.database import Database
    from models.knowledge import Article, Proposal, StoredArticle
    from models.profile import Profile

_EXAMPLES = """\
examples:
  hotline knowledge import
  hotline knowledge search 租房能提公积金吗
  hotline knowledge show KB-0910-01 --json
  hotline knowledge check --profile haikou
  hotline knowledge proposals
  hotline knowledge refuse HK20260506P0000124 --reason 只对一户适用
"""


def add_parser(commands: Subparsers) -> None:
    """Add the command with its acts."""
    parser = commands.add_parser(
        "knowledge",
        help="the articles that answers rest on: import, search, show, check, proposals",
        description="The knowledge base. Without a database, or with --profile, search and show read a profile's files.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = parser.add_subparsers(metavar="ACT", required=True)
    bring = _act(acts, "import", "publish the articles of a profile; known versions are left as they are", _import)
    bring.add_argument("--reviewer", metavar="NAME", default="import", help="who answers for them (default: %(default)s)")
    bring.add_argument("--draft", action="store_true", help="as drafts, which a reviewer publishes on the console")
    search = _act(acts, "search", "find articles that answer a question", _search)
    search.add_argument("question", metavar="QUESTION")
    search.add_argument("--limit", type=int, default=5, metavar="N", help="at most N articles (default: %(default)s)")
    show = _act(acts, "show", "one article with its history", _show)
    show.add_argument("article", metavar="ID", help="such as KB-0910-01")
    _act(acts, "check", "verify a profile's articles; exit code 1 when one is wrong", _check)
    _act(acts, "proposals", "answers of units that may become articles", _proposals)
    refuse = _act(acts, "refuse", "refuse a proposal", _refuse)
    refuse.add_argument("ticket", metavar="NUMBER")
    refuse.add_argument("--reason", required=True, metavar="TEXT")
    refuse.add_argument("--reviewer", metavar="NAME", default="admin", help="who decides (default: %(default)s)")
    publish = _act(acts, "publish", "publish a proposal as an article", _publish)
    publish.add_argument("ticket", metavar="NUMBER")
    publish.add_argument("--id", required=True, metavar="ID", help="the article's id; a known one gets a new version")
    publish.add_argument("--title", required=True, metavar="TEXT", help="the question in general words")
    publish.add_argument("--answer", metavar="TEXT", help="the answer in general words (default: the unit's)")
    publish.add_argument("--document", required=True, metavar="TEXT", help="the document on which the answer rests")
    publish.add_argument("--date", required=True, metavar="DATE", help="the document's day, 2026-05-18")
    publish.add_argument("--keyword", action="append", default=[], metavar="WORD", help="may be given several times")
    publish.add_argument("--reviewer", metavar="NAME", default="admin", help="who answers for it (default: %(default)s)")


def _act(
    acts: Subparsers, name: str, summary: str, work: Callable[[argparse.Namespace], Coroutine[Any, Any, int]]
) -> argparse.ArgumentParser:
    parser = acts.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
    parser.add_argument("--profile", metavar="NAME", help="the city (default: the settings')")
    parser.add_argument("--json", action="store_true", help="print one JSON value")
    parser.set_defaults(run=lambda arguments: asyncio.run(work(arguments)))
    return parser


async def _import(arguments: argparse.Namespace) -> int:
    from config.profiles import find_profile, load_articles
    from dispatcher.workflow.knowledge import import_articles
    from hotline.bootstrap import SystemClock
    from models.codes import ArticleStatus

    articles = load_articles(find_profile(_profile_name(arguments)))
    async with _database(arguments) as database:
        status = ArticleStatus.DRAFT if arguments.draft else ArticleStatus.PUBLISHED
        done = await import_articles(
            articles, actor=arguments.reviewer, open_work=database.open_work, clock=SystemClock(), status=status
        )
    if arguments.json:
        _print({"added": done.added, "replaced": done.replaced, "unchanged": done.unchanged})
    else:
        print(f"知识条目：新增 {done.added}，新版本 {done.replaced}，未变 {done.unchanged}")
    return 0


async def _search(arguments: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from dispatcher.rules.knowing import ArticleIndex, snippet_of, worth_reading
    from hotline.bootstrap import words_of

    profile, articles = await _articles(arguments)
    index = ArticleIndex((stored.article for stored in articles), words_of(profile), profile.question_words)
    on = datetime.now(UTC).astimezone(profile.timezone).date()
    found = worth_reading(index.find(arguments.question, on=on, limit=arguments.limit))
    if arguments.json:
        _print([_found_fields(one) for one in found])
    for one in () if arguments.json else found:
        print(f"{one.article.reference:<16}  {one.score:5.1f}  {one.article.title}")
        print(f"{'':<16}         {snippet_of(one.article, one.hits)}")
    return 0


async def _show(arguments: argparse.Namespace) -> int:
    from models.errors import NotFound

    _, articles = await _articles(arguments, history=True)
    versions = [stored for stored in articles if stored.article.article_id == arguments.article]
    if not versions:
        raise NotFound(f"there is no article {arguments.article}")
    if arguments.json:
        _print([_stored_fields(stored) for stored in versions])
        return 0
    newest = versions[0].article
    print(f"{newest.reference}  {newest.title}（{versions[0].status.label}）\n\n{newest.answer}\n\n{newest.body}\n")
    print(f"来源  {newest.source}，{newest.source.issued_on}" + (f"，{newest.source.url}" if newest.source.url else ""))
    print(f"有效  {newest.valid_from} 至 {newest.valid_to or '另行公布'}")
    for link in newest.links:
        print(f"{link.kind.label}  {link.article_id}")
    for stored in versions:
        print(
            f"第 {stored.article.version} 版  {stored.status.label}  {stored.reviewed_by or '-'}  {stored.written_at:%Y-%m-%d}"
        )
    return 0


async def _check(arguments: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from config.profiles import check_knowledge, find_profile

    count, problems = check_knowledge(find_profile(_profile_name(arguments)), on=datetime.now(UTC).date())
    if arguments.json:
        _print({"articles": count, "problems": list(problems)})
    else:
        for problem in problems:
            print(problem)
        print(f"{count} articles, {len(problems)} problems")
    return 1 if problems else 0


async def _proposals(arguments: argparse.Namespace) -> int:
    async with _database(arguments) as database, database.open_work() as work:
        proposals = await work.knowledge.proposals(limit=200)
    if arguments.json:
        _print([_proposal_fields(one) for one in proposals])
    for one in () if arguments.json else proposals:
        print(f"{one.ticket_no}  {one.unit_code}  {one.question}\n{'':<20}答：{one.answer}")
    return 0


async def _refuse(arguments: argparse.Namespace) -> int:
    from dispatcher.workflow.knowledge import refuse_proposal
    from hotline.bootstrap import SystemClock
    from models.codes import Role
    from models.ticket import Actor

    actor = Actor(Role.ADMIN, arguments.reviewer)
    async with _database(arguments) as database:
        await refuse_proposal(
            arguments.ticket, actor=actor, reason=arguments.reason, open_work=database.open_work, clock=SystemClock()
        )
    _tell(arguments, f"工单 {arguments.ticket} 的答复未采用", {"ticket_no": arguments.ticket, "state": "refused"})
    return 0


async def _publish(arguments: argparse.Namespace) -> int:
    from datetime import date

    from dispatcher.workflow.knowledge import composed_article, publish_proposal
    from hotline.bootstrap import SystemClock
    from models.codes import Role
    from models.errors import Rejected
    from models.knowledge import Source
    from models.ticket import Actor

    try:
        issued_on = date.fromisoformat(arguments.date)
    except ValueError:
        raise Rejected(f"--date {arguments.date!r} is not a date such as 2026-05-18") from None
    profile, clock = _profile(arguments), SystemClock()
    async with _database(arguments) as database:
        async with database.open_work() as work:
            proposal = await work.knowledge.lock_proposal(arguments.ticket)
        unit = profile.units.get(proposal.unit_code)
        article = composed_article(
            arguments.id,
            title=arguments.title,
            answer=arguments.answer or proposal.answer,
            source=Source(unit.name if unit else proposal.unit_code, arguments.document, issued_on),
            categories=(proposal.category_code,),
            keywords=tuple(arguments.keyword),
            valid_from=clock.now().astimezone(profile.timezone).date(),
        )
        actor = Actor(Role.ADMIN, arguments.reviewer)
        stored = await publish_proposal(arguments.ticket, article, actor=actor, open_work=database.open_work, clock=clock)
    _tell(arguments, f"已发布 {stored.article.reference}", {"article": stored.article.reference, "state": "published"})
    return 0


async def _articles(arguments: argparse.Namespace, *, history: bool = False) -> "tuple[Profile, Sequence[StoredArticle]]":
    """Return the profile with the articles of the database, or those of its files where there is none or it was named."""
    from config.profiles import find_profile, load_articles
    from config.settings import load_settings

    profile = _profile(arguments)
    if arguments.profile or load_settings(os.environ).database_url is None:
        return profile, [_as_stored(article) for article in load_articles(find_profile(_profile_name(arguments)))]
    async with _database(arguments) as database, database.open_work() as work:
        if history:
            return profile, await work.knowledge.versions(arguments.article)
        return profile, await work.knowledge.published()


def _as_stored(article: "Article") -> "StoredArticle":
    from datetime import datetime, time

    from models.codes import ArticleStatus
    from models.knowledge import StoredArticle

    written_at = datetime.combine(article.valid_from, time(), UTC)
    return StoredArticle(article, ArticleStatus.PUBLISHED, "profile", written_at)


def _profile_name(arguments: argparse.Namespace) -> str:
    from config.settings import load_settings

    return str(arguments.profile or load_settings(os.environ).profile)


def _profile(arguments: argparse.Namespace) -> "Profile":
    from config.profiles import find_profile, load_profile

    return load_profile(find_profile(_profile_name(arguments)))


def _database(arguments: argparse.Namespace) -> "AbstractAsyncContextManager[Database]":
    @asynccontextmanager
    async def opened() -> "AsyncIterator[Database]":
        from config.settings import load_settings
        from dispatcher.store.database import Database
        from hotline.bootstrap import open_database

        async with open_database(load_settings(os.environ), _profile(arguments), size=1) as pool:
            yield Database(pool)

    return opened()


def _found_fields(found: "Found") -> dict[str, Any]:
    from dispatcher.rules.knowing import snippet_of

    return {
        "article": found.article.reference,
        "title": found.article.title,
        "score": round(found.score, 3),
        "cover": round(found.cover, 3),
        "snippet": snippet_of(found.article, found.hits),
        "hits": list(found.hits),
    }


def _stored_fields(stored: "StoredArticle") -> dict[str, Any]:
    article = stored.article
    return {
        "id": article.article_id,
        "version": article.version,
        "status": stored.status.value,
        "title": article.title,
        "answer": article.answer,
        "body": article.body,
        "valid_from": article.valid_from.isoformat(),
        "valid_to": article.valid_to.isoformat() if article.valid_to else None,
        "source": {
            "office": article.source.office,
            "document": article.source.document,
            "date": article.source.issued_on.isoformat(),
            "url": article.source.url,
        },
        "categories": list(article.categories),
        "keywords": list(article.keywords),
        "links": [{"kind": link.kind.value, "article": link.article_id} for link in article.links],
        "written_by": stored.written_by,
        "reviewed_by": stored.reviewed_by,
    }


def _proposal_fields(proposal: "Proposal") -> dict[str, Any]:
    return {
        "ticket_no": proposal.ticket_no,
        "question": proposal.question,
        "answer": proposal.answer,
        "basis": proposal.basis,
        "unit": proposal.unit_code,
        "category": proposal.category_code,
        "proposed_at": proposal.proposed_at.isoformat(),
    }


def _tell(arguments: argparse.Namespace, sentence: str, fields: dict[str, Any]) -> None:
    if arguments.json:
        _print(fields)
    else:
        print(sentence)


def _print(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
