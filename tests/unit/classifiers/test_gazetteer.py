"""The names of a town by their sound."""

from classifiers.alternatives import any_of
from classifiers.gazetteer import Gazetteer, Told
from models.profile import FactLexicon, Place


def test_no_phrases_match_nothing():
    """An empty list of a profile is no trouble."""
    assert any_of([]) == r"(?!)"


def test_two_names_of_one_sound_are_not_taken_for_each_other():
    """Where the ear cannot tell, nobody decides."""
    places = [Place("新民东路", "A", "道路"), Place("新名东路", "B", "道路"), Place("长堤路", "A", "道路")]
    gazetteer = Gazetteer({}, places, FactLexicon(sounds=("民名明", "堤提题")), [])

    assert gazetteer.mentions("新明东路") == []
    assert [mention.name.spelling for mention in gazetteer.mentions("新民东路，长提路")] == ["新民东路", "长堤路"]


def test_a_longer_name_by_its_sound_stands_before_a_shorter_one_by_its_signs():
    """海甸乌西路 is a road, not 海甸 and something."""
    places = [Place("海甸", "A", "片区"), Place("海甸五西路", "A", "道路")]
    gazetteer = Gazetteer({}, places, FactLexicon(sounds=("五乌午",)), [])

    [mention] = gazetteer.mentions("海甸乌西路停水")

    assert (mention.start, mention.end, mention.name.spelling, mention.name.told) == (0, 5, "海甸五西路", Told.PLACE)
