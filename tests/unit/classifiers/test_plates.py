"""Plates, written and dictated."""

import pytest

from classifiers.normalise import normalise
from classifiers.plates import plate_in
from models.codes import PlateKind

N = "12" + "345"
"""A number that nobody's car stands behind, put together so that no plate stands in the source."""

FULL_WIDTH = N.translate({ord(digit): chr(ord(digit) + 0xFEE0) for digit in N})


def plate(text: str) -> tuple[str, str] | None:
    """Return plate and kind as they were read."""
    found = plate_in(normalise(text).text)
    return None if found is None else (found[0], found[1].label)


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        (f"琼A·D{N} 堵在地下车库出口", f"琼AD{N}", PlateKind.NEW_ENERGY_SMALL),
        (f"琼A・D{N}", f"琼AD{N}", PlateKind.NEW_ENERGY_SMALL),
        (f"琼Ａ．Ｆ{FULL_WIDTH}", f"琼AF{N}", PlateKind.NEW_ENERGY_SMALL),
        (f"琼A{N}D的货车", f"琼A{N}D", PlateKind.NEW_ENERGY_LARGE),
        ("偷偷把废机油倒河里车牌琼A88X61", "琼A88X61", PlateKind.SMALL_CAR),
        ("琼a88x61桂林洋那边", "琼A88X61", PlateKind.SMALL_CAR),
        (f"車牌瓊A{N}", f"琼A{N}", PlateKind.SMALL_CAR),
        (f"琼A {' '.join(N)} 挡住门口", f"琼A{N}", PlateKind.SMALL_CAR),
        (f"粤B-{N}", f"粤B{N}", PlateKind.SMALL_CAR),
        ("琼A1234学", "琼A1234学", PlateKind.TRAINING),
        ("琼A1234警", "琼A1234警", PlateKind.POLICE),
        ("琼A1234挂", "琼A1234挂", PlateKind.TRAILER),
        ("粤Z1234港", "粤Z1234港", PlateKind.BORDER),
        ("琼A八八X六一", "琼A88X61", PlateKind.SMALL_CAR),
        ("车牌是琼A幺二三四五一辆黑色的车", f"琼A{N}", PlateKind.SMALL_CAR),
        ("琼A D一二三四五一辆白车", f"琼AD{N}", PlateKind.NEW_ENERGY_SMALL),
        (f"先是琼A·D123，不对，琼A·D{N}", f"琼AD{N}", PlateKind.NEW_ENERGY_SMALL),
    ],
)
def test_a_plate_is_read_in_whatever_way_it_is_written(text: str, number: str, kind: PlateKind):
    """Its form is that of the register; its kind follows from its length and signs."""
    assert plate(text) == (number, kind.label)


@pytest.mark.parametrize(
    "text",
    [
        "琼A·D123 挡住出口",
        "琼AD1234",
        "琼A88X611",
        "琼A一二三四五六七",
        "琼A***08",
        f"琼山区A{N}",
        "琼AO1234",
        f"A{N}",
        "云南路88号",
        "",
    ],
)
def test_what_is_no_whole_plate_is_none(text: str):
    """The owner of another car must not be called: a new-energy plate that lost a digit is asked for again."""
    assert plate(text) is None
