"""Adapt keys and pastes to inputs."""

from typing import Final

from textual.events import Event, Key, Paste
from textual.widget import Widget
from textual.widgets import Input

_BY_WORDS: Final = {
    "alt+left": "ctrl+left",
    "alt+right": "ctrl+right",
    "alt+shift+left": "ctrl+shift+left",
    "alt+shift+right": "ctrl+shift+right",
}
"""Keys that many terminals send for moving by words, and Textual's keys for it."""


def accepts_text(focused: Widget | None) -> bool:
    """Tell whether letters are text for the widget with the focus."""
    return focused is not None and focused.check_consume_key("a", "a")


def adapt_to_input(event: Event, focused: Widget | None) -> None:
    """Change a key or a paste to what the input with the focus understands.

    Alt with Left or Right goes by words, and what is pasted into an input of one line is one line.
    """
    if isinstance(event, Key) and event.key in _BY_WORDS:
        if accepts_text(focused):
            event.key = _BY_WORDS[event.key]
    elif isinstance(event, Paste) and isinstance(focused, Input):
        event.text = one_line(event.text)


def one_line(text: str) -> str:
    """Return a text with its lines joined by spaces."""
    lines = text.splitlines()
    if len(lines) > 1:
        lines = [line.strip() for line in lines if line.strip()]
    return " ".join(lines).replace("\t", " ")
