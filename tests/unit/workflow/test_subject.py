"""Who speaks decides who leads: an enterprise's request has lines of its own in the dispatch matrix."""

import pytest

from classifiers.facts import FactReader
from classifiers.normalise import normalise
from config.profiles import find_profile, load_profile
from dispatcher.ports import Effects
from dispatcher.workflow.city import City
from dispatcher.workflow.register import register
from models.codes import SubjectType
from models.profile import Profile
from tests.builders import MONDAY, a_contact, an_understanding

OF_AN_ENTERPRISE = (
    "我是海口某某科技有限公司的财务我们去年的研发补贴材料交给科工信局说财政那边没拨款财政又说没收到单子已经拖了四个月了"
)
OF_A_CITIZEN = "听说海口有企业补贴，请问是哪个部门管"


@pytest.fixture(scope="module")
def haikou() -> Profile:
    """The default profile."""
    return load_profile(find_profile("haikou"))


def units(haikou: Profile, text: str, **contact) -> list[tuple[str, str]]:
    """Register a request about 惠企政策兑现 and return the units that receive it, with their roles."""
    facts = FactReader(haikou.facts).read(normalise(text))
    effects = Effects()
    register(
        a_contact(text=text, **contact),
        an_understanding("1802", facts=facts),
        ticket_no="HK20260518P0000010",
        at=MONDAY,
        city=City.of(haikou),
        bands=haikou.bands,
        effects=effects,
    )
    return [(assignment.unit_code, assignment.role) for assignment in effects.assignments]


def test_an_enterprises_unpaid_subsidy_goes_to_two_units_together(haikou):
    """Story S06: 科工信 leads, 财政 helps."""
    assert units(haikou, OF_AN_ENTERPRISE) == [("HK-KGX", "lead"), ("HK-CZJ", "co")]


def test_an_enterprise_in_a_park_is_led_by_the_park(haikou):
    """The matrix asks for district and subject together."""
    assert units(haikou, OF_AN_ENTERPRISE, district="高新区") == [("HK-GXQ", "lead"), ("HK-CZJ", "co")]


def test_a_citizen_who_asks_about_it_goes_to_the_general_line(haikou):
    """The same category, without an enterprise behind it."""
    assert units(haikou, OF_A_CITIZEN) == [("HK-ZWJ", "lead")]


def test_a_ticket_keeps_who_speaks(haikou):
    """Whoever decides later asks for the same subject."""
    effects = Effects()
    register(
        a_contact(text=OF_AN_ENTERPRISE),
        an_understanding("1802", facts=FactReader(haikou.facts).read(normalise(OF_AN_ENTERPRISE))),
        ticket_no="HK20260518P0000010",
        at=MONDAY,
        city=City.of(haikou),
        bands=haikou.bands,
        effects=effects,
    )

    assert [ticket.subject for ticket in effects.new_tickets] == [SubjectType.ENTERPRISE]
