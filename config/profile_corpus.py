"""The seed corpus of a profile: example requests with the labels that a first model learns from."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from config.profile_files import Problems, label_of, read_rows
from models.codes import Channel, RequestType, Urgency
from models.profile import Category

_COLUMNS = ("text", "category", "type", "urgency", "channel")


def corpus_files(directory: Path) -> tuple[Path, ...]:
    """Return the seed-corpus files of the profile in ``directory``, in the order of their names; none is allowed.

    Each is a CSV file with the header ``text,category,type,urgency,channel``: code of the category, labels of type and
    urgency, value of the channel.
    """
    return tuple(sorted((directory / "corpus").glob("*.csv")))


def check_corpus(directory: Path, categories: Mapping[str, Category], problems: Problems) -> None:
    """Note unknown labels, texts given twice and, when there is a corpus, categories without an example."""
    counts: Counter[str] = Counter()
    seen: dict[str, str] = {}
    files = corpus_files(directory)
    for path in files:
        for row in read_rows(path, _COLUMNS, problems):
            code = row.text("category")
            if code not in categories:
                row.note("category", f"{code!r} is not in taxonomy.csv")
            counts[code] += 1
            row.parsed("type", RequestType.from_label, RequestType.HELP, "a 诉求类型")
            row.parsed("urgency", Urgency.from_label, Urgency.NORMAL, "一般, 紧急 or 特急")
            row.parsed("channel", Channel, Channel.PHONE, "a letter of 诉求来源")
            here = f"{label_of(path)} line {row.line}"
            first = seen.setdefault(row.text("text"), here)
            if first != here:
                row.note("text", f"stands already in {first}")
    if files:
        for code in categories:
            if not counts[code]:
                problems.add("corpus", code, "has no example")
