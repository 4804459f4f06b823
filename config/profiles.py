"""Profiles: finding one, checking one, loading one. A profile is a directory of files that make one city."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

from config.profile_calendar import read_calendar
from config.profile_check import check_matrix, check_whole
from config.profile_corpus import check_corpus, corpus_files
from config.profile_deadlines import read_deadlines
from config.profile_emergencies import read_linked
from config.profile_facts import read_fact_lexicon
from config.profile_files import DIRECTORIES, Problems, label_of
from config.profile_knowledge import check_articles, read_articles, read_question_words
from config.profile_layers import Layers, extension_problem, layers_of, shipped_directory, shipped_names
from config.profile_lexicons import read_lexicon, read_repeat_lexicon, read_split_cues
from config.profile_replies import read_replies
from config.profile_rules import ProfileHead, read_head, read_messages
from config.profile_self_service import read_self_service
from config.profile_several import check_example_contacts, load_example_contacts
from config.profile_tables import (
    read_categories,
    read_desks,
    read_districts,
    read_matrix,
    read_places,
    read_street_duties,
    read_units,
)
from config.profile_types import read_type_words
from models.errors import BadProfile, NotFound
from models.knowledge import Article
from models.profile import DispatchMatrix, Profile, StreetRule

__all__ = [
    "check_knowledge",
    "check_profile",
    "corpus_files",
    "find_profile",
    "load_articles",
    "load_example_contacts",
    "load_matrix",
    "load_profile",
    "matrix_problems",
    "profile_names",
]

_ASKED_FOR_ELSEWHERE = DIRECTORIES | {"profile.toml", "README.md"}
"""What stands in a profile beside the files for which its layers are asked."""


def profile_names() -> tuple[str, ...]:
    """Return the names of the profiles that come with the program."""
    return shipped_names()


def find_profile(name: str) -> Path:
    """Return the directory of a profile that comes with the program, or ``name`` itself when it is a directory.

    One that comes with the program has two names: that of its directory (haikou) and the one in its ``profile.toml``
    (haikou-default).

    Raises:
        NotFound: it is neither.
    """
    directory = shipped_directory(name) or Path(name)
    if not directory.is_dir():
        raise NotFound(f"profile {name!r} is neither one of {', '.join(shipped_names())} nor a directory")
    return directory


def load_profile(directory: Path) -> Profile:
    """Return the profile in ``directory``. The seed corpus is not read here.

    Raises:
        BadProfile: the files break a rule of the format; all problems are in it, as "file: key: reason".
    """
    problems = Problems()
    profile = _read(directory, read_head(directory / "profile.toml", problems), problems)
    if problems.lines:
        raise BadProfile(problems.lines)
    return profile


def load_articles(directory: Path) -> tuple[Article, ...]:
    """Return the knowledge articles of the profile in ``directory``; a profile may have none.

    Raises:
        BadProfile: an article breaks a rule of the format, or links to one that does not exist.
    """
    problems = Problems()
    articles = read_articles(layers_of(directory).files("knowledge", "*.toml"), problems)
    check_articles(articles, load_profile(directory).categories, None, problems)
    if problems.lines:
        raise BadProfile(problems.lines)
    return articles


def check_knowledge(directory: Path, *, on: date) -> tuple[int, tuple[str, ...]]:
    """Return how many articles the profile in ``directory`` has, and every problem of theirs by the day ``on``.

    Raises:
        BadProfile: the rest of the profile is wrong.
    """
    problems = Problems()
    articles = read_articles(layers_of(directory).files("knowledge", "*.toml"), problems)
    check_articles(articles, load_profile(directory).categories, on, problems)
    return len(articles), problems.lines


def check_profile(directory: Path, *, on: date | None = None) -> tuple[str, ...]:
    """Return every problem of the profile in ``directory``, of its seed corpus and its knowledge, as "file: key: reason".

    ``on`` is the day by which an article may have expired; without it none has.
    """
    problems = Problems()
    head = read_head(directory / "profile.toml", problems)
    profile = _read(directory, head, problems)
    corpus = check_corpus(directory, profile.categories, head.least_corpus_rows, problems)
    check_example_contacts(layers_of(directory), profile.categories, corpus, problems)
    articles = read_articles(layers_of(directory).files("knowledge", "*.toml"), problems)
    check_articles(articles, profile.categories, on, problems)
    return problems.lines


def load_matrix(path: Path, profile: Profile) -> DispatchMatrix:
    """Return another matrix for the same city, from a file of the form of ``matrix.csv``; its version is the file's name.

    Raises:
        BadProfile: the file breaks a rule of the format, or does not fit the profile; all problems are in it.
    """
    problems = Problems()
    matrix = DispatchMatrix(version=path.name, entries=read_matrix(path, problems))
    if not problems.lines:
        check_matrix(replace(profile, matrix=matrix), problems, file=path.name)
    if problems.lines:
        raise BadProfile(problems.lines)
    return matrix


def matrix_problems(profile: Profile) -> tuple[str, ...]:
    """Return what ``hotline check`` says about the profile's matrix, changed in memory perhaps, as "file: key: reason"."""
    problems = Problems()
    check_matrix(profile, problems)
    return problems.lines


