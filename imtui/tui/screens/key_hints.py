"""The keys that the footer of the main screen names."""

from collections.abc import Mapping, Sequence

from textual.widget import Widget

from imtui.tui.commands.catalogue import command_by_id
from imtui.tui.commands.command import Keys
from imtui.tui.kit.moves import CHOOSE
from imtui.tui.screens.open_chat import OpenChat
from imtui.tui.widgets.event_pane import EventPane
from imtui.tui.widgets.friend_list import FriendList
from imtui.tui.widgets.key_line import Hint


def key_hints(
    focused: Widget | None,
    finders: Mapping[str, Widget],
    chat: OpenChat,
    event_pane: EventPane,
    friend_list: FriendList,
    keys: Keys,
) -> tuple[Sequence[Hint], bool]:
    """Return the keys of the widget with the focus, and whether only those work there.

    Args:
        focused: The widget with the focus.
        finders: The search inputs.
        chat: The open conversation.
        event_pane: The events.
        friend_list: The friend list, which also stands for anything else.
        keys: The keys of the commands.
    """
    if focused in finders.values():
        return [("Enter", "keep", ""), ("Esc", "show all", "")], True
    if focused is event_pane:
        return [(keys.name(command_by_id("kind")), "kind", "kind"), ("Esc", "friends", "")], False
    hints = () if chat.pane is None or focused is None else chat.pane.hints(focused)
    if hints:
        return hints, True
    command = "fold" if friend_list.heading else "chat"
    return [(keys.names(CHOOSE, 1), command, command)], False
