"""The supervisor's Grafana dashboard, built from our own names so that no title and no label drifts from the code.

``python -m hotline.dashboard config/grafana/supervisor.json`` writes it; a test compares the file with what is built.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from dispatcher.metrics import HOTLINE_ITSELF
from dispatcher.rules.rates import Counts, rates
from models.codes import Channel, Correction, DispatchMode, Fate, Stage

Json = dict[str, Any]

_DATASOURCE: Json = {"type": "prometheus", "uid": "${datasource}"}
_WIDTH = 24  # Grafana's grid

_RATE_SERIES: Mapping[str, str] = {
    "M04": "city:hotline_calls_answered:ratio",
    "M13": "city:hotline_direct_answer:ratio",
    "M16": "city:hotline_auto_dispatch:ratio",
    "M16a": 'city:hotline_corrections:ratio{kind="category"}',
    "M17": "city:hotline_dispatch_on_time:ratio",
    "M18": "city:hotline_repeats:ratio",
    "M21": "city:hotline_sign_on_time:ratio",
    "M23": "city:hotline_completion:ratio",
    "M24": "city:hotline_resolve_on_time:ratio",
    "M42": "city:hotline_rated:ratio",
    "M43": 'city:hotline_satisfaction:ratio{code="M43"}',
    "M43a": 'city:hotline_satisfaction:ratio{code="M43a"}',
    "M43b": 'city:hotline_satisfaction:ratio{code="M43b"}',
}
"""The recorded series of each published rate."""

_OVERDUE_BY_NAME = (
    "topk(10, max by (unit) (hotline_tickets_overdue) > 0) "
    "* on (unit) group_left (name) max by (unit, name) (hotline_unit_info) "
    f'or max by (unit) (hotline_tickets_overdue{{unit="{HOTLINE_ITSELF}"}}) > 0'
)
"""The hotline itself is no unit and has no name to join."""

_SHARES_BY_NAME = (
    "level1:hotline_tickets_registered:share_1d * on (level1) group_left (name) max by (level1, name) (hotline_category_info)"
)

_UNIT_COLUMNS: Sequence[tuple[str, str, str | None]] = (
    ("在办", "sum by (unit) (max by (unit, state) (hotline_open_tickets))", None),
    ("逾期", "max by (unit) (hotline_tickets_overdue)", None),
    ("一天内到期", 'max by (unit) (hotline_due_soon{within="1d"})', None),
    ("已派单", "sum by (unit) (unit_mode:hotline_dispatched_total:max)", None),
    ("办结率 M23", "max by (unit) (unit:hotline_completion:ratio)", "percentunit"),
    ("按时办结率 M24", "max by (unit) (unit:hotline_resolve_on_time:ratio)", "percentunit"),
    ("签收及时率 M21", "max by (unit) (unit:hotline_sign_on_time:ratio)", "percentunit"),
    ("满意率(参评) M43", 'max by (unit) (unit:hotline_satisfaction:ratio{code="M43"})', "percentunit"),
)
"""Columns of the table of units: heading, expression by unit, unit of the values."""


@dataclass(frozen=True, slots=True)
class _Panel:
    """A panel and how much of the grid it takes; a row's heading takes the full width."""

    body: Json
    width: int
    height: int


def dashboard() -> Json:
    """Return the dashboard in Grafana's JSON model (schema 39, Grafana 10 and later)."""
    return {
        "uid": "hotline-supervisor",
        "title": "12345 热线主管看板",
        "description": "速派 Hotline：来件、派单、在办与逾期、各口径比率、消息积压。每个比率的分子、分母和口径见面板说明。",
        "tags": ["12345", "hotline"],
        "language": "zh-CN",
        "timezone": "browser",
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-24h", "to": "now"},
        "editable": True,
        "graphTooltip": 1,
        "templating": {
            "list": [
                {
                    "name": "datasource",
                    "label": "数据源",
                    "type": "datasource",
                    "query": "prometheus",
                    "current": {},
                    "hide": 0,
                    "refresh": 1,
                }
            ]
        },
        "panels": list(_placed(_panels())),
    }


