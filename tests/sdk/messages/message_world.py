"""The messages of a backend in a few lines: actions of a test, and the resulting pushes.

It follows the wire protocol, for one account ``me`` and what its devices can see.
"""

from typing import Any

import msgspec

from imtui.protocol.chat import (
    ChangedMessages,
    Conversation,
    ConversationList,
    GetChangedMessagesParams,
    Message,
    MessageList,
    MessageStatus,
    ReadReceipt,
    ReadReceiptList,
    ReceiveOpt,
    conversation_id,
)

ME = "alice"
GONE = {"text": "", "data": b"", "cloud_custom_data": ""}

Push = tuple[str, Any]


class Talk:
    """The conversation with one user, as the backend has it."""

    def __init__(self, user_id: str) -> None:
        self.user_id = user_id
        self.version = self.own_version = self.cleared_seq = 0
        self.messages: list[Message] = []
        self.hidden: dict[int, int] = {}
        """The own version at which each hidden message was hidden from ``me``, by seq."""
        self.read_seq = self.peer_read_seq = 0
        self.is_pinned = False
        self.recv_opt = ReceiveOpt.RECEIVE

    def send(self, sender: str, msg_id: str, text: str = "", *, is_hidden: bool = False) -> Message:
        """Accept a message; sending the same one again makes no second message.

        Args:
            sender: The sender.
            msg_id: Names the message, with the sender.
            text: The text; the ID if empty.
            is_hidden: Whether ``me`` never sees it.
        """
        for there in self.messages:
            if (there.sender, there.msg_id) == (sender, msg_id):
                return self.seen(there)
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
        if is_hidden:
            self._hide(seq)
        return self.seen(message)

    def recall(self, seq: int) -> Message | None:
        """Recall a message; return it as it is pushed to ``me``, or None without a push."""
        message = self.messages[seq - 1]
        if message.status is MessageStatus.LOCAL_REVOKED:
            return None
        self.version += 1
        self.messages[seq - 1] = msgspec.structs.replace(
            message, version=self.version, status=MessageStatus.LOCAL_REVOKED, **GONE
        )
        return self.seen(self.messages[seq - 1]) if seq > self.cleared_seq else None

    def edit(self, seq: int, text: str) -> Message | None:
        """Change a text, as a later backend might; return it as it is pushed, or None."""
        message = self.messages[seq - 1]
        if message.status is not MessageStatus.SEND_SUCC:
            return None
        self.version += 1
        self.messages[seq - 1] = msgspec.structs.replace(message, version=self.version, text=text)
        return self.seen(self.messages[seq - 1]) if seq > self.cleared_seq else None

    def hide(self, *seqs: int) -> list[Message]:
        """Delete messages for ``me``, and return them as they are pushed."""
        for seq in seqs:
            if seq not in self.hidden and seq > self.cleared_seq:
                self._hide(seq)
        return [self.seen(self.messages[seq - 1]) for seq in seqs]

    def read(self, seq: int) -> bool:
        """Read up to a seq, and return whether that changed anything."""
        return self._change_own("read_seq", max(seq, self.read_seq))

    def pin(self, is_pinned: bool) -> bool:
        """Pin or unpin, and return whether that changed anything."""
        return self._change_own("is_pinned", is_pinned)

    def mute(self, opt: ReceiveOpt) -> bool:
        """Set the receive option, and return whether that changed anything."""
        return self._change_own("recv_opt", opt)

    def clear(self) -> bool:
        """Delete the conversation for ``me``, and return whether that changed anything."""
        if not self.history(None) and not self.is_pinned:
            return False
        self.cleared_seq = self.read_seq = len(self.messages)
        self.is_pinned = False
        self.own_version += 1
        return True

    def seen(self, message: Message) -> Message:
        """Return a message as ``me`` sees it."""
        if message.seq not in self.hidden:
            return message
        return msgspec.structs.replace(
            message,
            status=MessageStatus.HAS_DELETED,
            own_version=self.hidden[message.seq],
            **GONE,
        )

    def changed(self, params: GetChangedMessagesParams, page: int = 100) -> ChangedMessages:
        """Answer ``getChangedMessages``."""
        count = min(params.count, page)
        since, since_own = params.since_version, params.since_own_version
        left = [self.seen(message) for message in self.messages[self.cleared_seq :]]
        for_all = sorted((m for m in left if m.version > since), key=lambda m: m.version)
        own: list[Message] = []
        if since_own is not None:
            own = sorted(
                (m for m in left if m.own_version > since_own), key=lambda m: m.own_version
            )
        is_finished = len(for_all) + len(own) <= count
        next_version, next_own = self.version, self.own_version
        if not is_finished and count < len(for_all):
            next_version = for_all[count - 1].version
        if not is_finished:
            sent = own[: max(count - len(for_all), 0)]
            next_own = sent[-1].own_version if sent else since_own or 0
        return ChangedMessages(
            (for_all + own)[:count], is_finished, self.cleared_seq, next_version, next_own
        )

    def history(self, before: int | None) -> list[Message]:
        """Return what ``me`` sees, the newest first."""
        return [
            message
            for message in reversed(self.messages[self.cleared_seq :])
            if message.seq not in self.hidden and (before is None or message.seq < before)
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
            recv_opt=self.recv_opt,
            order_key=max((message.timestamp for message in self.messages), default=0),
            own_version=self.own_version,
            cleared_seq=self.cleared_seq,
        )

    def _hide(self, seq: int) -> None:
        self.own_version += 1
        self.hidden[seq] = self.own_version

    def _change_own(self, name: str, value: object) -> bool:
        if getattr(self, name) == value:
            return False
        setattr(self, name, value)
        self.own_version += 1
        return True


