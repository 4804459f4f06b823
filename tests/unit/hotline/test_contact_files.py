"""Files of contacts: what their columns mean, and how a wrong row is named."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hotline.contact_files import read_contacts
from models.codes import Channel
from models.contact import Submission
from models.errors import Rejected

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def read(path: Path) -> list[Submission]:
    """Read as ``hotline ingest`` does."""
    return list(read_contacts(path, channel=Channel.WEB, timezone=ZONE, now=NOW))


def write(path: Path, text: str) -> Path:
    """A file with this text."""
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_are_found_by_name_in_any_order(tmp_path: Path) -> None:
    """msg_id, user, topic, time, detail: the export of a petition site is read as it is."""
    path = write(tmp_path / "a.csv", "time,msg_id,topic,user,detail\n2026/3/9 8:05:00,17,路灯,u1,国贸路路灯不亮\n")
    [contact] = read(path)
    assert contact.source_id == "17"
    assert contact.text == "路灯\n国贸路路灯不亮"
    assert contact.received_at == datetime(2026, 3, 9, 8, 5, tzinfo=ZONE)
    assert contact.personal.caller_key == "openid:user u1"


def test_a_file_read_twice_makes_the_same_contacts(tmp_path: Path) -> None:
    """Also without ids: the content stands for them."""
    path = write(tmp_path / "a.jsonl", '{"text": "路灯不亮"}\n\n{"text": "井盖松动"}\n')
    first, second = read(path), read(path)
    assert [each.contact_id for each in first] == [each.contact_id for each in second]
    assert len({each.contact_id for each in first}) == 2


def test_a_row_names_its_own_channel_by_letter_or_name(tmp_path: Path) -> None:
    """Rows of several doors stand in one file."""
    path = write(tmp_path / "a.csv", "text,channel\n一,电话\n二,W\n三,\n")
    assert [each.channel for each in read(path)] == [Channel.PHONE, Channel.WECHAT, Channel.WEB]


def test_a_row_without_a_time_is_received_now(tmp_path: Path) -> None:
    """Nothing is guessed."""
    [contact] = read(write(tmp_path / "a.csv", "text\n路灯不亮\n"))
    assert contact.received_at == NOW


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("a.csv", "subject\n路灯\n", "line 1: needs a column named text, detail or content"),
        ("a.csv", "text,电话,tel\n路灯,1,1\n", "line 1: no such column: 电话, tel; known are channel, content, detail"),
        ("a.csv", "text,\n路灯,1\n", "line 1: no such column: (a column without a name); known are"),
        ("a.jsonl", '{"text": "路灯", "tel": "1"}\n', "line 1: no such field: tel; known are channel, content, detail"),
        ("a.csv", "text,channel\n路灯,飞鸽\n", "line 2: '飞鸽' is not a channel"),
        ("a.csv", "text,time\n路灯,昨天\n", "line 2: Invalid isoformat string"),
        ("a.csv", "text,time\n路灯,2026/13/9\n", "line 2: month must be in 1..12"),
        ("a.csv", "text\n路灯,多了一栏\n", "line 2: has more fields than the header"),
        ("a.jsonl", '{"text": "好"}\n{"text": \n', "line 2: not JSON"),
        ("a.jsonl", "[1]\n", "line 1: not a JSON object"),
        ("a.xlsx", "", "contacts are read from .csv or .jsonl files"),
    ],
)
def test_a_wrong_file_is_refused_with_file_line_and_reason(tmp_path: Path, name: str, text: str, complaint: str) -> None:
    """The clerk can go to the line and mend it."""
    path = write(tmp_path / name, text)
    with pytest.raises(Rejected) as refused:
        read(path)
    assert str(refused.value).startswith(str(path))
    assert complaint in str(refused.value)


def test_a_missing_file_and_one_that_is_not_text_are_refused(tmp_path: Path) -> None:
    """One sentence, no traceback."""
    with pytest.raises(Rejected, match="No such file"):
        read(tmp_path / "none.csv")
    (tmp_path / "gbk.csv").write_bytes("text\n路灯\n".encode("gbk"))
    with pytest.raises(Rejected, match="is not UTF-8 text"):
        read(tmp_path / "gbk.csv")


def test_a_submission_shows_no_personal_data_when_printed(tmp_path: Path) -> None:
    """A traceback or a log line that holds it tells nothing."""
    phone = "139" + "0000" + "0001"
    [contact] = read(write(tmp_path / "a.csv", f"text,phone,name\n{phone} 路灯不亮,{phone},某某某\n"))
    assert phone not in repr(contact)
    assert "某某某" not in repr(contact)
