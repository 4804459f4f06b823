"""docs/metrics.md names every number, every rate with its basis, every alert."""

import re
from pathlib import Path

from dispatcher.metrics import FAMILIES
from dispatcher.rules.rates import Counts, rates
from dispatcher.store.reconciliation import NOT_RECOMPUTABLE
from hotline.gauges import GAUGES

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
RULES = (ROOT / "config" / "prometheus" / "rules" / "hotline.yml").read_text(encoding="utf-8")


def test_every_number_is_explained() -> None:
    """Whoever sees a name on /metrics finds it here, and no name here is missing there."""
    exported = {family.name for family in FAMILIES} | {gauge.name for gauge in GAUGES}
    named = set(re.findall(r"(?<![:\w])hotline_[a-z0-9_]+", DOCUMENT))

    assert exported <= named
    assert named <= exported


def test_every_rate_stands_with_its_basis_and_its_series() -> None:
    """Code, name and basis are word for word those of the supervisor's page, and the series is recorded."""
    for rate in rates(Counts(unit_code=None)):
        line = next(line for line in DOCUMENT.splitlines() if line.startswith(f"| {rate.code} |"))
        _, _, name, _, series, basis, _ = (cell.strip() for cell in line.split("|"))
        assert (name, basis) == (rate.name, rate.basis)
        assert f"record: {series.strip('`').partition('{')[0]}" in RULES


def test_every_alert_says_what_to_do() -> None:
    """An alert at night leads to a line that says what to look at."""
    alerts = set(re.findall(r"alert: (\w+)", RULES))

    assert alerts == set(re.findall(r"Hotline[A-Z]\w+", DOCUMENT))


def test_what_cannot_be_proven_is_said() -> None:
    """The limits of the reconciliation stand in the document."""
    assert all(f"Not recomputable: `{family}`" in DOCUMENT for family in NOT_RECOMPUTABLE)
