"""What the commands of the registry do, by what they are about."""

from dataclasses import dataclass

from imtui.tui.actions.attention import AttentionActions
from imtui.tui.actions.befriending import BefriendingActions
from imtui.tui.actions.chatting import ChattingActions
from imtui.tui.actions.following import FollowingActions
from imtui.tui.actions.host import Host
from imtui.tui.actions.own import OwnActions
from imtui.tui.actions.people import PeopleActions
from imtui.tui.actions.views import ViewActions


@dataclass(frozen=True)
class Actions:
    """Everything that a command can do."""

    own: OwnActions
    attention: AttentionActions
    people: PeopleActions
    following: FollowingActions
    views: ViewActions
    chatting: ChattingActions
    befriending: BefriendingActions


def actions_of(host: Host) -> Actions:
    """Return what can be done with an app."""
    return Actions(
        OwnActions(host),
        AttentionActions(host),
        PeopleActions(host),
        FollowingActions(host),
        ViewActions(host),
        ChattingActions(host),
        BefriendingActions(host),
    )
