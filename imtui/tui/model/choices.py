"""The texts that the palette and the status box offer, in their order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from imtui.protocol.limits import CUSTOM_STATUS_MAX_BYTES
from imtui.tui.model.ends import EndError, describe_end, end_milliseconds, split_end


@dataclass(frozen=True)
class Choice:
    """A text to set; an empty one clears the status."""

    text: str
    hint: str
    expires_at: int | None = None
    """When the text ends, in Unix milliseconds, if it was typed with an end."""
    is_preset: bool = False
    is_typed: bool = False
    """Whether it was typed just now."""

    @property
    def title(self) -> str:
        """Return the text, or a title for the empty one."""
        return self.text or "Clear"


CLEAR: Final = Choice("", "no text")


def status_choices(presets: Sequence[str], recents: Mapping[str, int]) -> list[Choice]:
    """Return the recent texts, the latest first, then the other presets."""
    offered = [
        _preset(text) if text in presets else Choice(text, _used(times))
        for text, times in recents.items()
    ]
    offered.extend(_preset(text) for text in presets if text not in recents)
    return offered


def deliberate_choices(
    presets: Sequence[str], recents: Mapping[str, int], chosen: Collection[str]
) -> list[Choice]:
    """Return the presets and those recent texts that are no slip, for the palette.

    Args:
        presets: The presets.
        recents: The recent texts and the number of uses, the latest first.
        chosen: Texts that were set in the status box.
    """
    kept = {text: times for text, times in recents.items() if times > 1 or text in chosen}
    return status_choices(presets, kept)


def _preset(text: str) -> Choice:
    return Choice(text, "preset", is_preset=True)


def _used(times: int) -> str:
    return "used once" if times == 1 else f"used {times} times"


def match_rank(title: str, typed: str) -> int:
    """Return 2 if ``title`` begins with ``typed``, 1 if one of its words does, else 0."""
    title, typed = title.casefold(), typed.casefold()
    if title.startswith(typed):
        return 2
    return 1 if f" {typed}" in title else 0


def matching_choices(offered: Sequence[Choice], typed: str) -> list[Choice]:
    """Return the choices that match the input, the best first; Clear comes after its equals."""
    typed = typed.strip()
    if not typed:
        return [*offered, CLEAR]
    ranked = sorted(
        ((match_rank(choice.title, typed), choice) for choice in [*offered, CLEAR]),
        key=lambda pair: -pair[0],
    )
    return [choice for fits, choice in ranked if fits]


def typed_choices(typed: str, now: datetime) -> list[Choice]:
    """Return the input as choices: with its end parsed, if it has one, and exactly as typed."""
    text = typed.strip()
    if not text:
        return []
    try:
        ending = split_end(text, now)
    except EndError:
        ending = None
    exactly = Choice(text, "as typed", is_typed=True)
    if ending is None:
        return [exactly]
    words, end = ending
    return [Choice(words, describe_end(end, now), end_milliseconds(end), is_typed=True), exactly]


def text_bytes(text: str) -> int:
    """Return the size of a text in UTF-8, without surrounding white space."""
    return len(text.strip().encode("utf-8", "surrogatepass"))


def is_too_long(text: str) -> bool:
    """Tell whether a text is over the limit of a custom status."""
    return text_bytes(text) > CUSTOM_STATUS_MAX_BYTES


def too_long_message(text: str) -> str:
    """Return a sentence that says by how much a text is too long for a custom status."""
    over = text_bytes(text) - CUSTOM_STATUS_MAX_BYTES
    return f"Too long by {over} {'byte' if over == 1 else 'bytes'}: shorten it."


ENDS: Final = ("no end", "30m", "1h", "4h", "until 17:00", "until tomorrow")
"""The suggested ends, as the user would type them."""
