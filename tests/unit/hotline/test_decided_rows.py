"""What people decided becomes rows: each text once, none that a model is compared on, of no category too many."""

from dataclasses import replace
from uuid import UUID

import pytest

from classifiers.fingerprints import bare_text, fingerprints_of
from classifiers.rows import LabelledText
from classifiers.test_part import in_test_part
from hotline.decided_rows import DecidedRows, read_decided
from models.codes import RequestType, Urgency
from models.ticket import EventKind, TicketEvent
from tests.builders import MONDAY, OPERATOR, a_ticket
from tests.fakes import MemoryStore

CATEGORIES = {"0703", "0801"}
LEARNED = [text for text in (f"第{number}号路灯杆不亮" for number in range(200)) if not in_test_part(text)]
"""Texts outside the test part."""


class Office:
    """A store in which people decide."""

    def __init__(self) -> None:
        self.store = MemoryStore()

    def decides(self, *texts: str, category: str = "0703") -> None:
        """Somebody dispatches a new ticket of each text by hand."""
        for text in texts:
            number = len(self.store.tables.tickets) + 1
            ticket = a_ticket(f"TT20260518P{number:07d}", contact_id=UUID(int=number), text=text, category_code=category)
            sent = TicketEvent(
                *(ticket.ticket_no, 2, EventKind.DISPATCHED, MONDAY, OPERATOR, None, ticket.state, "p1"), {"mode": "manual"}
            )
            self.store.tables.tickets[ticket.ticket_no] = ticket
            self.store.tables.events[ticket.ticket_no, 2] = sent

    async def rows(self, *, own: frozenset[int] = frozenset(), per_category: int = 500) -> DecidedRows:
        """Read them all."""
        return await read_decided(self.store, since=MONDAY, categories=CATEGORIES, own=own, per_category=per_category)


@pytest.fixture
def office() -> Office:
    """An office on its first day."""
    return Office()


async def test_a_decision_is_a_row_with_everything_that_people_decided(office: Office):
    """Text, category, type and urgency, and nothing else."""
    office.decides(LEARNED[0])
    (number,) = office.store.tables.tickets
    ticket = office.store.tables.tickets[number]
    office.store.tables.tickets[number] = replace(ticket, request_type=RequestType.REPORT, urgency=Urgency.URGENT)

    assert (await office.rows()).to_learn == (LabelledText(LEARNED[0], "0703", RequestType.REPORT, Urgency.URGENT),)


async def test_what_models_are_compared_on_is_not_learned(office: Office):
    """A fifth is kept apart, by the text alone: the same fifth tomorrow, whatever else is decided."""
    office.decides(*(f"{number}栋楼下的灯坏了" for number in range(300)))
    rows = await office.rows()

    assert 40 < len(rows.to_compare) < 80
    assert len(rows.to_learn) + len(rows.to_compare) == rows.read == 300
    assert all(in_test_part(bare_text(row.text)) for row in rows.to_compare)
    assert not any(in_test_part(bare_text(row.text)) for row in rows.to_learn)


async def test_of_two_that_say_the_same_the_later_decision_counts(office: Office):
    """Somebody thought again: the newer ticket's category is learned, once, whatever the punctuation."""
    office.decides(LEARNED[0], category="0703")
    office.decides(f"{LEARNED[0]}！！", category="0801")
    rows = await office.rows()

    assert [(row.text, row.category) for row in rows.to_learn] == [(f"{LEARNED[0]}！！", "0801")]
    assert (rows.read, rows.repeated) == (2, 1)


async def test_the_seed_corpus_is_not_learned_twice(office: Office):
    """A citizen who says what the corpus says adds nothing, and cannot change its label."""
    office.decides(LEARNED[0], LEARNED[1])
    rows = await office.rows(own=fingerprints_of([f"{LEARNED[1]}。"]))

    assert [row.text for row in rows.to_learn] == [LEARNED[0]]
    assert rows.repeated == 1


async def test_a_category_that_the_profile_lost_teaches_nothing(office: Office):
    """A model that guessed it would not be loaded."""
    office.decides(LEARNED[0], category="9999")
    rows = await office.rows()

    assert (rows.to_learn, rows.unknown) == ((), 1)


async def test_a_mass_event_does_not_drown_the_rest(office: Office):
    """Of a hundred and more of one category ten are drawn; the other category keeps its few."""
    office.decides(*LEARNED[:100], category="0801")
    office.decides(*LEARNED[100:103], category="0703")
    rows = await office.rows(per_category=10)

    drawn = [row.category for row in rows.to_learn]
    assert (drawn.count("0801"), drawn.count("0703"), rows.beyond) == (10, 3, 90)


async def test_the_same_rows_are_drawn_whatever_the_order(office: Office):
    """What was decided yesterday weighs as much as what was decided today, and the same tickets give the same model."""
    backwards = Office()
    office.decides(*LEARNED[:100])
    backwards.decides(*reversed(LEARNED[:100]))

    assert (await office.rows(per_category=10)).to_learn == (await backwards.rows(per_category=10)).to_learn
    assert {row.text for row in (await office.rows(per_category=10)).to_learn} != set(LEARNED[:10])


async def test_everything_is_read_page_by_page(office: Office):
    """More than a page holds, and none twice."""
    office.decides(*(f"第{number}户反映楼道灯坏" for number in range(2050)))
    rows = await office.rows(per_category=5000)

    assert (rows.read, rows.repeated, len(rows.to_learn) + len(rows.to_compare)) == (2050, 0, 2050)
