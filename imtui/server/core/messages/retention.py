"""Clearing messages for all members when they are older than the app keeps them."""

from typing import Final

from msgspec import Struct

from imtui.server.core.archive import ArchiveError, StoredMessage
from imtui.server.core.context import Context
from imtui.server.core.endpoint import planned
from imtui.server.core.messages.changes import ConversationCleared
from imtui.server.core.messages.conversation import Conversations, Member
from imtui.server.core.messages.emitting import emit_changed
from imtui.server.core.messages.views import plan_newest
from imtui.server.core.state import State

_ROUND_EVERY: Final = 3600.0
"""How often all conversations are looked at, in seconds."""
_FIRST_ROUND: Final = 600.0
"""When, after a start, in seconds: until then, a wrong clock may be set."""
_STEP_EVERY: Final = 0.1
"""The pause between two steps of a round, in seconds."""
_RETRY_AFTER: Final = 60.0
"""The pause after messages could not be read, in seconds."""
_CONVERSATIONS: Final = 50
"""How many conversations a step looks at."""
_MESSAGES: Final = 500
"""How many messages a step clears in one conversation."""
_DAY_MS: Final = 24 * 3600 * 1000


class Retention:
    """Where the present round is, and when its next step is due."""

    def __init__(self, days: int, now: float) -> None:
        """Start between two rounds.

        Args:
            days: After how many days messages are cleared; 0 for never.
            now: The time, in monotonic seconds.
        """
        self._days = days
        self._due = now + _FIRST_ROUND
        self._next_key = 1
        """The conversation with which the next step begins."""

    def next_due(self, state: State) -> float | None:
        """Return when the next step is due, in monotonic seconds; None if messages are kept."""
        if self._days != state.console.retention_days:
            self._days, self._due, self._next_key = state.console.retention_days, 0.0, 1
        return self._due if self._days else None

    def step(self, context: Context) -> None:
        """Clear old messages of some conversations, if it is time."""
        due = self.next_due(context.state)
        if due is None or due > context.now.monotonic:
            return
        self._due = context.now.monotonic + _STEP_EVERY
        some = context.state[Conversations].from_key(self._next_key, _CONVERSATIONS)
        for conversation in some:
            self._next_key = conversation.key
            try:
                if clear_old(context, conversation.key):
                    # There may be more.
                    return
            except ArchiveError:
                # Whoever owns the store tells of it.
                self._due = context.now.monotonic + _RETRY_AFTER
                return
        self._next_key += 1
        if not some:
            self._due = context.now.monotonic + _ROUND_EVERY
            self._next_key = 1


class _Clearing(Struct, frozen=True):
    floor: int
    """All messages up to this seq are cleared."""
    members: list[tuple[Member, int, StoredMessage | None]]
    """The members who see some of them, how many of these are unread by each, and the newest
    message that then remains in their list."""


def _plan_clear_old(context: Context, key: int) -> _Clearing | None:
    conversation = context.state[Conversations].by_key(key)
    present = [member for member in conversation.members if not member.has_left]
    after = min((member.floor for member in present), default=conversation.last_seq)
    if after == conversation.last_seq:
        return None
    before = context.now.unix_ms - context.state.console.retention_days * _DAY_MS
    floor = context.archive.older(key, after, before, _MESSAGES)
    if floor == after:
        return None
    members = []
    for member in present:
        if member.floor < floor:
            unread = 0
            if member.read_seq < floor:
                unread = context.archive.count_unread(member.view, member.read_seq, floor)
            newest = None
            if conversation.newest(member) > floor:
                newest = plan_newest(context, conversation, member)
            members.append((member, unread, newest))
    return _Clearing(floor, members)


@planned(_plan_clear_old)
def clear_old(context: Context, plan: _Clearing | None, key: int) -> bool:
    """Clear the first old messages of a conversation for all members.

    What was written later, but has a lower seq than an imported message, is not cleared with it.

    Args:
        context: The context of the app.
        plan: The result of the plan.
        key: The key of the conversation.

    Returns:
        Whether there were any.
    """
    if plan is None:
        return False
    conversations = context.state[Conversations]
    conversation = conversations.by_key(key)
    for member, unread, newest in plan.members:
        conversations.set_unread(conversation, member, conversation.unread(member) - unread)
        if newest is None:
            conversation.set_newest(member, 0)
        member.cleared_seq = plan.floor
        member.next_own_version()
        context.state.emit(ConversationCleared(key, member.account, plan.floor))
        emit_changed(context.state, conversation, member, newest)
    return True
