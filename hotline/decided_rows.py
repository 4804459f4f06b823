"""What people decided, as rows to learn from: each text once, and of no category so many that it drowns the others."""

import heapq
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from tqdm import tqdm

from classifiers.fingerprints import bare_text, fingerprint, fingerprints_of
from classifiers.rows import LabelledText
from classifiers.test_part import in_test_part
from config.settings import Settings
from dispatcher.store.decisions import PostgresDecisions
from dispatcher.views import DecidedRequest, Decisions
from hotline.bootstrap import open_database
from models.profile import Profile

PER_CATEGORY = 500
"""Rows of one category at most; a mass event brings thousands of the same. Default of this project (D)."""

EVER = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any hotline's first ticket."""

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class DecidedRows:
    """Rows by what they are good for, and how many requests gave none.

    ``to_compare`` are in the test part: no model learns from them. Of the ``read`` requests, ``repeated`` say what another row
    or the seed corpus says, ``unknown`` have a category that the profile has lost, ``beyond`` exceed their category's limit.
    """

    to_learn: tuple[LabelledText, ...]
    to_compare: tuple[LabelledText, ...]
    read: int
    repeated: int
    unknown: int
    beyond: int


async def read_decided(
    decisions: Decisions,
    *,
    since: datetime,
    categories: Collection[str],
    own: frozenset[int],
    per_category: int = PER_CATEGORY,
    progress: Callable[[int], object] = lambda _read: None,
) -> DecidedRows:
    """Read every request decided since then, newest first: of two that say the same, the later decision counts.

    ``own`` are the fingerprints of the seed corpus; ``progress`` is told how many requests were read. Memory is bounded by
    categories and limit, however many tickets there are.

    Raises:
        TryLater: the store is away.
    """
    sorting = _Sorting(categories, own, per_category)
    after: str | None = None
    while page := await decisions.decided(since=since, after=after, limit=_PAGE):
        for request in page:
            sorting.take(request)
        after = page[-1].ticket_no
        progress(sorting.read)
    return sorting.result()


class _Sorting:
    """Sorts requests into learned and compared, and draws from each category those with the lowest fingerprints.

    That is as good as drawing by lot, over the whole time and not the last days alone, and draws the same ones each time.
    """

    def __init__(self, categories: Collection[str], own: frozenset[int], per_category: int) -> None:
        self._categories = categories
        self._own = own
        self._per_category = per_category
        self._kept: dict[int, LabelledText] = {}
        self._highest: dict[tuple[bool, str], list[int]] = defaultdict(list)  # heaps of negated fingerprints
        self.read = self._repeated = self._unknown = self._beyond = 0

    def take(self, request: DecidedRequest) -> None:
        self.read += 1
        if request.category_code not in self._categories:
            self._unknown += 1
            return
        bare = bare_text(request.text)
        number = fingerprint(bare)
        if number in self._own or number in self._kept:
            self._repeated += 1
            return
        self._kept[number] = LabelledText(request.text, request.category_code, request.request_type, request.urgency)
        heap = self._highest[in_test_part(bare), request.category_code]
        heapq.heappush(heap, -number)
        if len(heap) > self._per_category:
            del self._kept[-heapq.heappop(heap)]
            self._beyond += 1

    def result(self) -> DecidedRows:
        return DecidedRows(
            to_learn=self._rows(in_test_part=False),
            to_compare=self._rows(in_test_part=True),
            read=self.read,
            repeated=self._repeated,
            unknown=self._unknown,
            beyond=self._beyond,
        )

    def _rows(self, *, in_test_part: bool) -> tuple[LabelledText, ...]:
        numbers = [-number for (compared, _), heap in self._highest.items() if compared is in_test_part for number in heap]
        return tuple(self._kept[number] for number in sorted(numbers))


async def decided_rows(
    settings: Settings,
    profile: Profile,
    own: Iterable[LabelledText],
    *,
    since: datetime = EVER,
    per_category: int = PER_CATEGORY,
) -> DecidedRows:
    """Read the installation's database as ``read_decided`` does, with a progress bar; ``own`` is the seed corpus.

    Raises:
        Rejected: no database is configured.
        TryLater: it is away.
    """
    async with open_database(settings, profile, size=1) as pool:
        with tqdm(desc="reading what people decided", unit=" requests", leave=False, disable=None) as bar:
            return await read_decided(
                PostgresDecisions(pool),
                since=since,
                categories=profile.categories,
                own=fingerprints_of(row.text for row in own),
                per_category=per_category,
                progress=lambda read: bar.update(read - bar.n),
            )
