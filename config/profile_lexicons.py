"""The word lists of a profile that tell how urgent a request is (domain.md I.3)."""

from pathlib import Path
from types import MappingProxyType

from config.profile_files import Problems, label_of, read_word_pairs, read_words
from config.profile_pairs import read_pairs
from models.profile import UrgencyLexicon


def read_lexicon(directory: Path, problems: Problems) -> UrgencyLexicon:
    """Return the lists of the ``lexicons`` directory; words that can never be matched as meant are noted."""
    lexicon = UrgencyLexicon(
        critical=read_words(directory / "critical.txt", problems),
        urgent=read_words(directory / "urgent.txt", problems),
        critical_pairs=read_pairs(directory / "critical_pairs.txt", problems),
        false_friends=read_words(directory / "false_friends.txt", problems),
        denials=read_words(directory / "denials.txt", problems),
        calming=read_words(directory / "calming.txt", problems),
        homophones=MappingProxyType(_homophones(directory / "homophones.txt", problems)),
    )
    _note_useless_words(lexicon, problems)
    return lexicon


def _homophones(path: Path, problems: Problems) -> dict[str, str]:
    """Return what was said by what a recogniser writes."""
    repairs: dict[str, str] = {}
    for written, said in read_word_pairs(path, problems):
        if repairs.setdefault(written, said) != said:
            problems.add(label_of(path), written, f"is repaired to {repairs[written]} and to {said}")
        if written in said:
            problems.add(label_of(path), written, f"is part of {said}: it would be repaired again and again")
    return repairs


def _note_useless_words(lexicon: UrgencyLexicon, problems: Problems) -> None:
    for word in sorted(set(lexicon.critical) & set(lexicon.urgent)):
        problems.add("lexicons/urgent.txt", word, "stands in critical.txt too")
    paired = {word for pair in lexicon.critical_pairs for word in pair.first | pair.second}
    alarming = [*lexicon.critical, *lexicon.urgent, *sorted(paired)]
    for word in (*alarming, *lexicon.calming):
        if len(word) < 2:
            problems.add("lexicons", word, "a single character stands inside too many harmless words")
    for phrase in lexicon.false_friends:
        if not any(word in phrase for word in alarming):
            problems.add("lexicons/false_friends.txt", phrase, "holds no alarming word, so it does nothing")
        elif any(phrase in word for word in alarming):
            problems.add("lexicons/false_friends.txt", phrase, "is an alarming word or a part of one and would silence it")
