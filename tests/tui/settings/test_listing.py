"""The settings that hold, listed as they would stand in the file."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from imtui.tui.settings.listing import listed_values
from imtui.tui.settings.reading import parse_settings
from imtui.tui.settings.schema import AlertSettings, AwaySettings, Desktop, Order, Settings

CHOSEN_KEYS = {name: st.just((f"{name}-1", f"{name}-2")) for name in ("status", "watch-always")}
KEYS = {"status": lambda text: text, "watch-always": lambda text: text}
PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=20)
SETTINGS = st.builds(
    Settings,
    presets=st.lists(PRINTABLE.filter(bool), max_size=3, unique=True).map(tuple),
    restore_status=st.booleans(),
    theme=PRINTABLE,
    order=st.sampled_from(Order),
    keys=st.fixed_dictionaries({}, optional=CHOSEN_KEYS),
    alerts=st.builds(
        AlertSettings,
        st.booleans(),
        st.sampled_from(Desktop),
        toasts=st.booleans(),
        show_text=st.booleans(),
    ),
    away=st.builds(AwaySettings, PRINTABLE, st.integers(0, 60)),
    event_pane=st.booleans(),
    escape_ms=st.integers(0, 1000),
)


def test_defaults_are_marked() -> None:
    shown = {one.name: (one.value, one.is_default) for one in listed_values(Settings(theme="nord"))}
    assert shown["theme"] == ('"nord"', False)
    assert shown["alerts.bell"] == ("true", True)
    assert shown["away.idle_minutes"] == ("0", True)
    assert shown["order"] == ('"presence"', True)
    assert shown["presets"][0].startswith('["Listening to music", ')


@given(SETTINGS)
def test_what_is_listed_is_read_as_the_same_settings(settings: Settings) -> None:
    text = "\n".join(f"{one.name} = {one.value}" for one in listed_values(settings))
    tomllib.loads(text)
    assert parse_settings(text, "settings.toml", KEYS).settings == settings
