"""What looks like a person's own data in a file that many read."""

import re
from collections.abc import Iterator

_PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"

_PATTERNS = {
    "a mobile number": re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"),
    "a number spoken digit by digit": re.compile("[一幺][三四五六七八九][零〇一幺二两三四五六七八九]{9}"),
    "an identity number": re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"),
    # At least three digits: a letter and a word (新Excel) are no plate.
    "a plate": re.compile(rf"{_PROVINCE}[A-Za-z][·•. ]?(?=(?:[A-Za-z]{{0,3}}\d){{3}})[A-Za-z0-9]{{5,6}}(?![A-Za-z0-9])"),
    "a mail address": re.compile(r"[A-Za-z0-9._-]{1,64}@[A-Za-z0-9-]{1,63}\.[A-Za-z]{2}"),
}
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[ -]?\d{7,8}(?!\d)")


def personal_data_in(text: str) -> Iterator[str]:
    """Yield the name of each kind of personal data that ``text`` seems to hold; an office's landline is none."""
    for what, pattern in _PATTERNS.items():
        if pattern.search(text):
            yield what


def holds_landline(text: str) -> bool:
    """Return whether ``text`` holds a landline with its area code: a citizen's, where a citizen speaks."""
    return _LANDLINE.search(text) is not None
