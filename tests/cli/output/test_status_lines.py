"""Formatting a status as a line."""

import json
from datetime import datetime, timedelta

from imtui.cli.output.status_lines import format_time, status_line
from imtui.protocol.limits import UNIX_MS_MAX
from imtui.protocol.status import UserStatus, UserStatusType


def status(text: str = "", expires_at: datetime | None = None) -> UserStatus:
    end = None if expires_at is None else unix_ms(expires_at)
    return UserStatus("bob", UserStatusType.ONLINE, text, ["Linux"], expires_at=end)


def unix_ms(when: datetime) -> int:
    return int(when.timestamp() * 1000)


def test_a_status_is_one_line_without_control_characters() -> None:
    line = status_line(status("a\x1b[31m\nb"), as_json=False)
    assert line == "bob  ONLINE  a\ufffd[31m b"


def test_times_of_other_days_have_a_date() -> None:
    now = datetime(2026, 12, 31, 9, 0)
    assert format_time(unix_ms(now.replace(hour=23, minute=59)), now) == "23:59"
    assert format_time(unix_ms(now - timedelta(days=1)), now) == "30 Dec 09:00"
    assert format_time(unix_ms(now + timedelta(days=1)), now) == "01 Jan 2027 09:00"
    assert format_time(UNIX_MS_MAX, now) == "a far day"
    today = datetime.now().replace(hour=23, minute=59)
    assert status_line(status("Lunch", today), as_json=False).endswith("  Lunch  (until 23:59)")


def test_json_is_ascii_and_complete() -> None:
    line = status_line(status("会議中"), as_json=True)
    assert line.isascii()
    fields = json.loads(line)
    assert fields["customStatus"] == "会議中"
    assert fields["status"] == "ONLINE"
    assert fields["onlineDevices"] == ["Linux"]
