"""The phrases of each 诉求类型, for the model to lean on.

How people ask, plead, accuse and propose is the language's, not a town's: the lists stand in ``config/lexicons``, and a
profile's list of the same name takes its place.
"""

from config.profile_files import Problems, read_own_or_shared_words
from config.profile_layers import Layers
from models.codes import RequestType

_LISTS = {
    RequestType.CONSULT: "type_consult",
    RequestType.HELP: "type_help",
    RequestType.COMPLAINT: "type_complaint",
    RequestType.REPORT: "type_report",
    RequestType.SUGGESTION: "type_suggestion",
    RequestType.PRAISE: "type_praise",
}


def read_type_words(layers: Layers, problems: Problems) -> dict[RequestType, tuple[str, ...]]:
    """Return the lists, those of the ``lexicons`` directories first; a phrase of two types is noted."""
    words: dict[RequestType, tuple[str, ...]] = {}
    list_of: dict[str, str] = {}
    for kind, name in _LISTS.items():
        own = layers.file("lexicons", f"{name}.txt")
        words[kind] = read_own_or_shared_words(own, problems)
        for phrase in words[kind]:
            if list_of.setdefault(phrase, name) != name:
                problems.add(f"lexicons/{name}.txt", phrase, f"stands in {list_of[phrase]}.txt too")
    return words
