"""The dispatch matrix says who leads, and says so when it cannot."""

from datetime import date

import pytest

from dispatcher.rules.routing import RouteTable
from models.codes import ReviewReason, SubjectType
from models.profile import DISTRICT_GOVERNMENT, DispatchMatrix
from tests.builders import a_profile, an_entry

TODAY = date(2026, 5, 18)


def choose(*entries, category="0901", district=None, subject=None, on=TODAY):
    """Ask a matrix of these entries."""
    profile = a_profile()
    table = RouteTable(DispatchMatrix("m1", entries), profile.districts, profile.units)
    return table.choose(category, district_code=district, subject=subject, on=on)


def test_the_entry_of_the_district_goes_before_the_general_one():
    """What a district rules for itself holds there; elsewhere the city's rule holds."""
    entries = (an_entry("0901", "U-LAMP"), an_entry("0901", "U-EAST", district_code="D-EAST"))

    assert choose(*entries, district="D-EAST").lead == "U-EAST"
    assert choose(*entries, district="D-WEST").lead == "U-LAMP"
    assert choose(*entries).lead == "U-LAMP"


def test_the_entry_for_enterprises_goes_before_the_general_one():
    """A rule for enterprises holds for them alone."""
    entries = (an_entry("0901", "U-LAMP"), an_entry("0901", "U-WATER", subject=SubjectType.ENTERPRISE))

    assert choose(*entries, subject=SubjectType.ENTERPRISE).lead == "U-WATER"
    assert choose(*entries, subject=SubjectType.CITIZEN).lead == "U-LAMP"
    assert choose(*entries).lead == "U-LAMP"


def test_district_counts_more_than_subject():
    """Where both rules fit, the place decides."""
    entries = (
        an_entry("0901", "U-WATER", subject=SubjectType.ENTERPRISE),
        an_entry("0901", "U-EAST", district_code="D-EAST"),
    )

    assert choose(*entries, district="D-EAST", subject=SubjectType.ENTERPRISE).lead == "U-EAST"


def test_an_entry_holds_from_its_first_to_its_last_day():
    """The day before and the day after belong to other rules."""
    old = an_entry("0901", "U-LAMP", valid_to=date(2026, 5, 17))
    new = an_entry("0901", "U-WATER", valid_from=date(2026, 5, 18))

    assert choose(old, new, on=date(2026, 5, 17)).lead == "U-LAMP"
    assert choose(old, new, on=date(2026, 5, 18)).lead == "U-WATER"
    assert choose(old, on=date(2026, 5, 18)).doubt is ReviewReason.NO_LEAD_UNIT


def test_district_government_means_that_of_the_place():
    """属地区政府 is resolved by where it happened; without a place a person must ask."""
    entry = an_entry("0901", DISTRICT_GOVERNMENT, co_units=("U-LAMP",))

    assert choose(entry, district="D-WEST").lead == "U-WEST"
    unknown = choose(entry, district=None)
    assert (unknown.lead, unknown.doubt) == (None, ReviewReason.DISTRICT_UNKNOWN)
    assert choose(entry, district="D-NOWHERE").doubt is ReviewReason.DISTRICT_UNKNOWN


@pytest.mark.parametrize("lead", ["U-GONE", "U-NEVER"])
def test_a_closed_or_unknown_unit_receives_nothing(lead):
    """A matrix that names a unit which no longer exists sends the ticket to a person."""
    route = choose(an_entry("0901", lead))

    assert (route.lead, route.doubt) == (None, ReviewReason.NO_LEAD_UNIT)


def test_co_units_that_are_closed_or_lead_themselves_are_left_out():
    """协办 are the open units beside the lead, each once."""
    route = choose(an_entry("0901", "U-LAMP", co_units=("U-GONE", "U-LAMP", "U-WATER", "U-WATER")))

    assert (route.lead, route.co_units) == ("U-LAMP", ("U-WATER",))


def test_a_category_without_entry_goes_to_a_person():
    """No rule, no guess."""
    route = choose(an_entry("0901", "U-LAMP"), category="0999")

    assert (route.lead, route.doubt) == (None, ReviewReason.NO_LEAD_UNIT)


def test_the_route_tells_its_basis():
    """The unit is told by which rule it leads."""
    assert choose(an_entry("0901", "U-LAMP", basis="三定方案第五条")).basis == "三定方案第五条"
