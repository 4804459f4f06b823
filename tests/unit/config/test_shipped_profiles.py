"""The profiles that come with the program: good by their own checker, and true to what they were made from."""

import pytest

from config.profiles import (
    check_profile,
    corpus_files,
    find_profile,
    load_example_contacts,
    load_profile,
    profile_names,
)
from models.codes import RequestType, SubjectType
from models.errors import NotFound
from models.profile import DISTRICT_GOVERNMENT, Handling


@pytest.mark.parametrize("name", ["haikou", "shouguang", "beijing-like"])
def test_a_shipped_profile_has_no_problem(name):
    """``hotline check`` is content with what we ship."""
    assert check_profile(find_profile(name)) == ()


@pytest.mark.parametrize("name", ["haikou", "shouguang", "beijing-like"])
def test_a_shipped_profile_has_a_seed_corpus(name):
    """A first model can be trained at the first start."""
    assert corpus_files(find_profile(name))


def test_the_default_profile_has_example_contacts_of_one_and_of_several_requests():
    """Requests stand in their contacts one behind the other."""
    examples = load_example_contacts(find_profile("haikou"), load_profile(find_profile("haikou")).categories)

    assert sum(len(example.requests) == 1 for example in examples) > 400
    assert sum(len(example.requests) > 1 for example in examples) > 800
    for example in examples:
        places = [place for request in example.requests for place in (request.start, request.end)]
        assert places == sorted(places)


def test_the_profiles_are_found_by_name():
    """The names are those of their directories."""
    assert profile_names() == ("beijing-like", "haikou", "shouguang")


def test_a_profile_is_found_by_the_name_that_it_gives_itself():
    """The default profile's tickets say haikou-default, and so may a command line."""
    assert find_profile("haikou-default") == find_profile("haikou")
    assert load_profile(find_profile("haikou-default")).name == "haikou-default"


def test_a_profile_of_rules_has_everything_else_from_the_one_it_extends():
    """Beijing's deadlines on Haikou's categories: nothing was copied, only the deadlines differ."""
    haikou = load_profile(find_profile("haikou"))
    beijing = load_profile(find_profile("beijing-like"))

    assert beijing.categories == haikou.categories
    assert (beijing.units, beijing.matrix.entries) == (haikou.units, haikou.matrix.entries)
    assert corpus_files(find_profile("beijing-like")) == corpus_files(find_profile("haikou"))
    assert (beijing.name, beijing.ticket_prefix) == ("beijing-like", "BJ")
    assert beijing.deadlines != haikou.deadlines


def test_a_directory_is_a_profile_too(tmp_path):
    """A city keeps its own profile where it likes."""
    assert find_profile(str(tmp_path)) == tmp_path


def test_an_unknown_profile_is_refused_with_the_known_names():
    """A slip in HOTLINE_PROFILE shows what would have been right."""
    with pytest.raises(NotFound, match="'hiakou' is neither one of beijing-like, haikou, shouguang nor a directory"):
        find_profile("hiakou")


def test_the_default_profile_is_whole():
    """140 categories, 63 units, four districts and four parks."""
    profile = load_profile(find_profile("haikou"))

    assert (len(profile.categories), len(profile.units), len(profile.districts)) == (140, 63, 8)
    assert len(profile.places) >= 200
    assert profile.categories["0501"].level2 == "挪车服务"
    assert profile.categories["0501"].default_type is RequestType.HELP
    assert profile.categories["2303"].handling is Handling.NUISANCE
    assert profile.categories["2304"].handling is Handling.UNCLASSIFIED


def test_property_disputes_go_to_the_district_where_it_happened():
    """物业服务 is led by the district's government, noise of building sites by the city's enforcement bureau."""
    profile = load_profile(find_profile("haikou"))
    leads = {entry.category_code: entry.lead for entry in profile.matrix.entries if entry.subject is None}

    assert leads["0901"] == DISTRICT_GOVERNMENT
    assert leads["0301"] == "HK-ZHZF"


def test_a_companys_unpaid_subsidy_is_handled_by_two_units_together():
    """惠企政策兑现 of an enterprise: 科工信 leads, 财政 helps (story S06)."""
    profile = load_profile(find_profile("haikou"))
    (entry,) = (
        entry
        for entry in profile.matrix.entries
        if entry.category_code == "1802" and entry.subject is SubjectType.ENTERPRISE and entry.district_code is None
    )

    assert (entry.lead, entry.co_units) == ("HK-KGX", ("HK-CZJ",))


def test_a_road_through_several_districts_decides_none():
    """国贸路 is in 龙华区; 琼山大道 also runs through 美兰区 and so tells nothing."""
    districts = {place.name: place.district_code for place in load_profile(find_profile("haikou")).places}

    assert (districts["国贸路"], districts["琼山大道"]) == ("460106", None)


def test_the_second_town_shares_no_code_with_the_first():
    """Nothing is hard-wired if a town without any of 海口's codes works as well."""
    haikou = load_profile(find_profile("haikou"))
    town = load_profile(find_profile("shouguang"))

    assert set(town.categories) == {"A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "B1"}
    for ours, theirs in ((haikou.categories, town.categories), (haikou.units, town.units)):
        assert not set(ours) & set(theirs)
    assert town.calendar.holidays == haikou.calendar.holidays