def _panels() -> Iterator[_Panel]:
    yield _row("来件与派单")
    yield _stat("近 24 小时来件", "sum(max by (channel) (increase(hotline_contacts_total[24h])))", unit="locale")
    yield _stat("近 24 小时首次派单", "sum(max by (unit, mode) (increase(hotline_dispatched_total[24h])))", unit="locale")
    yield _stat("待人工处置", "max(hotline_review_queue)", unit="locale", warn_above=50)
    yield _stat("逾期未办（含待派超时）", "sum(max by (unit) (hotline_tickets_overdue))", unit="locale", warn_above=0)
    yield _lines(
        "来件（件/分钟，按渠道）",
        ("sum by (channel) (max by (channel) (rate(hotline_contacts_total[5m]))) * 60", "{{channel}}"),
        names={channel.value: channel.label for channel in Channel},
    )
    yield _lines(
        "来件去向（件/分钟）",
        ("sum by (fate) (max by (fate) (rate(hotline_contacts_settled_total[5m]))) * 60", "{{fate}}"),
        names={fate.value: fate.label for fate in Fate},
    )
    yield _lines(
        "派单方式（件/分钟）",
        ("sum by (mode) (max by (unit, mode) (rate(hotline_dispatched_total[5m]))) * 60", "{{mode}}"),
        names={mode.value: mode.label for mode in DispatchMode},
    )
    yield _row("各单位在办与逾期")
    yield _unit_table()
    yield _lines("逾期未办前十单位", (_OVERDUE_BY_NAME, "{{name}} {{unit}}"), width=12)
    yield _lines("将到期（按时间）", ("sum by (within) (max by (unit, within) (hotline_due_soon))", "{{within}} 内"), width=12)
    yield _row("比率（累计，截至当前；口径见面板说明）")
    for rate in rates(Counts(unit_code=None)):
        yield _stat(f"{rate.name} {rate.code}", _RATE_SERIES[rate.code], unit="percentunit", says=rate.basis)
    yield _stat(
        "按时办结率 M24（近 7 天）",
        "city:hotline_resolve_on_time:ratio_7d",
        unit="percentunit",
        says="近 7 天内办理时限有结果的工单：时限内答复 ÷ 已有结果；到期未答复即计超时",
    )
    yield _stat(
        "接通率 M04（近 1 小时）",
        "city:hotline_calls_answered:ratio_1h",
        unit="percentunit",
        says="近 1 小时结束的呼叫：人工接听 ÷ 进入人工队列（接听＋排队中放弃）",
    )
    yield _row("各环节用时（近 1 天）")
    stages = {stage.value: stage.label for stage in Stage}
    yield _lines("用时中位数", ("stage:hotline_stage_seconds:p50_1d", "{{stage}}"), names=stages, unit="s", width=12)
    yield _lines("用时 P99", ("stage:hotline_stage_seconds:p99_1d", "{{stage}}"), names=stages, unit="s", width=12)
    yield _row("通话中的紧急情况")
    yield _stat(
        "近 24 小时告警",
        "max(increase(hotline_emergency_alert_seconds_count[24h]))",
        unit="locale",
        says="通话未结束时听出特急、已告警的呼叫，每个呼叫一次",
    )
    yield _stat(
        "超过 10 秒才告警（近 24 小时）",
        "max(increase(hotline_emergency_alert_seconds_count[24h])) "
        '- max(increase(hotline_emergency_alert_seconds_bucket{le="10.0"}[24h]))',
        unit="locale",
        says="从这段话送达到告警超过 10 秒的呼叫；应为 0",
        warn_above=0,
    )
    yield _lines(
        "从听到到告警（P50、P99，近 1 小时）",
        *(
            (f"histogram_quantile({share}, max by (le) (rate(hotline_emergency_alert_seconds_bucket[1h])))", name)
            for share, name in ((0.5, "P50"), (0.99, "P99"))
        ),
        unit="s",
        width=12,
    )
    yield _row("分类模型")
    yield _stat("当前模型", "max by (version) (hotline_model_info)", legend="{{version}}", says="数值恒为 1，版本号见图例")
    yield _stat(
        "诉求构成变化（近 1 天）",
        "city:hotline_category_shift:distance_1d",
        unit="percentunit",
        says="各一级分类占近 1 天登记工单的比重，与此前四周相比，差的绝对值之和的一半；0 为完全相同，超过 20% 告警",
        warn_above=0.2,
    )
    yield _stat(
        "把握不足 0.5（近 1 小时）",
        "city:hotline_low_confidence:ratio_1h",
        unit="percentunit",
        says="近 1 小时登记的工单：分类置信度不超过 0.5 的 ÷ 全部",
    )
    yield _stat(
        "未能换用新模型（累计）",
        "city:hotline_model_refusals:max",
        says="各进程未能加载新上线模型、沿用原模型的次数",
    )
    yield _lines(
        "一级分类占比（近 1 天）",
        (
            _SHARES_BY_NAME,
            "{{name}}",
        ),
        unit="percentunit",
        width=12,
    )
    yield _lines(
        "人工派单中的改动（累计，占人工派单）",
        ("city:hotline_corrections:ratio", "{{kind}}"),
        names={kind.value: kind.label for kind in Correction},
        unit="percentunit",
        width=12,
    )
    yield _row("系统")
    yield _stat("统计来源", "min by (source) (hotline_exporter_up)", legend="{{source}}", says="1 为可用")
    yield _stat("对账差异", "sum(hotline_reconciliation_difference)", says="计数与明细之差，必须为 0", warn_above=0)
    yield _stat("日历剩余天数", "min(hotline_calendar_days_left)", unit="locale")
    yield _stat("暂算时限", "max(hotline_deadline_provisional)", unit="locale", says="超出已加载日历，待新日历重算")
    yield _lines("未发布消息", ("max(hotline_outbox_unpublished)", "条数"))
    yield _lines("最早未发布消息的等待", ("max(hotline_outbox_oldest_seconds)", "等待"), unit="s")
    yield _lines("消费积压", ("max by (topic) (hotline_consumer_lag)", "{{topic}}"))
    yield _lines(
        "死信（件/分钟，按原因）",
        ("sum by (cause) (max by (cause) (rate(hotline_dead_letters_total[5m]))) * 60", "{{cause}}"),
        width=24,
    )


