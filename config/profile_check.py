"""What must hold between the files of a profile: codes that exist, a lead for everything, no contradiction."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations

from config.personal_data import personal_data_in
from config.profile_files import Problems
from models.codes import Stage, SubjectType
from models.profile import ANY_EMERGENCY, DISTRICT_GOVERNMENT, District, Handling, MatrixEntry, Place, Profile

WECHAT_LETTERS = 600
"""A WeChat text reply may hold this many characters (domain.md I.5)."""


def check_whole(profile: Profile, problems: Problems) -> None:
    """Note what is wrong between the files; each file alone was checked while it was read."""
    _check_categories(profile, problems)
    _check_pairs(profile, problems)
    _check_districts(profile, problems)
    _check_places(profile.places, profile.districts, problems)
    _check_place_words(profile, problems)
    _check_street_duties(profile, problems)
    _check_desks(profile, problems)
    check_matrix(profile, problems)
    _check_deadlines(profile, problems)
    _check_messages(profile.messages, problems)
    _check_messages({f"safety.{name}": text for name, text in profile.safety.items()}, problems)
    for name in profile.safety:
        if (letters := len(profile.written_receipt(name))) > WECHAT_LETTERS:
            reason = f"has {letters} characters with wechat_received behind it; a WeChat reply holds {WECHAT_LETTERS}"
            problems.add("messages.toml", f"safety.{name}", reason)
    _check_replies(profile, problems)
    for name in sorted(profile.safety.keys() - profile.categories.keys() - {ANY_EMERGENCY}):
        problems.add("messages.toml", f"safety.{name}", "is not in taxonomy.csv")
    for code in sorted(profile.incidents.area_categories - profile.categories.keys()):
        problems.add("profile.toml", "incident.area_categories", f"{code} is not in taxonomy.csv")
    for code, units in profile.linked.items():
        if code not in profile.categories:
            problems.add("emergencies.toml", f"linked.{code}", "is not in taxonomy.csv")
        for unit in units:
            if unit not in profile.units:
                problems.add("emergencies.toml", f"linked.{code}", f"names {unit}, which is not in units.csv")


def _check_categories(profile: Profile, problems: Problems) -> None:
    names: dict[str, str] = {}
    for category in profile.categories.values():
        known = names.setdefault(category.level1_code, category.level1)
        if known != category.level1:
            reason = f"level1 {category.level1_code} is called {category.level1} here and {known} before"
            problems.add("taxonomy.csv", category.code, reason)
        for word in category.urgent_words:
            if word not in profile.urgency.critical and word not in profile.urgency.urgent:
                reason = f"urgent word {word!r} is neither in lexicons/critical.txt nor in lexicons/urgent.txt"
                problems.add("taxonomy.csv", category.code, reason)


def _check_pairs(profile: Profile, problems: Problems) -> None:
    for code in sorted({pair.category_code for pair in profile.urgency.critical_pairs if pair.category_code}):
        if code not in profile.categories:
            problems.add("lexicons/critical_pairs.txt", code, "is not in taxonomy.csv")


def _check_districts(profile: Profile, problems: Problems) -> None:
    owners: dict[str, str] = {}
    for district in profile.districts.values():
        reason = _unit_problem(profile, district.government)
        if reason:
            problems.add("districts.csv", district.code, f"government {reason}")
        for code in district.within:
            if code not in profile.districts or code == district.code:
                problems.add("districts.csv", district.code, f"within {code!r} is no other district of this file")
        for name in (district.name, *district.aliases):
            owner = owners.setdefault(name, district.code)
            if owner != district.code:
                problems.add("districts.csv", district.code, f"name {name!r} belongs to {owner} already")


def _check_places(places: Sequence[Place], districts: Mapping[str, District], problems: Problems) -> None:
    names = {name: district for district in districts.values() for name in (district.name, *district.aliases)}
    for place in places:
        if place.district_code is not None and place.district_code not in districts:
            problems.add("places.csv", place.name, f"district {place.district_code!r} is not in districts.csv")
        if place.name in names and names[place.name].code != place.district_code:
            problems.add("places.csv", place.name, f"is a name of district {names[place.name].code}")
        if len(place.name) < 2:
            problems.add("places.csv", place.name, "a single character is found in too many texts")


def _check_place_words(profile: Profile, problems: Problems) -> None:
    """Note words about places that can do nothing, or would hide a place."""
    names = {name for district in profile.districts.values() for name in (district.name, *district.aliases)}
    names |= {place.name for place in profile.places}
    words = profile.facts
    for heard, said in words.place_homophones.items():
        if not any(said in name for name in names):
            problems.add("lexicons/place_homophones.txt", heard, f"{said!r} is in no name of this profile")
        if heard in names:
            problems.add("lexicons/place_homophones.txt", heard, "is a name of this profile itself")
    for phrase in words.not_places:
        if not any(name in phrase for name in names):
            problems.add("lexicons/not_places.txt", phrase, "holds no name of this profile, so it does nothing")
    for name in sorted(names & {*words.not_places, *words.elsewhere}):
        problems.add("lexicons", name, "is a name of this profile, so it is neither elsewhere nor no place")


def _unit_problem(profile: Profile, code: str) -> str | None:
    """Return why ``code`` cannot receive tickets, None when it can."""
    if code not in profile.units:
        return f"{code!r} is not in units.csv"
    return None if profile.units[code].active else f"{code!r} is not active"


def _title(entry: MatrixEntry) -> str:
    where = entry.district_code or "any district"
    who = entry.subject.label if entry.subject else "any subject"
    return f"{entry.category_code} {where} {who} from {entry.valid_from}"


def check_matrix(profile: Profile, problems: Problems, *, file: str = "matrix.csv") -> None:
    """Note what is wrong with the matrix alone; ``file`` is where it came from."""
    _check_matrix_codes(profile, problems, file)
    _check_matrix_choice(profile, problems, file)


def _check_street_duties(profile: Profile, problems: Problems) -> None:
    for unit_code, category_code in profile.streets.duties:
        key = f"{unit_code} {category_code}"
        if category_code not in profile.categories:
            problems.add("street_duties.csv", key, f"category {category_code!r} is not in taxonomy.csv")
        if unit_code not in profile.units:
            problems.add("street_duties.csv", key, f"unit {unit_code!r} is not in units.csv")
        elif profile.units[unit_code].kind not in profile.streets.kinds:
            kinds = " ".join(sorted(profile.streets.kinds))
            problems.add("street_duties.csv", key, f"{unit_code!r} is no street or town: its kind is none of {kinds}")


def _check_desks(profile: Profile, problems: Problems) -> None:
    codes = {code for category in profile.categories.values() for code in (category.code, category.level1_code)}
    for desk in profile.desks:
        for code in desk.categories:
            if code not in codes:
                problems.add("desks.csv", desk.name, f"category {code!r} is in neither level of taxonomy.csv")


def _off_list(profile: Profile, entry: MatrixEntry) -> Iterator[str]:
    """Yield each 街镇 that would receive by this entry what is not on its 履职事项清单 (国办函〔2025〕66号)."""
    places = [entry.district_code] if entry.district_code else [*profile.districts]
    governments = [profile.districts[code].government for code in places if code in profile.districts]
    leads = governments if entry.lead == DISTRICT_GOVERNMENT else [entry.lead]
    for unit_code in dict.fromkeys((*leads, *entry.co_units)):
        if profile.is_off_list(unit_code, entry.category_code):
            yield unit_code


def _check_matrix_codes(profile: Profile, problems: Problems, file: str) -> None:
    for entry in profile.matrix.entries:

        def note(reason: str, entry: MatrixEntry = entry) -> None:
            problems.add(file, _title(entry), reason)

        for unit_code in _off_list(profile, entry):
            note(f"{unit_code!r} is a street or town, and the category is not on its 履职事项清单 (street_duties.csv)")

        if entry.category_code not in profile.categories:
            note(f"category {entry.category_code!r} is not in taxonomy.csv")
        if entry.district_code is not None and entry.district_code not in profile.districts:
            note(f"district {entry.district_code!r} is not in districts.csv")
        # An entry that has run out may name a unit that has closed since: it explains old tickets.
        lead_problem = None if entry.valid_to else _unit_problem(profile, entry.lead)
        if entry.lead != DISTRICT_GOVERNMENT and lead_problem:
            note(f"lead {lead_problem}")
        for unit_code in entry.co_units:
            co_unit_problem = None if entry.valid_to else _unit_problem(profile, unit_code)
            if co_unit_problem:
                note(f"co-unit {co_unit_problem}")
            if unit_code == entry.lead:
                note(f"{unit_code!r} is lead and co-unit")


def _meet(one: MatrixEntry, other: MatrixEntry) -> bool:
    """Return whether both entries hold on some day."""
    last = date.max
    return one.valid_from <= (other.valid_to or last) and other.valid_from <= (one.valid_to or last)


def _cases(profile: Profile) -> Iterator[tuple[str | None, SubjectType]]:
    """Yield each district (None: not known) with each subject."""
    for district_code in (None, *profile.districts):
        for subject in SubjectType:
            yield district_code, subject


def _check_matrix_choice(profile: Profile, problems: Problems, file: str) -> None:
    """Note two entries that both decide, neither more exact than the other, and requests that none decides.

    An approved change may stand over an entry for the same requests: the one that began later decides.
    """
    by_category: dict[str, list[MatrixEntry]] = defaultdict(list)
    for entry in profile.matrix.entries:
        by_category[entry.category_code].append(entry)
    for entries in by_category.values():
        for one, other in combinations(entries, 2):
            if (one.district_code, one.subject) == (other.district_code, other.subject) and _meet(one, other):
                if one.change is None and other.change is None:
                    problems.add(file, _title(other), f"overlaps with the entry {_title(one)}")
            elif _rival(one, other) and _meet(one, other) and not _settled(one, other, entries):
                reason = f"decides the same requests as the entry {_title(one)}, and neither is more exact"
                problems.add(file, _title(other), reason)
    for category in profile.categories.values():
        if category.handling is not Handling.NUISANCE:
            _check_cover(category.code, by_category[category.code], profile, problems, file)


def _rival(one: MatrixEntry, other: MatrixEntry) -> bool:
    """Return whether one entry names only the district and the other only the subject."""
    for narrow, wide in ((one, other), (other, one)):
        if narrow.district_code and not narrow.subject and wide.subject and not wide.district_code:
            return True
    return False


def _settled(one: MatrixEntry, other: MatrixEntry, entries: Sequence[MatrixEntry]) -> bool:
    """Return whether an entry for district and subject together stands above two rivals."""
    district_code = one.district_code or other.district_code
    subject = one.subject or other.subject
    return any((entry.district_code, entry.subject) == (district_code, subject) for entry in entries)


def _check_cover(category_code: str, entries: Sequence[MatrixEntry], profile: Profile, problems: Problems, file: str) -> None:
    """Note the first kind of request, or the first day, that finds no lead."""
    if not entries:
        problems.add(file, category_code, "has no lead unit")
        return
    for district_code, subject in _cases(profile):
        spans = sorted(
            (entry.valid_from, entry.valid_to or date.max)
            for entry in entries
            if entry.district_code in (None, district_code) and entry.subject in (None, subject)
        )
        hole = _first_hole(spans)
        if hole is not None:
            where = district_code or "unknown"
            reason = f"has no lead unit for district {where}, subject {subject.label}, from {hole}"
            problems.add(file, category_code, reason)
            return


def _first_hole(spans: Sequence[tuple[date, date]]) -> date | None:
    """Return the first day without an entry after the first entry began; None when there is none."""
    if not spans:
        return date.min
    reached = spans[0][1]
    for opening, closing in spans[1:]:
        if reached == date.max or opening > reached + timedelta(days=1):
            break
        reached = max(reached, closing)
    return None if reached == date.max else reached + timedelta(days=1)


def _check_deadlines(profile: Profile, problems: Problems) -> None:
    for stage, category_code in profile.deadlines.by_category:
        if category_code not in profile.categories:
            problems.add("deadlines.toml", f"{stage}.by_category.{category_code}", "is not in taxonomy.csv")
    _check_promise("by_category", [(stage, code) for stage, code in profile.deadlines.by_category], problems)
    _check_promise("by_track", [(stage, track.label) for stage, track in profile.deadlines.by_track], problems)


def _check_promise(group: str, entries: Sequence[tuple[Stage, str]], problems: Problems) -> None:
    """Note where the unit has a time of its own and the citizen is promised another, or the reverse."""
    for stage, other in ((Stage.RESOLVE, Stage.PROMISE), (Stage.PROMISE, Stage.RESOLVE)):
        for key in (key for at, key in entries if at is stage and (other, key) not in entries):
            problems.add("deadlines.toml", f"{other}.{group}", f"has no {key}, which {stage}.{group} has")


def _check_replies(profile: Profile, problems: Problems) -> None:
    """Note what names no category: neither a code nor the first digits of one."""
    for place, codes in (("checks.photos", profile.replies.photos), ("desk.groups", profile.desk.groups)):
        for code in codes:
            if not any(known.startswith(code) for known in profile.categories):
                problems.add("replies.toml", place, f"{code} begins no code of taxonomy.csv")


def _check_messages(messages: Mapping[str, str], problems: Problems) -> None:
    for name, text in messages.items():
        if len(text) > WECHAT_LETTERS:
            problems.add("messages.toml", name, f"has {len(text)} characters; a WeChat reply holds {WECHAT_LETTERS}")
        for what in personal_data_in(text):
            problems.add("messages.toml", name, f"holds {what}")
