"""The console's settings."""

import pytest

from imtui.protocol.errors import IMError
from imtui.server.core.console import Console, Edition, Switch


def test_a_new_app_has_everything_on() -> None:
    console = Console()
    assert console.edition is Edition.ULTIMATE
    assert console.notifies_friends
    assert console.notifies_subscribers
    console.check_user_status()


@pytest.mark.parametrize(
    "settings", [{"edition": "free"}, {"user_status": True}, {"colour": "red"}, {"edition": None}]
)
def test_an_unknown_setting_or_value_changes_nothing(settings: dict[str, object]) -> None:
    with pytest.raises(IMError) as refused:
        Console().with_settings(settings)
    assert refused.value.code == 70402


@pytest.mark.parametrize("value", [0, 7, "7", "0", 1_000_000_000])
def test_a_limit_is_a_number_or_its_text(value: object) -> None:
    assert Console().with_settings({"passive_logins": value}).passive_logins == int(str(value))


@pytest.mark.parametrize("value", [-1, True, None, "", "x", 1.5, "-1", "1e3", 10**10, [], "on"])
def test_anything_else_is_no_limit(value: object) -> None:
    with pytest.raises(IMError) as refused:
        Console().with_settings({"passive_logins": value})
    assert refused.value.code == 70402
    assert "0 to 1000000000" in refused.value.message


def test_the_edition_is_checked_before_the_switch() -> None:
    console = Console().with_settings({"edition": "standard", "user_status": "off"})
    with pytest.raises(IMError) as refused:
        console.check_user_status()
    assert refused.value.code == 7013
    with pytest.raises(IMError) as refused:
        console.with_settings({"edition": "ultimate"}).check_user_status()
    assert refused.value.code == 72001
    assert console.user_status is Switch.OFF
