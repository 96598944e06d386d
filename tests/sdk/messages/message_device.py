"""The state of a device without a network, and stories of what happens to it."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from imtui.protocol.chat import Message, ReceiveOpt
from imtui.sdk.messages.cache import MessageCache
from imtui.sdk.messages.changed_pages import ChangedPages
from imtui.sdk.messages.conversations import Conversations
from imtui.sdk.messages.known import Known
from imtui.sdk.messages.update import Update
from tests.sdk.messages.message_world import (
    ME,
    MessageWorld,
    Push,
    Talk,
    changed_conversation,
    changed_messages,
    new_message,
    receipt,
)


@dataclass
class Device:
    """The conversations of a device, with the events and the cache that result."""

    listed: bool = False
    received: list[Message] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    changed: list[Message] = field(default_factory=list)
    fetches: int = 0
    shown: dict[tuple[str, int], str] = field(default_factory=dict)
    """The text of each message of which listeners were notified, by user and seq."""

    def __post_init__(self) -> None:
        self.cache = MessageCache(None, ME)
        self.cache.keep(Update(), listed=self.listed)
        self.state = Conversations(ME, self.cache.get, listed=self.listed)
        self._pages: dict[str, ChangedPages] = {}

    def publish(self, update: Update) -> Update:
        self.cache.keep(update, listed=self.state.listed)
        self.received += update.received
        self.sent += [message.msg_id for message in update.sent]
        self.changed += update.changed
        for message in [*update.sent, *update.received, *update.changed]:
            self.shown[message.peer(ME), message.seq] = message.text
        return update

    def push(self, push: Push) -> Update:
        params: Any = push[1]
        if hasattr(params, "message_list"):
            are_new = push[0] == "onRecvNewMessage"
            return self.publish(self.state.pushed(params.message_list, are_new=are_new))
        if hasattr(params, "receipt_list"):
            return self.publish(self.state.receipts(params.receipt_list))
        return self.publish(self.state.changed(params.conversation_list))

    def take_list(self, world: MessageWorld) -> None:
        self._pages.clear()
        self.state.list_begins()
        self.publish(self.state.list_page(world.listed()))
        self.publish(self.state.list_ends())

    def fetch_page(self, world: MessageWorld, user_id: str) -> bool:
        """Fetch the next page of a conversation, and return whether it was the last."""
        if user_id not in self._pages:
            self.fetches += 1
            self._pages[user_id] = ChangedPages(user_id, *self.state.since(user_id))
        answer = self._pages[user_id].add(world.changed(self._pages[user_id].params()))
        if answer is None:
            return False
        del self._pages[user_id]
        self.publish(self.state.fetched(user_id, answer))
        return True

    def fetch(self, world: MessageWorld) -> None:
        for user_id in self.state.behind():
            while not self.fetch_page(world, user_id):
                pass

    def sync(self, world: MessageWorld) -> None:
        self.take_list(world)
        self.fetch(world)

    def restart(self, unsent: list[str]) -> None:
        """Start with the cached conversations, as a new process would."""
        rows = self.cache._db.execute("SELECT known FROM conversation")
        known = [msgspec.msgpack.decode(blob, type=Known) for (blob,) in rows]
        self._pages.clear()
        self.state = Conversations(ME, self.cache.get, known, listed=self.cache.listed)
        for msg_id in unsent:
            self.state.add_local_message(msg_id)

    def seqs(self, user_id: str) -> list[int]:
        """Return the seqs of the messages that were received."""
        return [message.seq for message in self.received if message.peer(ME) == user_id]

    def kept(self, user_id: str) -> dict[int, tuple[str, int]]:
        """Return text and status of the visible cached messages of a conversation, by seq."""
        rows = self.cache._db.execute("SELECT message FROM message WHERE user = ?", (user_id,))
        messages = [msgspec.msgpack.decode(blob, type=Message) for (blob,) in rows]
        return {m.seq: (m.text, m.status) for m in messages if m.status != 4}

    def floor_of_cache(self, user_id: str) -> int:
        """Return the smallest seq that the cache mentions."""
        rows = (
            "SELECT min(low) FROM held WHERE user = ?",
            "SELECT min(seq) FROM message WHERE user = ?",
        )
        found = [self.cache._db.execute(query, (user_id,)).fetchone()[0] for query in rows]
        return min((seq for seq in found if seq is not None), default=2**53)


KINDS = ["out", "send", "recall", "edit", "hide", "hide-many", "peer-hides", "read", "pin", "mute"]
KINDS += ["clear", "seen", "hide-here", "read-here", "pin-here", "mute-here", "clear-here"]
KINDS += ["never-shown"]
KINDS += ["lose", "lose-one", "repeat", "history", "page", "fetch", "list", "sync", "restart"]


class Story:
    """Performs actions at the backend; their pushes are lost while ``losing`` is not 0."""

    def __init__(self, device: Device, page: int) -> None:
        self.device = device
        self.world = MessageWorld(page)
        self.pushed: list[Push] = []
        self.losing = 0
        self.made = 0
        self.here: list[str] = []
        self.may_lack: set[str] = set()
        """The users with whom a fetch may be necessary."""
        self.edits: set[tuple[str, int, int]] = set()
        """The edits, by user, seq and version."""
        self.needs_list: set[str] = set()
        """The users with whom a push was lost that no list has made up for since."""

    def deliver(self, user_id: str, push: Push) -> None:
        if self.losing:
            self._lost(user_id)
            return
        self.pushed.append(push)
        self.device.push(push)

    def act(self, kind: str, user_id: str, number: int) -> None:
        self.made += 1
        act = getattr(self, "_" + kind.replace("-", "_"))
        act(self.world.talk(user_id), number, f"m{self.made}")

    # Actions of others, and of this account on other devices

    def _in(self, talk: Talk, number: int, msg_id: str) -> None:
        self.deliver(talk.user_id, new_message(talk.send(talk.user_id, msg_id)))

    def _out(self, talk: Talk, number: int, msg_id: str) -> None:
        self.deliver(talk.user_id, new_message(talk.send(ME, msg_id)))

    def _never_shown(self, talk: Talk, number: int, msg_id: str) -> None:
        talk.send(talk.user_id, msg_id, is_hidden=True)
        self.may_lack.add(talk.user_id)
        self._push_conversation(talk)

    def _recall(self, talk: Talk, number: int, msg_id: str) -> None:
        if talk.messages:
            gone = talk.recall(1 + number % len(talk.messages))
            if gone is not None:
                self.deliver(talk.user_id, changed_messages(gone))
            else:
                # It was recalled before, or this member does not see it and gets no push.
                self.may_lack.add(talk.user_id)

    def _edit(self, talk: Talk, number: int, msg_id: str) -> None:
        if talk.messages:
            seq, before = 1 + number % len(talk.messages), talk.version
            edited = talk.edit(seq, f"{msg_id} edited")
            if talk.version > before:
                self.edits.add((talk.user_id, seq, talk.version))
            if edited is not None:
                self.deliver(talk.user_id, changed_messages(edited))
            else:
                self.may_lack.add(talk.user_id)

    def _peer_hides(self, talk: Talk, number: int, msg_id: str) -> None:
        """Let the other member delete a message, which changes nothing for this account."""

    def _hide(self, talk: Talk, number: int, msg_id: str) -> None:
        self._hide_some(talk, number, 1)

    def _hide_many(self, talk: Talk, number: int, msg_id: str) -> None:
        self._hide_some(talk, number, 3)

    def _read(self, talk: Talk, number: int, msg_id: str) -> None:
        if talk.read(len(talk.messages) - number):
            self._push_conversation(talk)

    def _pin(self, talk: Talk, number: int, msg_id: str) -> None:
        if talk.pin(number % 2 == 0):
            self._push_conversation(talk)

    def _mute(self, talk: Talk, number: int, msg_id: str) -> None:
        if talk.mute(_opt(number)):
            self._push_conversation(talk)

    def _clear(self, talk: Talk, number: int, msg_id: str) -> None:
        if talk.clear():
            self._push_conversation(talk)

    def _seen(self, talk: Talk, number: int, msg_id: str) -> None:
        talk.peer_read_seq = max(talk.peer_read_seq, len(talk.messages) - number)
        self.deliver(talk.user_id, receipt(talk.user_id, talk.peer_read_seq))

    # Actions of this device, whose answers come before the pushes

    def _send(self, talk: Talk, number: int, msg_id: str) -> None:
        self.device.state.add_local_message(msg_id)
        self.here.append(msg_id)
        message = talk.send(ME, msg_id)
        if self.losing:
            self._lost(talk.user_id)
        else:
            self.device.publish(self.device.state.acknowledged(message))

    def _hide_here(self, talk: Talk, number: int, msg_id: str) -> None:
        there = talk.history(None)
        if there:
            message = there[number % len(there)]
            gone = talk.hide(message.seq)
            self.device.publish(self.device.state.deleted_messages([message]))
            self.deliver(talk.user_id, changed_messages(*gone))
            self._push_conversation(talk)

    def _read_here(self, talk: Talk, number: int, msg_id: str) -> None:
        seq = max(0, len(talk.messages) - number) if number else 0
        is_changed = talk.read(seq or len(talk.messages))
        self.device.publish(self.device.state.read(talk.user_id, seq))
        if is_changed:
            self._push_conversation(talk)

    def _pin_here(self, talk: Talk, number: int, msg_id: str) -> None:
        is_changed = talk.pin(number % 2 == 0)
        self.device.publish(self.device.state.pinned(talk.user_id, number % 2 == 0))
        if is_changed:
            self._push_conversation(talk)

    def _mute_here(self, talk: Talk, number: int, msg_id: str) -> None:
        is_changed = talk.mute(_opt(number))
        self.device.publish(self.device.state.recv_opt_set([talk.user_id], _opt(number)))
        if is_changed:
            self._push_conversation(talk)

    def _clear_here(self, talk: Talk, number: int, msg_id: str) -> None:
        is_changed = talk.clear()
        self.device.publish(self.device.state.deleted(talk.user_id))
        if is_changed:
            self._push_conversation(talk)

    # Events of the connection and the device

    def _lose(self, talk: Talk, number: int, msg_id: str) -> None:
        self.losing = number

    def _lose_one(self, talk: Talk, number: int, msg_id: str) -> None:
        self.losing = 1

    def _repeat(self, talk: Talk, number: int, msg_id: str) -> None:
        if self.pushed:
            push = self.pushed[-1 - number % len(self.pushed)]
            if push[0] in ("onRecvNewMessage", "onMessagesChanged"):
                self.device.push(push)

    def _history(self, talk: Talk, number: int, msg_id: str) -> None:
        page = talk.history(None)[: 1 + number]
        self.device.cache.keep_page(talk.user_id, page, 1, 0)
        newest = max((message.version for message in page), default=0)
        self.device.publish(self.device.state.heard(talk.user_id, newest))

    def _page(self, talk: Talk, number: int, msg_id: str) -> None:
        if talk.user_id in self.device.state.behind():
            self.device.fetch_page(self.world, talk.user_id)

    def _fetch(self, talk: Talk, number: int, msg_id: str) -> None:
        self.device.fetch(self.world)

    def _list(self, talk: Talk, number: int, msg_id: str) -> None:
        self.device.take_list(self.world)
        self.losing = 0
        self.needs_list -= self._listed()
        # The list shows the device what happened before.
        self.may_lack |= set(self.device.state.behind())

    def _sync(self, talk: Talk, number: int, msg_id: str) -> None:
        self._list(talk, number, msg_id)
        self.device.fetch(self.world)
        self.may_lack -= self._listed()

    def _restart(self, talk: Talk, number: int, msg_id: str) -> None:
        self.device.restart([one for one in self.here if one not in self.device.sent])
        self.needs_list |= set(self.world.talks)

    def _listed(self) -> set[str]:
        return {conversation.user_id for conversation in self.world.listed()}

    def _lost(self, user_id: str) -> None:
        self.losing -= 1
        self.may_lack.add(user_id)
        self.needs_list.add(user_id)

    def _hide_some(self, talk: Talk, number: int, count: int) -> None:
        there = talk.history(None)
        some = [message.seq for message in there[number : number + count]]
        if some:
            self.deliver(talk.user_id, changed_messages(*talk.hide(*some)))
            self._push_conversation(talk)

    def _push_conversation(self, talk: Talk) -> None:
        self.deliver(talk.user_id, changed_conversation(talk))


def _opt(number: int) -> ReceiveOpt:
    return ReceiveOpt.RECEIVE_NOT_NOTIFY if number % 2 else ReceiveOpt.RECEIVE