def _read(directory: Path, head: ProfileHead, problems: Problems) -> Profile:
    """Read the other files and note every problem; with problems the result is only good for finding more of them."""
    layers = _layers(directory, head, problems)
    messages, safety = read_messages(layers.file("messages.toml"), problems)
    replies, call_back, stars, desk = read_replies(layers.file("replies.toml"), problems)
    profile = Profile(
        name=head.name,
        version=head.version,
        city=head.city,
        ticket_prefix=head.ticket_prefix,
        timezone=head.timezone,
        categories=MappingProxyType(read_categories(layers, problems)),
        units=MappingProxyType(read_units(layers.file("units.csv"), problems)),
        districts=MappingProxyType(read_districts(layers.file("districts.csv"), problems)),
        places=read_places(layers.file("places.csv"), problems),
        matrix=DispatchMatrix(version=head.matrix_version, entries=read_matrix(layers.file("matrix.csv"), problems)),
        deadlines=read_deadlines(layers.file("deadlines.toml"), problems),
        calendar=read_calendar(layers, head.calendar, head.timezone, problems),
        bands=head.bands,
        merge=head.merge,
        incidents=head.incidents,
        urgency=read_lexicon(layers, problems),
        repeats=read_repeat_lexicon(layers, problems),
        messages=MappingProxyType(messages),
        safety=MappingProxyType(safety),
        facts=read_fact_lexicon(layers, problems),
        linked=MappingProxyType(read_linked(layers.file("emergencies.toml"), problems)),
        self_service=read_self_service(layers.file("self_service.toml"), problems),
        type_words=MappingProxyType(read_type_words(layers, problems)),
        split_cues=read_split_cues(layers, problems),
        desks=read_desks(layers.file("desks.csv"), problems),
        streets=StreetRule(
            kinds=frozenset(head.street_kinds),
            duties=MappingProxyType(read_street_duties(layers.file("street_duties.csv"), problems)),
        ),
        question_words=read_question_words(layers, problems),
        replies=replies,
        call_back=call_back,
        stars=stars,
        desk=desk,
        declining=head.declining,
        missed_calls=head.missed_calls,
        nuisance=head.nuisance,
    )
    _note_stray_files(layers, problems)
    check_whole(profile, problems)
    return profile


def _layers(directory: Path, head: ProfileHead, problems: Problems) -> Layers:
    problem = extension_problem(directory, head.extends) if head.extends else None
    if problem:
        problems.add("profile.toml", "extends", problem)
    return layers_of(directory)


def _note_stray_files(layers: Layers, problems: Problems) -> None:
    """Note what nothing has read: its name is most often a slip of the pen. Hidden files are left alone."""
    for path in (*layers.unasked(), *layers.unasked("lexicons")):
        if path.name not in _ASKED_FOR_ELSEWHERE:
            problems.add(label_of(path), "file", "is not part of a profile")
