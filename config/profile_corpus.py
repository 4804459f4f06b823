"""The seed corpus of a profile: example requests with the labels that a first model learns from."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.corpus_twins import near_duplicates, shared_runs
from config.personal_data import holds_landline, personal_data_in
from config.profile_files import Problems, Row, label_of, read_rows
from config.profile_layers import layers_of
from models.codes import Channel, RequestType, Urgency
from models.profile import Category

_COLUMNS = ("text", "category", "type", "urgency", "channel")
_ALTERNATIVE = "alt_category"

_TYPES_OF_ONE_KIND = frozenset({RequestType.PRAISE, RequestType.VOID})
"""A category may be made of praise, or of void calls, alone: that is its meaning."""

_ENOUGH_TO_DIFFER = 10
"""So many examples of a category can be expected to hold two types. Default of this project (D)."""


def corpus_files(directory: Path) -> tuple[Path, ...]:
    """Return the seed-corpus files of the profile in ``directory``, in the order of their names; none is allowed.

    A profile that extends another and has no corpus of its own has the other's.

    Each is a CSV file with the header ``text,category,type,urgency,channel[,alt_category]``: code of the category, labels of
    type and urgency, value of the channel, code of a second category that would be right as well. A row without a type teaches
    none.
    """
    return layers_of(directory).files("corpus", "*.csv")


def check_corpus(directory: Path, categories: Mapping[str, Category], least_rows: int, problems: Problems) -> Mapping[str, str]:
    """Note what makes the corpus a bad teacher, and return where each text stands.

    Row by row: unknown labels and personal data; between rows: texts given twice, near-duplicates and shared runs; on the
    whole, when there is a corpus: categories with fewer than ``least_rows`` examples, and those whose examples are all of
    one type, since a model takes such a category for the type.
    """
    files = corpus_files(directory)
    types: dict[str, Counter[RequestType | None]] = defaultdict(Counter)
    texts: dict[str, tuple[Row, str]] = {}
    for path in files:
        for row in read_rows(path, _COLUMNS, problems, optional_columns=(_ALTERNATIVE,)):
            code = row.text("category")
            if code not in categories:
                row.note("category", f"{code!r} is not in taxonomy.csv")
            if (alternative := row.optional(_ALTERNATIVE)) and alternative not in categories:
                row.note(_ALTERNATIVE, f"{alternative!r} is not in taxonomy.csv")
            has_type = row.optional("type") is not None
            kind = row.parsed("type", RequestType.from_label, RequestType.HELP, "a 诉求类型") if has_type else None
            types[code][kind] += 1
            row.parsed("urgency", Urgency.from_label, Urgency.NORMAL, "一般, 紧急 or 特急")
            row.parsed("channel", Channel, Channel.PHONE, "a letter of 诉求来源")
            text, here = row.text("text"), f"{label_of(path)} line {row.line}"
            _check_personal_data(row, text)
            first_row, first = texts.setdefault(text, (row, here))
            if first_row is not row:
                row.note("text", f"stands already in {first}")
    _check_twins(list(texts), list(texts.values()))
    if files:
        _check_balance(types, categories, least_rows, problems)
    return {text: place for text, (_, place) in texts.items()}


def _check_personal_data(row: Row, text: str) -> None:
    for what in personal_data_in(text):
        row.note("text", f"holds {what}")
    if holds_landline(text):
        row.note("text", "holds a telephone number")


def _check_twins(texts: Sequence[str], places: Sequence[tuple[Row, str]]) -> None:
    """Note a text that is nearly one before it, else one that shares a run of characters with one before it."""
    told = set()
    for later, earlier, similarity in near_duplicates(texts):
        told.add(later)
        places[later][0].note("text", f"is nearly the same as {places[earlier][1]} (similarity {similarity:.2f})")
    for later, earlier, run in shared_runs(texts):
        if later not in told:
            places[later][0].note("text", f"shares {run!r} with {places[earlier][1]}")


def _check_balance(
    types: Mapping[str, Counter[RequestType | None]], categories: Mapping[str, Category], least_rows: int, problems: Problems
) -> None:
    for code in categories:
        of_category = types.get(code, Counter())
        n_rows = of_category.total()
        kinds = [kind for kind in of_category if kind is not None]
        n_typed = n_rows - of_category[None]
        if not n_rows:
            problems.add("corpus", code, "has no example")
        elif n_rows < least_rows:
            problems.add("corpus", code, f"has {n_rows} examples; profile.toml wants {least_rows}")
        elif n_typed >= _ENOUGH_TO_DIFFER and len(kinds) == 1 and kinds[0] not in _TYPES_OF_ONE_KIND:
            problems.add("corpus", code, f"has {n_typed} examples, all of them {kinds[0].label}")
