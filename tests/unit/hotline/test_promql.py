"""Every expression in rules and dashboard speaks of numbers that exist."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatcher.metrics import FAMILIES
from dispatcher.rules.rates import Counts, rates
from hotline.dashboard import as_text
from hotline.gauges import GAUGES

CONFIG = Path(__file__).parents[3] / "config"
RULES = (CONFIG / "prometheus" / "rules" / "hotline.yml").read_text(encoding="utf-8")
DASHBOARD = CONFIG / "grafana" / "supervisor.json"

LABELS = (
    {label for family in FAMILIES for label in family.labels}
    | {label for gauge in GAUGES for label in gauge.labels}
    | {"le", "basis"}
)
_STRINGS = re.compile(r'"[^"]*"')
_GROUPING = re.compile(r"\b(?:by|on|without|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_MATCHERS = re.compile(r"\{([^}]*)\}")
_RANGES = re.compile(r"\[[^\]]*\]|\boffset\s+\w+|\b\d[\w.]*\b")
_WORDS = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?!\w*\s*\()")
_OPERATORS = {"or", "and", "unless"}


def vocabulary() -> set[str]:
    """Names that Prometheus will find: families, gauges, recorded series."""
    names = {gauge.name for gauge in GAUGES} | set(re.findall(r"record: (\S+)", RULES))
    for family in FAMILIES:
        names |= {f"{family.name}_{part}" for part in ("bucket", "sum", "count")} if family.buckets else {family.name}
    return names


def expressions() -> Iterator[str]:
    """Every PromQL expression of the rule file and the dashboard."""
    for folded, plain in re.findall(r"expr: (?:>-\n((?: {10,}.*\n)+)|(.+))", RULES):
        yield folded or plain
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))


def metric_names(expression: str) -> set[str]:
    """The names that are left when labels, functions, durations and operators are taken out."""
    text = _STRINGS.sub('""', expression)
    for pattern in (_MATCHERS, _GROUPING, _RANGES):
        text = pattern.sub(" ", text)
    return {word for word in _WORDS.findall(text) if word not in _OPERATORS}


def label_names(expression: str) -> set[str]:
    """The labels that matchers and groupings name."""
    text = _STRINGS.sub('""', expression)
    inside = ",".join([*_MATCHERS.findall(text), *_GROUPING.findall(text)])
    return set(re.findall(r"[a-zA-Z_]\w*", inside))


def test_the_expressions_are_found() -> None:
    """The walk sees the whole rule file and the whole dashboard."""
    assert len(list(expressions())) > 80


@pytest.mark.parametrize("expression", list(expressions()))
def test_each_metric_and_label_exists(expression: str) -> None:
    """A renamed counter would leave a panel empty and an alert silent; here it fails."""
    names = metric_names(expression)

    assert names
    assert names <= vocabulary()
    assert label_names(expression) <= LABELS


def test_a_name_that_does_not_exist_is_noticed() -> None:
    """The walk tells functions, labels and durations from names."""
    expression = 'sum by (unit) (rate(hotline_typo_total{unit="A"}[5m] offset 1w)) / on (unit) city:typo:ratio > 0.5'

    assert metric_names(expression) == {"hotline_typo_total", "city:typo:ratio"}
    assert label_names(expression) == {"unit"}


def test_the_dashboard_file_is_what_the_program_builds() -> None:
    """``python -m hotline.dashboard config/grafana/supervisor.json`` was run after the last change."""
    assert DASHBOARD.read_text(encoding="utf-8") == as_text()


def test_each_rate_on_the_dashboard_says_its_basis() -> None:
    """A supervisor who points at a percentage reads what was divided by what."""
    panels = {panel["title"]: panel for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]}

    for rate in rates(Counts(unit_code=None)):
        assert panels[f"{rate.name} {rate.code}"]["description"] == rate.basis


def test_panels_lie_side_by_side() -> None:
    """No panel covers another or leaves the grid."""
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken
        assert place["x"] + place["w"] <= 24
        taken |= cells
