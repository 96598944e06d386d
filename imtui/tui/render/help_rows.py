"""The help as rows, under headings, narrowed to what is searched."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from imtui.protocol.status import UserStatusType
from imtui.tui.commands.catalogue import COMMANDS
from imtui.tui.commands.command import Keys
from imtui.tui.commands.sentences import with_keys
from imtui.tui.kit.list_row import ListRow
from imtui.tui.kit.moves import MOVES
from imtui.tui.kit.search_key import search_key
from imtui.tui.kit.spans import Span, crop, width_of, wrap
from imtui.tui.model.events import KIND_MARKS, KIND_WORDS
from imtui.tui.render.glyphs import Glyphs

HEADINGS: Final = {
    "status": "Keys: your status",
    "chat": "Keys: conversations",
    "find": "Keys: finding and watching",
    "subscriptions": "Keys: subscriptions",
    "add-friend": "Keys: friends",
    "favourite": "Keys: the list",
    "events": "Keys: the app",
}
"""The heading that stands before a command of the catalogue."""

_KEYS_WIDTH: Final = 12
_NAME_WIDTH: Final = 22
_MARK_WIDTH: Final = 14
_WORDS_MIN: Final = 20

_STATUS_WORDS: Final = {
    UserStatusType.ONLINE: "connected with some device",
    UserStatusType.OFFLINE: "lost the connection without logging out",
    UserStatusType.UNLOGINED: "logged out, or never logged in",
    UserStatusType.UNKNOWN: "not known to us now",
}
_ALWAYS: Final = (
    ("Tab", "The other pane"),
    ("Esc", "Close, show all again, or go back to the friends; toasts go with it"),
    ("Mouse", "Click a row, a heading, the top line or a key; twice for the conversation"),
    ("Drag", "Select text in one pane; {copy-message} or ^c copies it"),
)
_TYPING: Final = (
    ("/status Lunch for 45m", "Typed after : or in the palette, as all that has no key"),
    ("45m, 1h30", "An end: in so much time"),
    ("until 17:00", "An end: at that time; also until tomorrow, until fri 9:00"),
)


class HelpEntry(Struct, frozen=True):
    """What one key, command or mark means."""

    head: tuple[Span, ...]
    words: str


class HelpSection(Struct, frozen=True):
    """A heading and the entries under it."""

    heading: str
    entries: Sequence[HelpEntry]


def help_sections(glyphs: Glyphs, keys: Keys) -> list[HelpSection]:
    """Return the help, made from the catalogue of commands, the badges and the marks."""
    moves = [(keys.names(move), move.help) for move in MOVES]
    kinds = [_marked(KIND_MARKS[kind], words) for kind, words in KIND_WORDS.items()]
    always = [(name, with_keys(words, keys)) for name, words in _ALWAYS]
    return [
        HelpSection("How somebody is", list(_marks(glyphs))),
        HelpSection("Your messages", list(_message_marks(glyphs, keys))),
        *_command_sections(keys),
        HelpSection("Keys: moving", [_keyed(*one) for one in (*moves, *always)]),
        HelpSection("Typing commands", [_keyed(head, words, 0) for head, words in _TYPING]),
        HelpSection("What an event is about", kinds),
    ]


def help_rows(
    sections: Sequence[HelpSection], query: str, width: int, glyphs: Glyphs
) -> list[ListRow]:
    """Return the rows of all entries that contain every word of a query.

    Args:
        sections: The help.
        query: What is searched; a heading that contains it has all of its entries.
        width: In cells.
        glyphs: The characters to draw with.
    """
    rows: list[ListRow] = []
    for section in sections:
        found = [
            entry
            for entry in section.entries
            if _contains(section.heading, query) or _contains(_text_of(entry), query)
        ]
        if found:
            rows += [ListRow()] if rows else []
            rows.append(_line(f" {section.heading}", "title", width, glyphs))
            rows += [row for entry in found for row in _entry_rows(entry, width, glyphs)]
    return rows or [_line(" Nothing fits: Esc shows all", "dim", width, glyphs)]


def _line(words: str, style: str, width: int, glyphs: Glyphs) -> ListRow:
    return ListRow(crop([Span(words, style)], width, glyphs.ellipsis))


def _marks(glyphs: Glyphs) -> Iterator[HelpEntry]:
    for status, words in _STATUS_WORDS.items():
        badge = glyphs.badge(status)
        yield _marked(str(badge), words, badge.style)
    yield _marked("dimmed, as of", "how it was then: asked once, or before the connection was lost")
    yield _marked(glyphs.favourite, "a favourite: always on top", "accent")
    yield _marked(glyphs.watched, "watched: you are told when they come ONLINE", "accent")


def _message_marks(glyphs: Glyphs, keys: Keys) -> Iterator[HelpEntry]:
    refused = with_keys("refused: {resend} sends it again, {delete-message} drops it", keys)
    yield _marked(glyphs.sending, "on its way: it waits for the connection, on your disk")
    yield _marked(glyphs.sent, "the backend has it")
    yield _marked(glyphs.read, "read")
    yield _marked(glyphs.failed, refused, "alert")


def _command_sections(keys: Keys) -> Iterator[HelpSection]:
    heading, entries = "", list[HelpEntry]()
    for command in COMMANDS:
        if command.id in HEADINGS:
            if entries:
                yield HelpSection(heading, entries)
            heading, entries = HEADINGS[command.id], []
        name = "" if command.is_internal else f"/{command.id}"
        head = (
            Span(f"{keys.names(command, 2):<{_KEYS_WIDTH}}", "key"),
            Span(f"{name:<{_NAME_WIDTH}}", "dim"),
        )
        entries.append(HelpEntry(head, command.help))
    yield HelpSection(heading, entries)


def _keyed(key: str, words: str, width: int = _KEYS_WIDTH) -> HelpEntry:
    return HelpEntry((Span(f"{key:<{width or _NAME_WIDTH}} ", "key"),), words)


def _marked(mark: str, words: str, style: str = "") -> HelpEntry:
    return HelpEntry((Span(f"{mark:<{_MARK_WIDTH}}", style),), words)


def _text_of(entry: HelpEntry) -> str:
    return " ".join((*(span.text for span in entry.head), entry.words))


def _contains(text: str, query: str) -> bool:
    found = search_key(text)
    return all(part in found for part in search_key(query).split())


def _entry_rows(entry: HelpEntry, width: int, glyphs: Glyphs) -> Iterator[ListRow]:
    head = [Span("  "), *entry.head]
    indent = width_of(head)
    words = [Span(glyphs.adapt(entry.words))]
    if indent + _WORDS_MIN > width:
        name = " ".join(span.text.strip() for span in entry.head).strip()
        yield _line(f"  {name}", entry.head[0].style, width, glyphs)
        head, indent = [Span(" " * 4)], 4
    for line in wrap(words, max(width - indent, 1), glyphs.ellipsis):
        yield ListRow([*head, *line])
        head = [Span(" " * indent)]
