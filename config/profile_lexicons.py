"""The word lists of a profile: how urgent a request is (domain.md I.3), was it told before (A.7), what joins several (A.6)."""

from dataclasses import fields
from pathlib import Path
from types import MappingProxyType

from config.profile_files import Problems, label_of, read_marked_phrases, read_word_pairs, read_words
from config.profile_layers import Layers
from config.profile_pairs import read_pairs
from models.profile import RepeatLexicon, SplitCues, UrgencyLexicon


def read_lexicon(layers: Layers, problems: Problems) -> UrgencyLexicon:
    """Return the lists of the ``lexicons`` directories; words that can never be matched as meant are noted."""
    lexicon = UrgencyLexicon(
        critical=read_words(layers.file("lexicons", "critical.txt"), problems),
        urgent=read_words(layers.file("lexicons", "urgent.txt"), problems),
        critical_pairs=read_pairs(layers.file("lexicons", "critical_pairs.txt"), problems),
        false_friends=read_words(layers.file("lexicons", "false_friends.txt"), problems),
        denials=read_words(layers.file("lexicons", "denials.txt"), problems),
        doubts=read_words(layers.file("lexicons", "doubts.txt"), problems),
        calming=read_words(layers.file("lexicons", "calming.txt"), problems),
        homophones=MappingProxyType(_homophones(layers.file("lexicons", "homophones.txt"), problems)),
    )
    _note_useless_words(lexicon, problems)
    return lexicon


def read_repeat_lexicon(layers: Layers, problems: Problems) -> RepeatLexicon:
    """Return the lists ``common``, ``again`` and ``changed`` of the ``lexicons`` directories; useless words are noted."""
    lexicon = RepeatLexicon(
        common=read_words(layers.file("lexicons", "common.txt"), problems),
        again=read_words(layers.file("lexicons", "again.txt"), problems),
        changed=read_words(layers.file("lexicons", "changed.txt"), problems),
    )
    for word in lexicon.common:
        if len(word) < 2:
            problems.add("lexicons/common.txt", word, "a single character is never compared, so it does nothing")
    for name, phrases in (("again", lexicon.again), ("changed", lexicon.changed)):
        for phrase in phrases:
            shorter = next((word for word in phrases if word != phrase and word in phrase), None)
            if shorter is not None:
                problems.add(f"lexicons/{name}.txt", phrase, f"holds {shorter}, so it does nothing")
    return lexicon


def read_split_cues(layers: Layers, problems: Problems) -> SplitCues:
    """Return the phrases of ``split_cues.txt`` in the ``lexicons`` directory; a profile may do without the file."""
    path = layers.file("lexicons", "split_cues.txt")
    if not path.exists():
        return SplitCues()
    cues = read_marked_phrases(path, [field.name for field in fields(SplitCues)], problems)
    for phrase in (phrase for phrases in cues.values() for phrase in phrases):
        if phrase != phrase.lower():
            problems.add(label_of(path), phrase, "has capitals; texts are searched in lower case")
    return SplitCues(**cues)


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
