"""``self_service.toml``: what the machine does for citizens who write."""

from datetime import timedelta
from pathlib import Path

from config.profile_files import Problems, Table, read_table
from models.codes import Service
from models.profile import SelfServiceRule


def read_self_service(path: Path, problems: Problems) -> SelfServiceRule:
    """Return the rule of self-service. Services are named by their labels; each is there at most once."""
    table = read_table(path, problems)
    words, menus = table.table("words"), table.table("menus")
    rule = SelfServiceRule(
        words={service: words.texts(service.label) for service in Service if words.has(service.label)},
        menus={key: service for key in list(menus.keys()) if (service := _service(menus, key)) is not None},
        move_car=table.text("move_car_category") if table.has("move_car_category") else None,
        patience=timedelta(minutes=table.whole("patience_minutes", least=1)),
        failures=table.whole("failures", least=1),
        most_move_cars=table.whole("move_cars_a_month", least=1) if table.has("move_cars_a_month") else 5,
        locked=timedelta(hours=table.whole("locked_hours", least=1)),
    )
    table.finish()
    return rule


def _service(menus: Table, key: str) -> Service | None:
    label = menus.text(key)
    for service in Service:
        if service.label == label:
            return service
    menus.note(key, f"{label!r} is no service; one of {' '.join(each.label for each in Service)}")
    return None
