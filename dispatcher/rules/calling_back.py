"""回访: at which times of day a citizen may be tried again (domain.md A.2, callback.done)."""

from collections.abc import Iterable
from datetime import datetime, time

from models.profile import CallBackRule


def tried_at_this_time(at: datetime, earlier: Iterable[datetime], rule: CallBackRule) -> bool:
    """Return whether one of the ``earlier`` attempts was made in the band of ``at``; all moments are on the city's clocks.

    What lies outside every band is one more band. Who does not answer in the morning is tried in the evening.
    """
    return bool(rule.bands) and _band(at.time(), rule) in {_band(moment.time(), rule) for moment in earlier}


def _band(moment: time, rule: CallBackRule) -> int:
    inside = (number for number, (begins, ends) in enumerate(rule.bands) if begins <= moment < ends)
    return next(inside, len(rule.bands))
