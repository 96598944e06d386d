"""A backend's messages in a few lines: what a test does to them, and what devices are told of it.

It is as the wire says, for one account ``me`` and what its devices can see.
"""

from typing import Any

import msgspec

from imtui.protocol.chat import (
    Conversation,
    ConversationList,
    Message,
    MessageList,
    MessageStatus,
    ReadReceipt,
    ReadReceiptList,
    conversation_id,
)

ME = "alice"
GONE = {"text": "", "data": b"", "cloud_custom_data": ""}

Push = tuple[str, Any]


class Talk:
    """The conversation with one user, as the backend has it."""

    def __init__(self, user_id: str) -> None:
        self.user_id = user_id
        self.version = 0
        self.messages: list[Message] = []
        self.read_seq = self.peer_read_seq = 0
        self.is_pinned = False

    def send(self, sender: str, msg_id: str, text: str = "") -> Message:
        """Take a message; the same one again makes no second."""
        for there in self.messages:
            if (there.sender, there.msg_id) == (sender, msg_id):
                return there
        self.version += 1
        seq = len(self.messages) + 1
        receiver = self.user_id if sender == ME else ME
        message = Message(
            msg_id,
            sender,
            receiver,
            timestamp=1000 + self.version,
            seq=seq,
            version=self.version,
            text=text or msg_id,
        )
        self.messages.append(message)
        return message

    def change(self, seq: int, status: MessageStatus | None) -> Message | None:
        """Recall or delete a message; with None, the other one deletes it."""
        message = self.messages[seq - 1]
        if message.status is MessageStatus.HAS_DELETED or message.status is status:
            return None
        self.version += 1
        fields = {} if status is None else {**GONE, "status": status}
        message = msgspec.structs.replace(message, version=self.version, **fields)
        self.messages[seq - 1] = message
        return message

    def changed_since(self, version: int) -> list[Message]:
        """Return what changed after a version, the earliest change first."""
        changed = [message for message in self.messages if message.version > version]
        return sorted(changed, key=lambda message: message.version)

    def history(self, before: int | None) -> list[Message]:
        """Return what is not deleted, the newest first."""
        return [
            message
            for message in reversed(self.messages)
            if message.status is not MessageStatus.HAS_DELETED
            and (before is None or message.seq < before)
        ]

    def conversation(self) -> Conversation:
        """Return the conversation as it is on the wire."""
        there = self.history(None)
        unread = [
            message
            for message in there
            if message.sender != ME
            and message.seq > self.read_seq
            and message.status is MessageStatus.SEND_SUCC
        ]
        return Conversation(
            conversation_id(self.user_id),
            version=self.version,
            last_message=there[0] if there else None,
            unread_count=len(unread),
            read_seq=self.read_seq,
            peer_read_seq=self.peer_read_seq,
            is_pinned=self.is_pinned,
            order_key=max((message.timestamp for message in self.messages), default=0),
        )


class MessageWorld:
    """All conversations of the account, and the answers to what a device asks."""

    def __init__(self, page: int = 100) -> None:
        self.talks: dict[str, Talk] = {}
        self._page = page

    def talk(self, user_id: str) -> Talk:
        return self.talks.setdefault(user_id, Talk(user_id))

    def send(self, sender: str, user_id: str, msg_id: str, text: str = "") -> Push:
        """Take a message and return the push of it."""
        return new_message(self.talk(user_id).send(sender, msg_id, text))

    def listed(self) -> list[Conversation]:
        conversations = [talk.conversation() for talk in self.talks.values()]
        return [each for each in conversations if each.last_message or each.is_pinned]

    def answers(self) -> dict[str, Any]:
        """Return handlers for a fake backend."""
        return {
            "getConversationList": lambda peer, params: wire(ConversationList(self.listed())),
            "getChangedMessages": lambda peer, params: self._changed(params),
            "getC2CHistoryMessageList": lambda peer, params: self._history(params),
            "sendMessage": lambda peer, params: self._send(params),
        }

    def _changed(self, params: dict[str, Any]) -> Any:
        changed = self.talk(params["userID"]).changed_since(params["sinceVersion"])
        return self._cut(changed, min(params["count"], self._page))

    def _history(self, params: dict[str, Any]) -> Any:
        return self._cut(self.talk(params["userID"]).history(params["beforeSeq"]), params["count"])

    def _cut(self, messages: list[Message], count: int) -> Any:
        return wire(MessageList(messages[:count], len(messages) <= count))

    def _send(self, params: dict[str, Any]) -> Any:
        talk = self.talk(params["userID"])
        return {"message": wire(talk.send(ME, params["msgID"], params["text"]))}


def wire(struct: msgspec.Struct) -> Any:
    """Return a struct as plain JSON."""
    return msgspec.to_builtins(struct)


def new_message(message: Message) -> Push:
    return "onRecvNewMessage", MessageList([message])


def changed_messages(*messages: Message) -> Push:
    return "onMessagesChanged", MessageList(list(messages))


def changed_conversation(talk: Talk) -> Push:
    return "onConversationChanged", ConversationList([talk.conversation()])


def receipt(user_id: str, seq: int) -> Push:
    return "onRecvC2CReadReceipt", ReadReceiptList([ReadReceipt(user_id, seq, 1)])