class MessageWorld:
    """All conversations of the account, and the answers to the requests of a device."""

    def __init__(self, page: int = 100) -> None:
        self.talks: dict[str, Talk] = {}
        self._page = page

    def talk(self, user_id: str) -> Talk:
        return self.talks.setdefault(user_id, Talk(user_id))

    def send(self, sender: str, user_id: str, msg_id: str, text: str = "") -> Push:
        """Accept a message, and return its push."""
        return new_message(self.talk(user_id).send(sender, msg_id, text))

    def listed(self) -> list[Conversation]:
        conversations = [talk.conversation() for talk in self.talks.values()]
        return [c for c in conversations if c.last_message or c.is_pinned or c.recv_opt]

    def changed(self, params: GetChangedMessagesParams) -> ChangedMessages:
        """Answer ``getChangedMessages`` with a page."""
        return self.talk(params.user_id).changed(params, self._page)

    def answers(self) -> dict[str, Any]:
        """Return handlers for a fake backend."""
        return {
            "getConversationList": lambda peer, params: wire(ConversationList(self.listed())),
            "getChangedMessages": lambda peer, params: self._changed(params),
            "getC2CHistoryMessageList": lambda peer, params: self._history(params),
            "sendMessage": lambda peer, params: self._send(params),
        }

    def _changed(self, params: dict[str, Any]) -> Any:
        return wire(self.changed(msgspec.convert(params, GetChangedMessagesParams)))

    def _history(self, params: dict[str, Any]) -> Any:
        messages = self.talk(params["userID"]).history(params["beforeSeq"])
        count = params["count"]
        return wire(MessageList(messages[:count], len(messages) <= count))

    def _send(self, params: dict[str, Any]) -> Any:
        talk = self.talk(params["userID"])
        return {"message": wire(talk.send(ME, params["msgID"], params["text"]))}


def world_of(*texts: str, page: int = 100) -> MessageWorld:
    """Return a world in which bob has sent these texts."""
    world = MessageWorld(page)
    for text in texts:
        world.send("bob", "bob", text)
    return world


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
