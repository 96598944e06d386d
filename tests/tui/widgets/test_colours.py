"""The colours of presence: distinguishable to every eye, readable on every background."""

import math
from itertools import combinations

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from imtui.tui.widgets.colours import DARK, LIGHT, presence_colours

# Machado, Oliveira and Fernandes 2009, severity 1.0, for linear RGB.
DEFICIENCIES = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
GREY = {"dark": "#a0a0a0", "light": "#606060"}


def linear(colour: str) -> list[float]:
    parts = [part / 255 for part in Color.parse(colour).rgb]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def lab(rgb: list[float]) -> tuple[float, float, float]:
    red, green, blue = (min(max(part, 0.0), 1.0) for part in rgb)
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883,
    )
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: str, other: str, deficiency: str) -> float:
    """Return the perceived difference of two colours (CIE 1976)."""
    matrix = DEFICIENCIES[deficiency]
    seen = [
        lab([sum(w * part for w, part in zip(row, linear(colour), strict=True)) for row in matrix])
        for colour in (one, other)
    ]
    return math.dist(*seen)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize(("background", "colours"), [("dark", DARK), ("light", LIGHT)])
def test_statuses_are_distinguishable_with_any_colour_vision(
    background: str, colours: dict[str, str], deficiency: str
) -> None:
    for one, other in combinations([*colours.values(), GREY[background]], 2):
        assert distance(one, other, deficiency) > 20, (one, other)


THEMES = [theme for theme in BUILTIN_THEMES.values() if not theme.ansi]


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_presence_is_readable_on_the_background_of_every_theme(theme: Theme) -> None:
    background = Color.parse(theme.to_color_system().generate()["background"])
    for colour in presence_colours(theme).values():
        assert contrast(Color.parse(colour), background) >= 4.5


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of two colours (WCAG 2)."""
    lighter, darker = sorted(
        (0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (linear(one.hex), linear(other.hex))),
        reverse=True,
    )
    return (lighter + 0.05) / (darker + 0.05)


def test_ansi_themes_use_the_terminals_own_colours() -> None:
    for theme in BUILTIN_THEMES.values():
        if theme.ansi:
            assert all(colour.startswith("ansi_") for colour in presence_colours(theme).values())
