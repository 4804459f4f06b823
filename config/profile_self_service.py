"""``self_service.toml``: what the machine does for citizens who write."""

from datetime import timedelta
from pathlib import Path

from config.profile_files import Problems, Table, read_table
from models.codes import Service
from models.profile import AnswerRule, SelfServiceRule

_BY_TALK = frozenset({Service.ASK, Service.HUMAN})


def read_self_service(path: Path, problems: Problems) -> SelfServiceRule:
    """Return the rule of self-service. Services are named by their labels; each is there at most once.

    知识问答 has no word of its own, and 人工 no button: both hang on what a citizen has asked.
    """
    table = read_table(path, problems)
    words, menus = table.table("words"), table.table("menus")
    rule = SelfServiceRule(
        words={
            service: words.texts(service.label)
            for service in Service
            if service is not Service.ASK and words.has(service.label)
        },
        menus={key: service for key in list(menus.keys()) if (service := _service(menus, key)) is not None},
        move_car=table.text("move_car_category") if table.has("move_car_category") else None,
        patience=timedelta(minutes=table.whole("patience_minutes", least=1)),
        failures=table.whole("failures", least=1),
        most_move_cars=table.whole("move_cars_a_month", least=1) if table.has("move_cars_a_month") else 5,
        move_car_again=timedelta(
            minutes=table.whole("move_car_again_minutes", least=1) if table.has("move_car_again_minutes") else 60
        ),
        locked=timedelta(hours=table.whole("locked_hours", least=1)),
        answers=_answers(table.table("answers")) if table.has("answers") else None,
    )
    words.finish()
    table.finish()
    return rule


def _answers(table: Table) -> AnswerRule:
    rule = AnswerRule(
        least_cover=table.share("least_cover"),
        least_lead=float(table.get("least_lead", (int, float), 1.0, "a number of 1 or more")),
        longest=table.whole("longest", least=2),
    )
    if rule.least_lead < 1:
        table.note("least_lead", f"{rule.least_lead} is below 1")
    table.finish()
    return rule


def _service(menus: Table, key: str) -> Service | None:
    label = menus.text(key)
    for service in Service:
        if service.label == label and service not in _BY_TALK:
            return service
    buttons = " ".join(each.label for each in Service if each not in _BY_TALK)
    menus.note(key, f"{label!r} is no service; one of {buttons}")
    return None
