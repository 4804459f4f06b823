"""Plates: the number of a car, written or dictated.

Source: GA 36-2018 (forms of the numbers); domain.md A.11 (blue plates have 7 characters, those of new energy 8).
"""

import re

from models.codes import PlateKind

_PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
_DIGITS = {spoken: str(number) for number, spoken in enumerate("零一二三四五六七八九")} | {"〇": "0", "幺": "1", "两": "2"}
_SPOKEN = "".join(_DIGITS)
_SIGN = "[a-hj-np-z0-9]"
_SAID = f"[a-hj-np-z0-9{_SPOKEN}]"

_PLATE = re.compile(
    rf"(?P<office>[{_PROVINCES}] ?[a-hj-z])[ ·•.・‧\-]{{0,2}}"
    rf"(?:(?P<written>{_SIGN}(?: ?{_SIGN}){{3,5}})(?![a-z0-9])|(?P<spoken>{_SAID}(?: ?{_SAID}){{3,5}}))"
    r"(?P<use>[学警挂港澳]?)"
)
_CAR = re.compile(r"(?=.*\d.*\d)[a-hj-np-z0-9]{5}")
_NEW_ENERGY_SMALL = re.compile(r"[a-hjk][a-hj-np-z0-9]\d{4}")
_NEW_ENERGY_LARGE = re.compile(r"\d{5}[a-hjk]")
_CUT_SHORT = re.compile(r"[df]\d{4}")
"""Most often the number of a new-energy car that lost a digit. Source: default of this project (D), story S07."""

_USES = {
    "学": PlateKind.TRAINING,
    "警": PlateKind.POLICE,
    "挂": PlateKind.TRAILER,
    "港": PlateKind.BORDER,
    "澳": PlateKind.BORDER,
}


def plate_in(text: str) -> tuple[str, PlateKind] | None:
    """Return the first whole plate of a normalised ``text``, as 琼AD12345, with its kind; one of a wrong length is none."""
    for found in _PLATE.finditer(text):
        office = found["office"].replace(" ", "").upper()
        if found["written"]:
            plate = _judged(office, found["written"].replace(" ", ""), found["use"])
        else:
            signs = "".join([_DIGITS.get(sign, sign) for sign in found["spoken"].replace(" ", "")])
            # What was dictated runs into the next word (…一辆车), so a shorter number may be the whole one.
            plate = _judged(office, signs, found["use"])
            if plate is None and len(signs) == 6 and text[found.end() : found.end() + 1] not in _DIGITS:
                plate = _judged(office, signs[:5], "")
        if plate is not None:
            return plate
    return None


def _judged(office: str, signs: str, use: str) -> tuple[str, PlateKind] | None:
    if use and len(signs) == 4:
        return f"{office}{signs.upper()}{use}", _USES[use]
    if _NEW_ENERGY_SMALL.fullmatch(signs):
        return office + signs.upper(), PlateKind.NEW_ENERGY_SMALL
    if _NEW_ENERGY_LARGE.fullmatch(signs):
        return office + signs.upper(), PlateKind.NEW_ENERGY_LARGE
    if _CAR.fullmatch(signs) and not _CUT_SHORT.fullmatch(signs):
        return office + signs.upper(), PlateKind.SMALL_CAR
    return None
