"""Which texts the palette and the status box offer, and in which order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from imtui.protocol.limits import CUSTOM_STATUS_MAX_BYTES


@dataclass(frozen=True)
class Choice:
    """A text to set; the empty one clears."""

    text: str
    hint: str

    @property
    def title(self) -> str:
        """Return the text, or what an empty one does."""
        return self.text or "Clear"


CLEAR: Final = Choice("", "no text")


def choices(presets: Sequence[str], recents: Mapping[str, int]) -> list[Choice]:
    """Return recent texts, the latest first, then the presets that are not among them."""
    offered = [
        Choice(text, "preset" if text in presets else _used(times))
        for text, times in recents.items()
    ]
    offered.extend(Choice(text, "preset") for text in presets if text not in recents)
    return offered


def _used(times: int) -> str:
    return "used once" if times == 1 else f"used {times} times"


def rank(title: str, typed: str) -> int:
    """Tell how well ``typed`` fits: 2 a beginning, 1 a word's beginning, 0 not."""
    title, typed = title.casefold(), typed.casefold()
    if title.startswith(typed):
        return 2
    return 1 if f" {typed}" in title else 0


def matching(offered: Sequence[Choice], typed: str) -> list[Choice]:
    """Return the choices that fit what was typed, the best first, Clear behind them."""
    typed = typed.strip()
    if not typed:
        return [*offered, CLEAR]
    ranked = sorted(
        ((rank(choice.title, typed), choice) for choice in [*offered, CLEAR]),
        key=lambda pair: -pair[0],
    )
    return [choice for fits, choice in ranked if fits]


def size(text: str) -> int:
    """Return how many bytes of the limit a text takes, without surrounding white space."""
    return len(text.strip().encode("utf-8", "surrogatepass"))


def too_long(text: str) -> bool:
    """Tell whether a text is over the limit of a custom status."""
    return size(text) > CUSTOM_STATUS_MAX_BYTES


@dataclass(frozen=True)
class End:
    """When a text ends, and how that is called."""

    label: str
    at: datetime | None = None


def ends(now: datetime) -> list[End]:
    """Return the ends to choose from, as of now."""
    minute = now.replace(second=0, microsecond=0)
    five = minute.replace(hour=17, minute=0)
    midnight = (minute + timedelta(days=1)).replace(hour=0, minute=0)
    offered = [
        End("no end"),
        End("30m", now + timedelta(minutes=30)),
        End("1h", now + timedelta(hours=1)),
        End("4h", now + timedelta(hours=4)),
    ]
    if minute < five:
        offered.append(End("until 17:00", five))
    offered.append(End("tomorrow", midnight))
    return offered
