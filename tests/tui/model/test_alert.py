"""Alerts, and the channels by which they reach the user."""

import pytest

from imtui.tui.model.alert import Alert, AlertChannels, AlertKind, Quiet, alert_channels

NOW = 1_000
BOB = Alert(AlertKind.WATCH, "bob", "is online")


def ways_of(
    alert: Alert = BOB,
    *,
    focus: bool = False,
    is_open: bool = False,
    quiet: Quiet | None = None,
    toasts: bool = True,
    bell: bool = True,
    desktop: bool = True,
) -> AlertChannels:
    return alert_channels(
        alert,
        focus=focus,
        is_open=is_open,
        quiet=quiet,
        now=NOW,
        toasts=toasts,
        bell=bell,
        desktop=desktop,
    )


@pytest.mark.parametrize("kind", AlertKind)
def test_with_the_focus_there_is_only_a_toast(kind: AlertKind) -> None:
    assert ways_of(Alert(kind, "bob", "…"), focus=True) == AlertChannels(toast=True)


@pytest.mark.parametrize("bell", [True, False])
@pytest.mark.parametrize("desktop", [True, False])
def test_without_focus_the_settings_decide(bell: bool, desktop: bool) -> None:
    assert ways_of(bell=bell, desktop=desktop) == AlertChannels(
        toast=True, bell=bell, desktop=desktop
    )


def test_a_message_of_the_open_conversation_has_no_toast() -> None:
    message = Alert(AlertKind.MESSAGE, "bob", "Tea?")
    assert ways_of(message, is_open=True) == AlertChannels(bell=True, desktop=True)
    assert ways_of(message, focus=True, is_open=True) == AlertChannels()
    assert ways_of(BOB, is_open=True).toast


def test_toasts_can_be_off() -> None:
    assert ways_of(toasts=False) == AlertChannels(bell=True, desktop=True)


def test_the_gist_of_an_alert_has_no_words_of_others() -> None:
    assert BOB.gist == "is online"
    assert Alert(AlertKind.MESSAGE, "bob", "Tea?", "sent a message").gist == "sent a message"


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
