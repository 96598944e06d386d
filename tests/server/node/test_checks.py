"""The check in the background is repeated until the database can be read."""

from pathlib import Path

import pytest

from imtui.server.node.checks import check_in_background
from imtui.server.store.store import DamagedError, StoreError


class Health:
    findings: list[str] | None = None
    unreadable = ""


@pytest.mark.parametrize("end", [[], ["page 3 is never used"], DamagedError("It is damaged.")])
async def test_what_cannot_be_read_is_not_called_damaged_and_is_read_again(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    end: list[str] | DamagedError,
) -> None:
    health = Health()
    seen: list[str] = []

    def check(database: Path, stop: object) -> list[str]:
        seen.append(health.unreadable)
        assert health.findings is None
        if len(seen) <= 3:
            raise StoreError("Another process has locked it.")
        if isinstance(end, DamagedError):
            raise end
        return end

    monkeypatch.setattr("imtui.server.node.checks.check_database", check)
    await check_in_background(Path("db"), health, again_after=0)
    assert seen == ["", *["Another process has locked it."] * 3]
    assert health.unreadable == ""
    assert health.findings == (["It is damaged."] if isinstance(end, DamagedError) else end)
    assert caplog.text.count("locked it") == 1
    assert ("is damaged" in caplog.text) == bool(end)
