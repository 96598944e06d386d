"""The rows of the lists in dialogs, as spans."""

from imtui.tui.kit.cells import cell_len, column
from imtui.tui.kit.clock import Clock, time_of_day
from imtui.tui.kit.list_row import ListRow
from imtui.tui.kit.spans import Span, crop, spread, width_of
from imtui.tui.model.person import Person
from imtui.tui.render.glyphs import Glyphs

_NAME_WIDTH = 16
_LABEL_WIDTH = 15


def person_row(
    head: str, person: Person, note: str, width: int, glyphs: Glyphs, stale_since: int | None
) -> ListRow:
    """Return a row for a person: ``head``, the user ID, status and text, and a note.

    Args:
        head: The beginning of the row.
        person: The user.
        note: Text at the end.
        width: In cells.
        glyphs: The characters to draw with.
        stale_since: When live statuses were last up to date, if they are stale.
    """
    badge = glyphs.badge(person.status)
    style = badge.style if person.as_of(stale_since) is None else "dim"
    right = [Span(f"{note} ", "dim")] if note else []
    status_width = glyphs.badge_width + 2
    rest = width - cell_len(head) - _NAME_WIDTH - status_width - 3 - width_of(right)
    # A long name takes what the text leaves empty.
    longer = max(min(len(person.user_id) - _NAME_WIDTH, rest - cell_len(person.text)), 0)
    left = [
        Span(f"{head} ", "dim"),
        Span(column(person.user_id, _NAME_WIDTH + longer, glyphs.ellipsis) + " "),
        Span(column(str(badge), status_width), style),
    ]
    room = width - width_of(left) - width_of(right) - 1
    text = crop([Span(person.text)], max(room, 0), glyphs.ellipsis)
    return ListRow(spread([*left, *text], right, width), person.user_id)


def text_line(words: str, width: int, style: str = "dim") -> ListRow:
    """Return a row with plain text."""
    return ListRow(crop([Span(f"   {words}", style)], width))


def labelled_line(
    label: str, parts: list[Span], width: int, glyphs: Glyphs, label_width: int = _LABEL_WIDTH
) -> ListRow:
    """Return a row with a label and its value."""
    head = Span(f"   {label:<{label_width}} ", "dim")
    return ListRow(crop([head, *parts], width, glyphs.ellipsis))


def time_line(at: int, words: str, width: int, glyphs: Glyphs, clock: Clock) -> ListRow:
    """Return a row with a time and what happened then."""
    when = Span(f"   {time_of_day(clock, at):<10} ", "dim")
    return ListRow(crop([when, Span(glyphs.adapt(words))], width, glyphs.ellipsis))
