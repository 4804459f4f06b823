"""Strangeness: how far a text is from everything that a model learned.

A strange text has terms that no row had, and no label's margin is near. Both are weighed in one number; what share of unseen
requests lies above a threshold can be counted, so no examples of strange texts are learned from.
"""

import numpy as np
from numpy.typing import NDArray

_MARGIN_WEIGHT = 0.3
"""Of the best margin (mostly -1 to 1) beside the share of unknown terms (0 to 1). Measured on one half of
tests/data/out_of_domain.csv: with 0 57 % are found, with 0.1 63 %, 0.3 67 %, 0.5 61 %; on the other half 40, 42, 52, 54 %."""

STRANGE_SHARE = 0.005
"""So many of the unseen requests count as strange. Default of this project (D): at most 1 in 100 may, elsewhere too."""


def strangeness(margins: NDArray[np.floating], unknown_shares: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return a number for each row of ``margins``, shape (n_rows, n_labels); the higher, the stranger.

    ``unknown_shares`` are the shares of a text's terms that no learned text had, 0 to 1; shape (n_rows,).
    """
    return np.asarray(unknown_shares - _MARGIN_WEIGHT * margins.max(axis=1), np.float64)


def strange_above(margins: NDArray[np.floating], unknown_shares: NDArray[np.floating]) -> float:
    """Return the strangeness above which ``STRANGE_SHARE`` of these rows lie, which the model had not seen."""
    return float(np.quantile(strangeness(margins, unknown_shares), 1 - STRANGE_SHARE))
