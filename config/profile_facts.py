"""The word lists by which place and facts of a request are read.

What differs from town to town stands in the profile. The rest is the language's: it stands in ``config/lexicons``, and a
profile's list of the same name takes its place.
"""

from pathlib import Path
from types import MappingProxyType

from config.profile_files import Problems, read_own_or_shared_words, read_word_pairs, read_words
from config.profile_layers import Layers
from models.profile import FactLexicon


def read_fact_lexicon(layers: Layers, problems: Problems) -> FactLexicon:
    """Return the lists, those of the ``lexicons`` directories first; entries that contradict each other are noted."""

    def words(name: str) -> tuple[str, ...]:
        return read_own_or_shared_words(layers.file("lexicons", f"{name}.txt"), problems)

    lexicon = FactLexicon(
        place_homophones=MappingProxyType(_place_homophones(layers.file("lexicons", "place_homophones.txt"), problems)),
        not_places=read_words(layers.file("lexicons", "not_places.txt"), problems),
        elsewhere=read_words(layers.file("lexicons", "elsewhere.txt"), problems),
        sounds=words("sounds"),
        not_in_names=words("not_in_names"),
        common_places=words("common_places"),
        businesses=words("businesses"),
        trades=words("trades"),
        enterprise=words("enterprise"),
        employee=words("employee"),
        satisfied=words("satisfied"),
        dissatisfied=words("dissatisfied"),
        no_mood=words("no_mood"),
    )
    _check_sounds(lexicon.sounds, problems)
    for word in sorted(set(lexicon.satisfied) & set(lexicon.dissatisfied)):
        problems.add("lexicons/dissatisfied.txt", word, "stands in satisfied.txt too")
    return lexicon


def _place_homophones(path: Path, problems: Problems) -> dict[str, str]:
    repairs: dict[str, str] = {}
    for heard, said in read_word_pairs(path, problems):
        if repairs.setdefault(heard, said) != said:
            problems.add("lexicons/place_homophones.txt", heard, f"is taken for {repairs[heard]} and for {said}")
    return repairs


def _check_sounds(groups: tuple[str, ...], problems: Problems) -> None:
    group_of: dict[str, str] = {}
    for group in groups:
        if len(group) < 2:
            problems.add("lexicons/sounds.txt", group, "is alone in its group, so it does nothing")
        for char in group:
            if group_of.setdefault(char, group) != group or group.count(char) > 1:
                problems.add("lexicons/sounds.txt", char, f"stands twice, in {group_of[char]} and in {group}")
