"""How the shell verbs print a status."""

import json
from datetime import datetime, timedelta

from imtui.cli.lines import status_line
from imtui.protocol.status import UserStatus, UserStatusType


def status(text: str = "", expires_at: datetime | None = None) -> UserStatus:
    end = None if expires_at is None else int(expires_at.timestamp() * 1000)
    return UserStatus("bob", UserStatusType.ONLINE, text, ["Linux"], expires_at=end)


def test_a_status_is_one_line_that_no_terminal_misreads() -> None:
    line = status_line(status("a\x1b[31m\nb"), as_json=False)
    assert line == "bob  ONLINE  a\ufffd[31m b"


def test_an_end_of_another_day_is_told_with_the_day() -> None:
    now = datetime.now().replace(microsecond=0)
    today = now.replace(hour=23, minute=59, second=59)
    assert f"(until {today:%H:%M})" in status_line(status("Lunch", today), as_json=False)
    later = now + timedelta(days=2)
    assert f"(until {later:%d %b %H:%M})" in status_line(status("Away", later), as_json=False)


def test_json_is_ascii_and_complete() -> None:
    line = status_line(status("会議中"), as_json=True)
    assert line.isascii()
    fields = json.loads(line)
    assert fields["customStatus"] == "会議中"
    assert fields["status"] == "ONLINE"
    assert fields["onlineDevices"] == ["Linux"]
