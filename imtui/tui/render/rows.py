"""The lines of the main screen as spans; pure functions, tested by their text."""

from msgspec import Struct

from imtui.protocol.status import UserStatusType
from imtui.tui.commands.command import Keys
from imtui.tui.commands.sentences import with_keys
from imtui.tui.kit.cells import cell_len, column, fit
from imtui.tui.kit.clock import Clock, time_of_day
from imtui.tui.kit.spans import Span, crop, spread, width_of, wrap
from imtui.tui.model.connection import Link
from imtui.tui.model.events import KIND_MARKS, Event, EventKind
from imtui.tui.model.model import Model
from imtui.tui.model.own_text import AWAY_EXPIRES_AT
from imtui.tui.model.person import Person
from imtui.tui.model.roster import Heading
from imtui.tui.render.glyphs import Glyphs

_NAME_MIN, _NAME_MAX = 8, 18
_WHO_MIN, _WHO_MAX = 6, 12
_TEXT_MIN = 4
_TEXT_BESIDE_TIME = 12
_UNREAD_ROOM = 24
_MARKS_WIDTH = 3
_GAP = 2
_NARROW = 34
_TINY = 24
_CONNECTION_MIN = 24


class Marks(Struct, frozen=True):
    """The marks of a row in the friend list."""

    cursor: bool = False
    favourite: bool = False
    watched: bool = False
    unread: int = 0
    """The number of unread messages."""
    draft: bool = False
    """Whether there is a draft to them."""


