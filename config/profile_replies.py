"""``replies.toml``: what a unit's reply is looked through for, how citizens are called back, how units earn stars."""

from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

from config.profile_files import Problems, Table, read_table
from models.codes import RequestType
from models.profile import MOST_CALL_BACKS, STAR_RATES, CallBackRule, DeskRule, ReplyRule, StarRule

STARS = 5


def read_replies(path: Path, problems: Problems) -> tuple[ReplyRule, CallBackRule, StarRule, DeskRule]:
    """Return the tables ``checks``, ``call_back``, ``stars`` and ``desk``; what cannot be meant is noted.

    A profile may do without the file: then no words are looked for, any hour is good for a call-back, nobody has stars.
    """
    if not path.exists():
        return ReplyRule(), CallBackRule(), StarRule(), DeskRule()
    table = read_table(path, problems)
    checks = _checks(table.table("checks"))
    call_back = _call_back(table.table("call_back"))
    stars = _stars(table.table("stars"))
    desk = _desk(table.table("desk"))
    table.finish()
    return checks, call_back, stars, desk


def _checks(table: Table) -> ReplyRule:
    rule = ReplyRule(
        empty=table.texts("empty"),
        unfinished=table.texts("unfinished"),
        promises=table.texts("promises"),
        refusals=table.texts("refusals"),
        grounds=table.texts("grounds"),
        solved=table.texts("solved"),
        photos=table.texts("photos"),
        copied_likeness=table.share("copied_likeness"),
        copied_terms=table.whole("copied_terms", least=1),
        copied_window=timedelta(days=table.whole("copied_days", least=1)),
    )
    table.finish()
    return rule


def _call_back(table: Table) -> CallBackRule:
    rule = CallBackRule(attempts=table.whole("attempts", least=1), bands=table.spans("bands") if table.has("bands") else ())
    if rule.attempts > MOST_CALL_BACKS:
        table.note("attempts", f"{rule.attempts} is above {MOST_CALL_BACKS}")
    if rule.bands and len(rule.bands) < rule.attempts:
        table.note("bands", f"are {len(rule.bands)}, but each of {rule.attempts} attempts needs one of its own")
    table.finish(known=("source",))
    return rule


def _stars(table: Table) -> StarRule:
    weights_table = table.table("weights")
    weights = {code: weights_table.whole(code, least=1) for code in list(weights_table.keys())}
    if not weights:
        table.note("weights", "names no rate")
    for code in weights:
        if code not in STAR_RATES:
            weights_table.note(code, f"is not one of {' '.join(STAR_RATES)}")
    steps = table.wholes("steps")
    if len(steps) != STARS - 1 or list(steps) != sorted(set(steps)) or max(steps, default=0) > 100:
        table.note("steps", f"{list(steps)} are not {STARS - 1} rising scores up to 100")
    rule = StarRule(weights=MappingProxyType(weights), steps=steps, least=table.whole("least", least=1))
    table.finish(known=("source",))
    return rule


def _desk(table: Table) -> DeskRule:
    simple = []
    for label in table.texts("simple_types"):
        try:
            simple.append(RequestType(RequestType.from_label(label)))
        except ValueError:
            table.note("simple_types", f"{label!r} is not one of {' '.join(kind.label for kind in RequestType)}")
    rule = DeskRule(groups=table.texts("groups"), simple=tuple(simple))
    table.finish(known=("source",))
    return rule
