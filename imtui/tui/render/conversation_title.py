"""The title line of a conversation: the other user and their presence."""

from imtui.protocol.status import UserStatusType
from imtui.tui.kit.cells import fit
from imtui.tui.kit.clock import Clock, time_of_day
from imtui.tui.kit.spans import Span, crop, spread, width_of
from imtui.tui.model.conversations import Chat
from imtui.tui.model.person import Person
from imtui.tui.render.glyphs import Glyphs


def chat_title(
    chat: Chat,
    person: Person,
    width: int,
    glyphs: Glyphs,
    clock: Clock,
    stale_since: int | None,
    *,
    current: bool,
    below: bool,
    offer: str = "",
) -> list[Span]:
    """Return the title: the user, their status and text, and a note such as "typing".

    Args:
        chat: The conversation.
        person: The other user.
        width: In cells.
        glyphs: The characters to draw with.
        clock: The time.
        stale_since: When live statuses were last up to date, if they are stale.
        current: Whether the conversation has the focus.
        below: Whether there are messages below the visible ones.
        offer: How to keep the status up to date, if nothing does; shown if there is room.
    """
    badge = glyphs.badge(person.status)
    as_of = person.as_of(stale_since)
    stale = as_of is not None or person.status is UserStatusType.UNKNOWN
    answered = f"  as of {time_of_day(clock, as_of or 0)}" if person.asked_at else ""
    left = [
        Span(" "),
        Span(person.user_id, "current" if current else "title"),
        Span(f" {person.name}" if person.name else ""),
        Span("  "),
        Span(str(badge), "dim" if stale else badge.style),
        Span(answered, "dim"),
    ]
    if answered and width_of(left) > width:
        # Without its time, an answer would look like the present.
        left[-2:] = [Span(str(glyphs.badge(UserStatusType.UNKNOWN)), "dim")]
    right = [Span("more below ", "alert")] if below else _note(chat, person, glyphs, clock, as_of)
    if offer and width_of(left) + width_of(right) + len(offer) + 3 <= width:
        right.append(Span(f" {offer} ", "dim"))
    room = width - width_of(left) - width_of(right) - 3
    if person.text and room >= 4:
        left.append(Span(f"  {fit(person.text, room, glyphs.ellipsis)}", "dim" if stale else ""))
    if width_of(left) + width_of(right) >= width:
        return crop(left, width, glyphs.ellipsis)
    return spread(left, right, width)


def _note(
    chat: Chat, person: Person, glyphs: Glyphs, clock: Clock, as_of: int | None
) -> list[Span]:
    if chat.typing:
        return [Span(glyphs.adapt("typing … "), "accent")]
    if chat.muted:
        return [Span("muted ", "dim")]
    if person.asked_at:
        return []
    if as_of is not None:
        return [Span(f"as of {time_of_day(clock, as_of)} ", "dim")]
    if person.since and person.status is not UserStatusType.UNKNOWN:
        return [Span(f"since {time_of_day(clock, person.since)} ", "dim")]
    return []
