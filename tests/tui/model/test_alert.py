"""Alerts, and the channels by which they reach the user."""

import pytest

from imtui.tui.model.alert import Alert, AlertChannels, AlertKind, Quiet, alert_channels

NOW = 1_000
BOB = Alert(AlertKind.WATCH, "bob", "is online")


def ways_of(
    alert: Alert = BOB,
    *,
    focus: bool = False,
    quiet: Quiet | None = None,
    bell: bool = True,
    desktop: bool = True,
) -> AlertChannels:
    return alert_channels(alert, focus=focus, quiet=quiet, now=NOW, bell=bell, desktop=desktop)


@pytest.mark.parametrize("kind", AlertKind)
def test_with_the_focus_there_is_only_a_toast(kind: AlertKind) -> None:
    assert ways_of(Alert(kind, "bob", "…"), focus=True) == AlertChannels(toast=True)


@pytest.mark.parametrize("bell", [True, False])
@pytest.mark.parametrize("desktop", [True, False])
def test_without_focus_the_settings_decide(bell: bool, desktop: bool) -> None:
    assert ways_of(bell=bell, desktop=desktop) == AlertChannels(
        toast=True, bell=bell, desktop=desktop
    )


@pytest.mark.parametrize("focus", [True, False])
@pytest.mark.parametrize("until", [None, NOW + 1])
def test_quiet_mutes_everything(focus: bool, until: int | None) -> None:
    assert ways_of(focus=focus, quiet=Quiet(until)) == AlertChannels()


def test_quiet_that_has_ended_mutes_nothing() -> None:
    assert ways_of(quiet=Quiet(NOW)) == AlertChannels(toast=True, bell=True, desktop=True)


def test_exceptions_are_not_muted() -> None:
    quiet = Quiet(None, frozenset({"bob"}))
    assert ways_of(quiet=quiet) == ways_of()
    assert ways_of(Alert(AlertKind.MESSAGE, "carol", "Tea?"), quiet=quiet) == AlertChannels()
    assert ways_of(Alert(AlertKind.MESSAGE, "", "connection lost"), quiet=quiet) == AlertChannels()