def person_line(
    person: Person,
    width: int,
    glyphs: Glyphs,
    clock: Clock,
    stale_since: int | None,
    marks: Marks,
) -> list[Span]:
    """Return a row of the friend list: marks, name, status, text and time.

    Args:
        person: The user of the row.
        width: In cells.
        glyphs: The characters to draw with.
        clock: The time.
        stale_since: When live statuses were last up to date, if they are stale.
        marks: The marks of the row.
    """
    badge = glyphs.badge(person.status)
    as_of = person.as_of(stale_since)
    dim = "dim" if as_of is not None or person.status is UserStatusType.UNKNOWN else ""
    name = person.name or person.user_id
    name_width = min(max(width // 4, _NAME_MIN), _NAME_MAX)
    is_long = bool(person.text or person.asked_at)
    short = width < (_NARROW if is_long else _TINY if marks.unread else 0)
    status = badge.glyph if short else column(str(badge), glyphs.badge_width)
    rest = width - _MARKS_WIDTH - name_width - 1 - cell_len(status)
    missing = max(cell_len(name) - name_width, 0)
    tail = _tail(person, clock, as_of, marks, rest - _GAP, missing)
    if person.asked_at and (not tail or width_of(tail) > rest - _GAP):
        # Without its time, an answer would look like the present.
        unknown = Person(person.user_id, name=person.name)
        return person_line(unknown, width, glyphs, clock, stale_since, marks)
    tail_width = width_of(tail)
    lacking = max(tail_width + 1 - rest, 0) if tail else 0
    text_room = rest - _GAP - (tail_width + _GAP if tail else 0)
    text = fit(person.text, text_room, glyphs.ellipsis) if text_room >= _TEXT_MIN else ""
    used = (cell_len(text) + _GAP if text else 0) + (tail_width + _GAP if tail else 0)
    # A long name takes what text and tail leave empty.
    longer = max(min(missing, rest - used), 0) - lacking
    line = [
        Span(glyphs.cursor if marks.cursor else " ", "accent"),
        Span(f"{_mark_glyph(marks, glyphs)} ", "accent"),
        Span(column(name, max(name_width + longer, 1), glyphs.ellipsis) + " ", dim),
        Span(status, dim or badge.style),
    ]
    rest -= longer
    if not text:
        return [*line, Span(" " * max(min(_GAP, rest - tail_width), 0)), *tail]
    return [*line, *spread([Span(f"  {text}", dim)], tail, rest)]


def _tail(
    person: Person, clock: Clock, as_of: int | None, marks: Marks, room: int, missing: int
) -> list[Span]:
    """Return what stands behind the status and the text: unread messages, a draft, or a time.

    ``missing`` is by how many cells the name is longer than its column.
    """
    when = _time_note(person, clock, as_of)
    # Unread messages have priority over the time, but for the time of an answer.
    first = [Span(f"{when} ", "dim")] if person.asked_at else []
    if marks.unread:
        long, short = f"{marks.unread} unread", _short_count(marks.unread)
        # A bare number where others have a text could be read as one.
        is_bare = not (person.text or person.asked_at)
        needed = len(long) + missing if is_bare else _UNREAD_ROOM
        return [*first, Span(long if room >= needed else short, "alert")]
    if marks.draft:
        return [*first, Span("draft", "accent")] if room >= len("draft") else []
    if person.asked_at:
        return [Span(when, "dim")]
    # Name and text have priority over the time; the headings also show if statuses are stale.
    fits = len(when) + missing + (_TEXT_BESIDE_TIME if person.text else 0) <= room
    return [Span(when, "dim")] if when and fits else []


def _short_count(number: int) -> str:
    return f"{number}" if number < 100 else "99+"


def _mark_glyph(marks: Marks, glyphs: Glyphs) -> str:
    if marks.watched:
        return glyphs.watched
    return glyphs.favourite if marks.favourite else " "


def heading_line(heading: Heading, width: int, glyphs: Glyphs, *, cursor: bool) -> list[Span]:
    """Return the heading of a group: its fold mark, name and note."""
    sign = glyphs.folded if heading.folded else glyphs.open
    line = [
        Span(glyphs.cursor if cursor else " ", "accent"),
        Span(f"{sign} ", "dim"),
        Span(heading.name, "title"),
        Span(f"  {heading.note}", "dim"),
    ]
    return crop(line, width, glyphs.ellipsis)


def _time_note(person: Person, clock: Clock, as_of: int | None) -> str:
    if as_of is not None:
        return f"as of {time_of_day(clock, as_of)}"
    if person.since and person.status is not UserStatusType.UNKNOWN:
        return f"since {time_of_day(clock, person.since)}"
    return ""


def event_lines(event: Event, width: int, glyphs: Glyphs, clock: Clock) -> list[list[Span]]:
    """Return an event as one line or more: time, mark, user and description."""
    style = _KIND_STYLES[event.kind]
    who_width = min(max(width // 5, _WHO_MIN), _WHO_MAX)
    head = [
        Span(f"{clock.local(event.at):%H:%M} ", "dim"),
        Span(f"{KIND_MARKS[event.kind]} ", style),
    ]
    body: list[Span] = []
    if event.who and len(event.who) <= who_width:
        head.append(Span(column(event.who, who_width, glyphs.ellipsis) + " ", style))
    elif event.who:
        body.append(Span(f"{event.who}  ", style))
    body.extend(_event_spans(event, glyphs))
    indent = " " * width_of(head)
    first, *rest = wrap(body, max(width - len(indent), 1), glyphs.ellipsis)
    return [[*head, *first], *([Span(indent), *line] for line in rest)]


def _event_spans(event: Event, glyphs: Glyphs) -> list[Span]:
    parts: list[Span] = []
    if event.status is not None:
        badge = glyphs.badge(event.status)
        parts.append(Span(str(badge), badge.style))
    if event.text:
        parts.append(Span(glyphs.quote(event.text)))
    if event.description:
        parts.append(Span(glyphs.adapt(event.description)))
    if event.source:
        parts.append(Span(event.source, "dim"))
    if event.times > 1:
        parts.append(Span(f"x{event.times}", "dim"))
    spaced: list[Span] = []
    for part in parts:
        spaced += [Span("  "), part] if spaced else [part]
    return spaced


_KIND_STYLES = {
    EventKind.OWN: "accent",
    EventKind.DEVICE: "accent",
    EventKind.FRIEND: "",
    EventKind.OTHER: "other",
    EventKind.CONNECTION: "title",
    EventKind.NOTICE: "dim",
}


def top_line(
    model: Model, width: int, glyphs: Glyphs, clock: Clock, keys: Keys, quiet: str = ""
) -> list[Span]:
    """Return the top line: the own user ID and status, the devices and the connection.

    Args:
        model: The model.
        width: In cells.
        glyphs: The characters to draw with.
        clock: The time.
        keys: The keys of the commands.
        quiet: A short note if do-not-disturb is on.
    """
    own = model.own
    connection = _connection_spans(model, glyphs, clock, keys)
    if not own.user_id:
        return [Span(" "), *connection]
    me = [Span(f" {own.user_id}  ", "title"), _own_badge(model, glyphs)]
    if model.connection.link is not Link.CONNECTED:
        known = (
            f"   statuses as of {time_of_day(clock, model.connection.as_of)}"
            if model.connection.as_of
            else ""
        )
        line = [*me, Span("   "), *connection]
        if width_of(line) + len(known) <= width:
            return [*line, Span(known, "dim")]
        if width_of(me) + _CONNECTION_MIN > width:
            line = [Span(" "), *connection, Span("  "), *me]
        return crop(line, width, glyphs.ellipsis)
    unread = model.chats.total_unread
    right = [
        *([Span(f"{unread} unread", "alert", "next-unread"), Span("   ")] if unread else []),
        *([Span(quiet, "alert", "quiet"), Span("   ")] if quiet else []),
        Span(_devices_text(model, width), "", "devices"),
        *([Span("   "), *connection] if width >= 50 else []),
    ]
    until = _end_note(model, glyphs, clock)
    room = width - width_of(me) - width_of(right) - 5
    text = fit(own.text + until, max(room, 0), glyphs.ellipsis)
    return spread([*me, Span(f"  {text}")], [*right, Span(" ")], width)


def _own_badge(model: Model, glyphs: Glyphs) -> Span:
    if model.account.is_logged_out:
        return Span("logged out", "dim")
    badge = glyphs.badge(model.own.status)
    return Span(str(badge), "dim" if model.connection.link is Link.STOPPED else badge.style)


def _end_note(model: Model, glyphs: Glyphs, clock: Clock) -> str:
    end = model.account.expires_at
    if not model.own.text or end in (None, AWAY_EXPIRES_AT):
        return ""
    return f" {glyphs.dot} until {time_of_day(clock, end)}"


def _devices_text(model: Model, width: int) -> str:
    devices = model.account.devices()
    if width < 100 or not devices:
        number = len(devices)
        return "" if not number else f"{number} device" + ("" if number == 1 else "s")
    here = next(
        (one for one in devices if one.instance_id == model.account.instance_id), devices[0]
    )
    others = len(devices) - 1
    name = here.device_name or str(here.platform)
    if not others:
        return f"on {name}"
    return f"on {name} + {others} device" + ("" if others == 1 else "s")


def _connection_spans(model: Model, glyphs: Glyphs, clock: Clock, keys: Keys) -> list[Span]:
    reason = f"  {model.connection.reason}" if model.connection.reason else ""
    if model.connection.link is Link.CONNECTED:
        return [Span("connected", "dim")]
    if model.connection.link is Link.WAITING:
        seconds = max(-(-(model.connection.retry_at - clock.now()) // 1000), 0)
        again = "connecting again" if model.connection.stale else "trying again"
        now = with_keys("({retry}: now)", keys)
        words = f"{again} in {seconds} s {now}"
        return [Span(words, "alert", "retry"), Span(glyphs.adapt(reason), "dim")]
    if model.connection.link is Link.STOPPED:
        return [Span(glyphs.adapt(model.connection.reason), "alert", "retry")]
    words = "starting …" if model.connection.link is Link.STARTING else "connecting …"
    return [Span(glyphs.adapt(words), "alert"), Span(glyphs.adapt(reason), "dim")]
