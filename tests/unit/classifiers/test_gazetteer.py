"""Many phrases in one pass, and the names of a town by their sound."""

from hypothesis import given
from hypothesis import strategies as st

from classifiers.alternatives import any_of, finder_of
from classifiers.gazetteer import Gazetteer, Told
from models.profile import FactLexicon, Place

PHRASES = st.lists(st.text("海甸岛路一", min_size=1, max_size=4), max_size=12)


@given(PHRASES, st.text("海甸岛路一。", max_size=30))
def test_the_finder_finds_what_a_search_for_each_phrase_finds(phrases: list[str], text: str):
    """From the left, each as long as possible."""
    expected: list[tuple[int, int]] = []
    for start in range(len(text)):
        lengths = [len(phrase) for phrase in phrases if text.startswith(phrase, start)]
        if lengths and (not expected or start >= expected[-1][1]):
            expected.append((start, start + max(lengths)))

    assert [found.span() for found in finder_of(phrases).finditer(text)] == expected


def test_no_phrases_match_nothing():
    """An empty list of a profile is no trouble."""
    assert finder_of([]).search("海甸岛") is None
    assert any_of([]) == r"(?!)"


def test_signs_of_patterns_are_only_characters():
    """A name may hold a dot or a bracket."""
    assert finder_of(["a.b", "(1)"]).findall("acb a.b (1)") == ["a.b", "(1)"]


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
