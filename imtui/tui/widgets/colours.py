"""The colours of presence, distinguishable with colour blindness on dark and light themes."""

from typing import Final

from textual.theme import Theme

DARK: Final = {"online": "#5ce890", "offline": "#f0a030"}
LIGHT: Final = {"online": "#005f7f", "offline": "#a04800"}
_ANSI_DARK: Final = {"online": "ansi_cyan", "offline": "ansi_yellow"}
_ANSI_LIGHT: Final = {"online": "ansi_blue", "offline": "ansi_red"}


def presence_colours(theme: Theme) -> dict[str, str]:
    """Return the CSS variables for the presence colours of a theme."""
    if theme.ansi:
        return _ANSI_DARK if theme.dark else _ANSI_LIGHT
    return DARK if theme.dark else LIGHT
