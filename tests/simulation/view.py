"""What a client knows, kept as the wire's page says: lists, statuses and messages."""

from typing import Any

JSON = dict[str, Any]
Status = tuple[int, int, str]
"""Revision, general status and text."""
Seen = tuple[str, str, str]
"""Sender, message ID and text of a message."""


class View:
    """What one client knows of users and messages."""

    def __init__(self, user_id: str) -> None:
        self.user_id = user_id
        self.friends: set[str] = set()
        self.blocked: set[str] = set()
        self.requests: set[tuple[str, int]] = set()
        self.subscriptions: set[str] = set()
        self.statuses: dict[str, Status] = {}
        self.pushed: dict[str, int] = {}
        """The last revision of each user that was pushed."""
        self.messages: dict[str, dict[int, Seen]] = {}
        """By peer and seq; over all connections."""
        self.versions: dict[str, int] = {}
        """Of conversations, by peer."""

    def begin(self) -> None:
        """Forget what a login makes uncertain."""
        self.statuses.clear()
        self.pushed.clear()

    @property
    def watched(self) -> set[str]:
        """Return the users whose statuses are told."""
        return self.friends | self.subscriptions | {self.user_id}

    # Statuses

    def take_status(self, status: JSON) -> None:
        """Take a status, unless a later one is there."""
        user_id, revision = status["userID"], status["revision"]
        earlier = self.statuses.get(user_id)
        if earlier is None or revision >= earlier[0]:
            told = revision, status["statusType"], status["customStatus"]
            self.statuses[user_id] = told

    def take_pushed(self, status: JSON) -> str:
        """Take a status that was pushed; return what is wrong with it."""
        user_id, revision = status["userID"], status["revision"]
        earlier = self.pushed.get(user_id, 0)
        self.pushed[user_id] = revision
        self.take_status(status)
        return f"{user_id} falls from {earlier} to {revision}" if revision < earlier else ""

    # Lists

    def add_friends(self, infos: list[JSON]) -> None:
        """Add friends, with their statuses."""
        for info in infos:
            self.friends.add(info["userID"])
            if info.get("userStatus") is not None:
                self.take_status(info["userStatus"])

    def take_list(self, method: str, params: JSON) -> None:
        """Take a push that changes a list."""
        match method:
            case "onFriendListAdded":
                self.add_friends(params["friendInfoList"])
            case "onFriendListDeleted":
                self.friends.difference_update(params["userIDList"])
            case "onFriendApplicationListAdded":
                self.requests |= requests_in(params)
            case "onFriendApplicationListDeleted":
                gone = set(params["userIDList"])
                self.requests = {one for one in self.requests if one[0] not in gone}
            case "onBlackListAdded":
                self.blocked.update(params["userIDList"])
            case "onBlackListDeleted":
                self.blocked.difference_update(params["userIDList"])
            case "onSubscriptionsChanged":
                self.subscriptions.update(params["added"])
                self.subscriptions.difference_update(params["removed"])
        self.statuses = {one: told for one, told in self.statuses.items() if one in self.watched}

    # Messages

    def take_message(self, message: JSON) -> str:
        """Take a message; return what is wrong with it."""
        sender, receiver = message["sender"], message["receiver"]
        peer = receiver if sender == self.user_id else sender
        seen = sender, message["msgID"], message.get("text", "")
        earlier = self.messages.setdefault(peer, {}).setdefault(message["seq"], seen)
        return "" if earlier == seen else f"{earlier} becomes {seen}"


def requests_in(answer: JSON) -> set[tuple[str, int]]:
    """Return the friend requests in an answer or a push."""
    return {(one["userID"], one["type"]) for one in answer["friendApplicationList"]}
