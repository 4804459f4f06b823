"""The dispatch matrix says who leads, and says so when it cannot."""

from datetime import date

import pytest

from dispatcher.rules.routing import RouteTable, amended
from models.codes import PassedOver, ReviewReason, SubjectType
from models.profile import DISTRICT_GOVERNMENT, DispatchMatrix, District
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


def explained(*entries, category="0901", district=None, subject=None, on=TODAY):
    """Ask a matrix of these entries for its reasons: who was chosen, and why each other lead was not."""
    profile = a_profile()
    table = RouteTable(DispatchMatrix("m1", entries), profile.districts, profile.units)
    reason = table.explain(category, district_code=district, subject=subject, on=on)
    assert reason.route == table.choose(category, district_code=district, subject=subject, on=on)
    return reason.entry, {entry.lead: why for entry, why in reason.passed_over}


def test_every_line_that_does_not_decide_is_told_with_its_reason():
    """The place, the subject, the time, or a line that fits better."""
    fits = an_entry("0901", "U-EAST", district_code="D-EAST")
    entry, passed_over = explained(
        an_entry("0901", "U-LAMP"),
        fits,
        an_entry("0901", "U-WEST", district_code="D-WEST"),
        an_entry("0901", "U-WATER", district_code="D-EAST", subject=SubjectType.ENTERPRISE),
        an_entry("0901", "U-GONE", district_code="D-EAST", valid_from=date(2026, 6, 1)),
        an_entry("0901", "U-NEVER", valid_to=date(2026, 5, 17)),
        an_entry("0703", "U-LAMP"),
        district="D-EAST",
        subject=SubjectType.CITIZEN,
    )

    assert entry is fits
    assert passed_over == {
        "U-LAMP": PassedOver.LESS_EXACT,
        "U-WEST": PassedOver.OTHER_DISTRICT,
        "U-WATER": PassedOver.OTHER_SUBJECT,
        "U-GONE": PassedOver.NOT_YET,
        "U-NEVER": PassedOver.ENDED,
    }


def test_an_approved_change_stands_over_the_profile_from_its_day():
    """The day before the profile decides, from its day on the change does."""
    old = an_entry("0901", "U-LAMP")
    new = an_entry("0901", "U-WATER", valid_from=TODAY, change=1)

    assert choose(old, new, on=date(2026, 5, 17)).lead == "U-LAMP"
    assert choose(old, new, on=TODAY).lead == "U-WATER"
    assert explained(old, new) == (new, {"U-LAMP": PassedOver.REPLACED})


def test_the_lines_in_force_are_those_that_decide_something():
    """By category; neither what is replaced, nor what has ended, nor what is to come."""
    old, new = an_entry("0901", "U-LAMP"), an_entry("0901", "U-WATER", valid_from=TODAY, change=1)
    east = an_entry("0901", "U-EAST", district_code="D-EAST")
    other = an_entry("0703", "U-LAMP")
    ended = an_entry("0703", "U-GONE", valid_to=date(2026, 5, 17))

    table = RouteTable(DispatchMatrix("m1", (old, new, east, other, ended)), a_profile().districts, a_profile().units)
    assert table.in_force(TODAY) == [other, east, new]


def test_a_change_that_ends_gives_the_line_back():
    """A rule for the weeks of a typhoon leaves nothing behind."""
    change = an_entry("0901", "U-WATER", valid_from=TODAY, valid_to=date(2026, 5, 20), change=1)
    entries = (an_entry("0901", "U-LAMP"), change)

    assert choose(*entries, on=date(2026, 5, 20)).lead == "U-WATER"
    assert choose(*entries, on=date(2026, 5, 21)).lead == "U-LAMP"


def test_the_rule_that_began_later_decides_whoever_wrote_it():
    """A later edition of the profile stands over an old change; of two changes of one day the one approved last."""
    change = an_entry("0901", "U-WATER", valid_from=TODAY, change=1)
    again = an_entry("0901", "U-WEST", valid_from=TODAY, change=2)
    edition = an_entry("0901", "U-EAST", valid_from=date(2027, 1, 1))

    assert choose(change, again, edition).lead == "U-WEST"
    assert choose(change, again, edition, on=date(2027, 1, 1)).lead == "U-EAST"


def test_a_change_of_the_city_leaves_the_district_its_own_line():
    """Exactness goes before age."""
    entries = (an_entry("0901", "U-EAST", district_code="D-EAST"), an_entry("0901", "U-WATER", valid_from=TODAY, change=1))

    assert choose(*entries, district="D-EAST").lead == "U-EAST"


def test_the_version_names_profile_and_changes():
    """Who reads a ticket can say which lines there were."""
    matrix = DispatchMatrix("2026.1", (an_entry("0901", "U-LAMP"),))
    changes = [an_entry("0901", "U-WATER", change=number) for number in (1, 2)]

    assert amended(matrix, []) is matrix
    assert amended(matrix, changes).version == "2026.1+2"
    assert amended(matrix, changes).entries == (*matrix.entries, *changes)


def test_a_district_government_that_is_closed_receives_nothing():
    """The fallback is a unit like any other: where it is gone a person decides."""
    profile = a_profile()
    districts = {"D-EAST": District("D-EAST", "东区", "U-GONE", ())}
    entries = (an_entry("0901", DISTRICT_GOVERNMENT),)
    route = RouteTable(DispatchMatrix("m1", entries), districts, profile.units).choose(
        "0901", district_code="D-EAST", subject=None, on=TODAY
    )

    assert (route.lead, route.doubt) == (None, ReviewReason.NO_LEAD_UNIT)