def _placed(panels: Iterator[_Panel]) -> Iterator[Json]:
    """Fill the grid from left to right, line by line."""
    x = y = height = 0
    for number, panel in enumerate(panels, start=1):
        if x + panel.width > _WIDTH:
            x, y, height = 0, y + height, 0
        yield {"id": number, "gridPos": {"x": x, "y": y, "w": panel.width, "h": panel.height}, **panel.body}
        x, height = x + panel.width, max(height, panel.height)


def _row(title: str) -> _Panel:
    return _Panel({"type": "row", "title": title, "collapsed": False, "panels": []}, _WIDTH, 1)


def _stat(
    title: str, expression: str, *, unit: str = "none", says: str = "", legend: str = "", warn_above: float | None = None
) -> _Panel:
    steps: list[Json] = [{"color": "green" if warn_above is not None else "text", "value": None}]
    if warn_above is not None:
        steps.append({"color": "red", "value": warn_above + 0.0001})
    body: Json = {
        "type": "stat",
        "title": title,
        "description": says,
        "datasource": _DATASOURCE,
        "targets": [_target("A", expression, legend)],
        "options": {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value", "graphMode": "none"},
        "fieldConfig": {
            "defaults": {
                "unit": unit,
                "decimals": 2 if unit == "percentunit" else 0,
                "noValue": "无",
                "thresholds": {"mode": "absolute", "steps": steps},
            },
            "overrides": [],
        },
    }
    return _Panel(body, 6, 4)


def _lines(
    title: str,
    *queries: tuple[str, str],
    names: Mapping[str, str] | None = None,
    unit: str = "short",
    width: int = 8,
) -> _Panel:
    """``names`` show a label's value in Chinese; each of the ``queries`` is an expression with its legend."""
    body: Json = {
        "type": "timeseries",
        "title": title,
        "datasource": _DATASOURCE,
        "targets": [_target(letter, *query) for letter, query in zip(ascii_uppercase, queries, strict=False)],
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "fieldConfig": {
            "defaults": {"unit": unit, "min": 0, "custom": {"lineWidth": 1, "fillOpacity": 10}},
            "overrides": [
                {
                    "matcher": {"id": "byName", "options": value},
                    "properties": [{"id": "displayName", "value": label}],
                }
                for value, label in (names or {}).items()
            ],
        },
    }
    return _Panel(body, width, 8)


def _unit_table() -> _Panel:
    """One line a unit; the first query brings the names, the others join it by the unit's code."""
    letters = [chr(ord("B") + place) for place in range(len(_UNIT_COLUMNS))]
    targets = [
        _target("A", "max by (unit, name) (hotline_unit_info)", table=True),
        *(_target(letter, expression, table=True) for letter, (_, expression, _) in zip(letters, _UNIT_COLUMNS, strict=True)),
    ]
    headings = {f"Value #{letter}": heading for letter, (heading, _, _) in zip(letters, _UNIT_COLUMNS, strict=True)}
    body: Json = {
        "type": "table",
        "title": "各单位一览（累计，截至当前；各率口径见下方同名面板说明）",
        "datasource": _DATASOURCE,
        "targets": targets,
        "transformations": [
            {"id": "joinByField", "options": {"byField": "unit", "mode": "outer"}},
            {
                "id": "organize",
                "options": {
                    "includeByName": dict.fromkeys(("unit", "name", *headings), True),
                    "indexByName": {name: place for place, name in enumerate(("name", "unit", *headings))},
                    "renameByName": {"name": "单位", "unit": "代码", **headings},
                },
            },
        ],
        "options": {"showHeader": True, "sortBy": [{"displayName": "逾期", "desc": True}]},
        "fieldConfig": {
            "defaults": {"noValue": "无"},
            "overrides": [
                {
                    "matcher": {"id": "byName", "options": heading},
                    "properties": [{"id": "unit", "value": unit}, {"id": "decimals", "value": 2}],
                }
                for heading, _, unit in _UNIT_COLUMNS
                if unit is not None
            ],
        },
    }
    return _Panel(body, _WIDTH, 10)


def _target(letter: str, expression: str, legend: str = "", *, table: bool = False) -> Json:
    return {
        "refId": letter,
        "expr": expression,
        "datasource": _DATASOURCE,
        "legendFormat": legend or "__auto",
        "instant": table,
        "range": not table,
        "format": "table" if table else "time_series",
    }


def as_text() -> str:
    """Return the dashboard as the file holds it."""
    return json.dumps(dashboard(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(as_text(), encoding="utf-8")
