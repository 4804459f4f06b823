"""知识检索: which articles answer a question, by an index that follows the knowledge base."""

import asyncio
from dataclasses import dataclass
from datetime import date
from functools import partial

from dispatcher.ports import Clock, OpenUnitOfWork
from dispatcher.rules.knowing import ArticleIndex, Found, Words, sure_answer
from dispatcher.workflow.city import City

_NEEDED = 2
"""Whether the first is sure shows only beside the second."""


@dataclass(slots=True)
class _Shelf:
    revision: int
    index: ArticleIndex


class Librarian:
    """Finds articles. The index is built from the published articles, and anew when one of them has changed.

    Both are done in a thread: a question takes a tenth of a millisecond among eighty articles, and tens among ten thousand.
    """

    def __init__(self, *, city: City, open_work: OpenUnitOfWork, words: Words, clock: Clock) -> None:
        """Build nothing yet; ``words`` cuts a text."""
        self._city = city
        self._open_work = open_work
        self._words = words
        self._clock = clock
        self._shelf: _Shelf | None = None

    async def find(self, question: str, *, limit: int) -> list[Found]:
        """Return up to ``limit`` articles that hold today, best first.

        Raises:
            TryLater: the store is away.
        """
        index = await self._fresh_index()
        return await asyncio.to_thread(index.find, question, on=self.today, limit=limit)

    async def sure_answer(self, question: str) -> Found | None:
        """Return the article that the machine may answer a written question with; None where it is not sure.

        Raises:
            TryLater: the store is away.
        """
        rule = self._city.profile.self_service.answers
        if rule is None or len(question.strip()) > rule.longest:
            return None
        return sure_answer(await self.find(question, limit=_NEEDED), question, rule)

    @property
    def today(self) -> date:
        """The day by which articles are valid."""
        return self._city.local(self._clock.now()).date()

    async def _fresh_index(self) -> ArticleIndex:
        async with self._open_work() as work:
            revision = await work.knowledge.revision()
            known = self._shelf
            if known is not None and known.revision == revision:
                return known.index
            articles = [stored.article for stored in await work.knowledge.published()]
        build = partial(ArticleIndex, articles, self._words, self._city.profile.question_words)
        index = await asyncio.to_thread(build)
        self._shelf = _Shelf(revision, index)
        return index
