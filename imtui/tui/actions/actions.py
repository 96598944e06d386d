"""The actions of all commands, grouped by topic."""

from dataclasses import dataclass

from imtui.tui.actions.alerts import AlertActions
from imtui.tui.actions.conversations import ConversationActions
from imtui.tui.actions.friends import FriendActions
from imtui.tui.actions.own import OwnActions
from imtui.tui.actions.parts import Parts
from imtui.tui.actions.people import PeopleActions
from imtui.tui.actions.subscriptions import SubscriptionActions
from imtui.tui.actions.views import ViewActions


@dataclass(frozen=True)
class Actions:
    """All groups of actions."""

    own: OwnActions
    alerts: AlertActions
    people: PeopleActions
    subscriptions: SubscriptionActions
    views: ViewActions
    conversations: ConversationActions
    friends: FriendActions


def actions_of(parts: Parts) -> Actions:
    """Create the actions that use these parts of the app."""
    return Actions(
        OwnActions(parts),
        AlertActions(parts),
        PeopleActions(parts),
        SubscriptionActions(parts),
        ViewActions(parts),
        ConversationActions(parts),
        FriendActions(parts),
    )
