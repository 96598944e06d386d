"""Random acts on conversations: the core on its database against a model of plain lists."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from imtui.protocol import usersig

from ..worlds.chatting import changed_conversations, changed_messages, new_messages, receipts
from ..worlds.core_world import DrivenCore
from ..worlds.raw_client import JSON, Push, Refused
from ..worlds.virtual_time import WALL_START

USERS = ["ann", "bea", "cyd"]
SESSIONS = {"ann": 1, "bea": 2, "cyd": 3}
PINNED_MAX = 1

users = st.sampled_from(USERS)
# Few IDs and seqs, so that they often coincide.
msg_ids = st.sampled_from([f"m{number}" for number in range(12)])
places = st.integers(0, 8)


@dataclass
class Told:
    """A message of the model."""

    sender: str
    receiver: str
    msg_id: str
    text: str
    timestamp: int
    seq: int
    version: int
    is_revoked: bool = False
    hidden: dict[str, int] = field(default_factory=dict)
    """The private versions at which users deleted it, by user."""

    def seen_by(self, viewer: str) -> JSON:
        """Return the message in its wire form, as a user sees it."""
        message: JSON = {
            **{"msgID": self.msg_id, "sender": self.sender, "receiver": self.receiver},
            **{"timestamp": self.timestamp, "seq": self.seq, "version": self.version},
        }
        if viewer in self.hidden:
            return message | {"status": 4, "ownVersion": self.hidden[viewer]}
        return message | ({"status": 6} if self.is_revoked else {"text": self.text})


@dataclass
class Talk:
    """A conversation of the model: all of its messages."""

    messages: list[Told] = field(default_factory=list)
    version: int = 0
    read: dict[str, int] = field(default_factory=dict)
    pinned: set[str] = field(default_factory=set)
    opt: dict[str, int] = field(default_factory=dict)
    own: dict[str, int] = field(default_factory=dict)
    """The private version of each of the two users."""
    cleared: dict[str, int] = field(default_factory=dict)

    def raise_version(self) -> int:
        """Count a change."""
        self.version += 1
        return self.version

    def raise_own(self, user: str) -> int:
        """Count a change that only one of the two users sees."""
        self.own[user] = self.own.get(user, 0) + 1
        return self.own[user]

    def above_floor(self, viewer: str) -> list[Told]:
        """Return the messages that a user has not cleared."""
        return self.messages[self.cleared.get(viewer, 0) :]

    def visible(self, viewer: str) -> list[Told]:
        """Return the messages that a user has not deleted."""
        return [told for told in self.above_floor(viewer) if viewer not in told.hidden]

    def seen_by(self, viewer: str, peer: str) -> JSON:
        """Return the conversation in its wire form, as a user sees it."""
        visible = self.visible(viewer)
        unread = [
            told
            for told in visible
            if told.sender == peer and told.seq > self.read.get(viewer, 0) and not told.is_revoked
        ]
        everything = {
            "version": self.version,
            "lastMessage": visible[-1].seen_by(viewer) if visible else None,
            "unreadCount": len(unread),
            "readSeq": self.read.get(viewer, 0),
            "peerReadSeq": self.read.get(peer, 0),
            "isPinned": viewer in self.pinned,
            "recvOpt": self.opt.get(viewer, 0),
            "orderKey": self.messages[-1].timestamp if self.messages else 0,
            "ownVersion": self.own.get(viewer, 0),
            "clearedSeq": self.cleared.get(viewer, 0),
        }
        shown = {name: value for name, value in everything.items() if value}
        return {"conversationID": f"c2c_{peer}"} | shown


class Talks(RuleBasedStateMachine):
    """Three users that send, recall, read and delete messages at random."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.core = DrivenCore(Path(self.folder.name) / "imtui.db")
        self.talks: dict[frozenset[str], Talk] = {}
        # The copies of devices as of their last sync: messages by seq, and both versions.
        self.copies: dict[tuple[str, str], tuple[dict[int, JSON], int, int]] = {}
        self.log_in()

    def teardown(self) -> None:
        self.core.end()
        self.folder.cleanup()

    def log_in(self) -> None:
        for user, session_id in SESSIONS.items():
            now = self.core.instant().unix_ms / 1000
            sig = usersig.sign(user, self.core.sdk_app_id, self.core.secret_key, now=now)
            self.call(
                user,
                "login",
                sdkAppID=self.core.sdk_app_id,
                userID=user,
                userSig=sig,
                instanceID=f"{user}-{session_id}",
            )
        self.core.told.clear()

    def call(self, user: str, method: str, **params: Any) -> JSON:
        """Return the result of a call, or its error code under ``code``."""
        try:
            return self.core.call(SESSIONS[user], method, params)
        except Refused as refused:
            return {"code": refused.code}

    def take_told(self, user: str) -> list[Push]:
        """Return the pushes to a user since the last call."""
        return self.core.told.pop(SESSIONS[user], [])

    def talk(self, one: str, other: str) -> Talk:
        """Return the model's conversation of two users."""
        return self.talks.setdefault(frozenset({one, other}), Talk())

    def find(self, sender: str, msg_id: str) -> Told | None:
        """Return the model's message."""
        for talk in self.talks.values():
            for told in talk.messages:
                if (told.sender, told.msg_id) == (sender, msg_id):
                    return told
        return None

    @rule(sender=users, receiver=users, msg_id=msg_ids, back=st.booleans())
    def send(self, sender: str, receiver: str, msg_id: str, back: bool) -> None:
        # Sometimes the wall clock is far in the past.
        with pytest.MonkeyPatch.context() as patch:
            start = WALL_START - 10**9 * back
            patch.setattr("tests.conformance.worlds.core_world.WALL_START", start)
            now = self.core.instant().unix_ms
            there = self.find(sender, msg_id)
            text = f"text {now}"
            answer = self.call(sender, "sendMessage", userID=receiver, msgID=msg_id, text=text)
        told = new_messages(self.take_told(receiver))
        assert new_messages(self.take_told(sender)) == []
        if receiver == sender:
            assert answer == {"code": 6032}
        elif there is not None and there.receiver != receiver:
            assert answer == {"code": 6017}
        elif there is not None:
            seen = there.seen_by(sender)
            talk = self.talk(sender, receiver)
            if there not in talk.above_floor(sender):
                del seen["text" if "text" in seen else "status"]
                seen |= {"status": 4, "ownVersion": there.hidden.get(sender, talk.own[sender])}
            assert answer["message"] == seen
        else:
            talk = self.talk(sender, receiver)
            last = talk.messages[-1].timestamp if talk.messages else 0
            seq = len(talk.messages) + 1
            new = Told(sender, receiver, msg_id, text, max(now, last), seq, talk.raise_version())
            talk.messages.append(new)
            assert answer["message"] == new.seen_by(sender)
            wanted = talk.opt.get(receiver) != 1
            assert told == ([new.seen_by(receiver)] if wanted else [])
            return
        assert told == []

    @rule(user=users, peer=users, msg_id=msg_ids)
    def revoke(self, user: str, peer: str, msg_id: str) -> None:
        answer = self.call(user, "revokeMessage", userID=peer, msgID=msg_id)
        there = self.find(user, msg_id)
        if there is None or there.receiver != peer:
            assert answer == {"code": 20022}
        elif there.is_revoked:
            assert answer == {"code": 20023}
        elif self.core.instant().unix_ms - there.timestamp > 120_000:
            assert answer == {"code": 20016}
        else:
            assert answer == {}
            there.is_revoked = True
            there.version = self.talk(user, peer).raise_version()
            talk = self.talk(user, peer)
            for one in (user, peer):
                seen = [there.seen_by(one)] if there in talk.above_floor(one) else []
                assert changed_messages(self.take_told(one)) == seen
            return
        assert changed_messages(self.take_told(user)) == []

    @rule(user=users, peer=users, seqs=st.lists(places, min_size=1, max_size=4))
    def delete(self, user: str, peer: str, seqs: list[int]) -> None:
        assert self.call(user, "deleteMessages", userID=peer, seqList=seqs) == {}
        if peer == user:
            return
        talk = self.talk(user, peer)
        going = [told for told in talk.visible(user) if told.seq in seqs]
        for told in going:
            told.hidden[user] = talk.raise_own(user)
        pushes = self.take_told(user)
        assert changed_messages(pushes) == [told.seen_by(user) for told in going]
        assert changed_conversations(pushes) == ([talk.seen_by(user, peer)] if going else [])
        assert self.take_told(peer) == []

    @rule(user=users, peer=users, up_to=places)
    def read(self, user: str, peer: str, up_to: int) -> None:
        answer = self.call(
            user,
            "cleanConversationUnreadMessageCount",
            conversationID=f"c2c_{peer}",
            cleanSequence=up_to,
        )
        assert answer == {}
        if peer == user:
            return
        talk = self.talk(user, peer)
        end = min(up_to or len(talk.messages), len(talk.messages))
        self.expect_read(talk, user, peer, end)

    def expect_read(
        self, talk: Talk, user: str, peer: str, end: int, *, is_counted: bool = True
    ) -> None:
        """Expect a push to the other user if any message is newly read."""
        is_news = end > talk.read.get(user, 0)
        if is_news:
            talk.read[user] = end
            if is_counted:
                talk.raise_own(user)
            assert changed_conversations(self.take_told(user)) == [talk.seen_by(user, peer)]
        told = [(one["userID"], one["readSeq"]) for one in receipts(self.take_told(peer))]
        assert told == ([(user, end)] if is_news else [])

    @rule(user=users, peer=users, is_pinned=st.booleans())
    def pin(self, user: str, peer: str, is_pinned: bool) -> None:
        answer = self.call(
            user, "pinConversation", conversationID=f"c2c_{peer}", isPinned=is_pinned
        )
        if peer == user:
            assert answer == {"code": 20003}
            return
        talk = self.talk(user, peer)
        if is_pinned == (user in talk.pinned):
            assert answer == {}
        elif is_pinned and sum(user in one.pinned for one in self.talks.values()) == PINNED_MAX:
            assert answer == {"code": 51012}
        else:
            talk.pinned ^= {user}
            talk.raise_own(user)
            assert changed_conversations(self.take_told(user)) == [talk.seen_by(user, peer)]
        assert self.take_told(user) == []

    @rule(user=users, peers=st.lists(users, min_size=1, max_size=3), opt=st.integers(0, 2))
    def receive(self, user: str, peers: list[str], opt: int) -> None:
        answer = self.call(user, "setC2CReceiveMessageOpt", userIDList=peers, opt=opt)
        others = [peer for peer in dict.fromkeys(peers) if peer != user]
        assert answer == ({} if others else {"code": 20003})
        expected = []
        for peer in others:
            talk = self.talk(user, peer)
            if talk.opt.get(user, 0) != opt:
                talk.opt[user] = opt
                talk.raise_own(user)
                expected.append(talk.seen_by(user, peer))
        assert changed_conversations(self.take_told(user)) == expected

    @rule(user=users, peer=users)
    def delete_conversation(self, user: str, peer: str) -> None:
        assert self.call(user, "deleteConversation", conversationID=f"c2c_{peer}") == {}
        if peer == user:
            return
        talk, last = self.talk(user, peer), len(self.talk(user, peer).messages)
        is_any = last > talk.cleared.get(user, 0) or user in talk.pinned
        if is_any:
            talk.cleared[user] = last
            talk.raise_own(user)
        talk.pinned.discard(user)
        told = changed_conversations(self.core.told[SESSIONS[user]])
        assert len(told) == is_any
        for now in told:
            assert "lastMessage" not in now
            assert now.get("version", 0) == talk.version
        self.expect_read(talk, user, peer, last, is_counted=False)

    @rule(seconds=st.sampled_from([0.25, 1.0, 60.0, 100.0]))
    def wait(self, seconds: float) -> None:
        self.core.advance(seconds)

    @rule()
    def restart(self) -> None:
        self.core.restart()
        self.log_in()

    @precondition(lambda self: self.talks)
    @rule(user=users)
    def catch_up(self, user: str) -> None:
        """Sync a device's copy as the wire specifies, and compare it with the full state."""
        for peer in USERS:
            if peer == user:
                continue
            copy, version, own = self.copies.get((user, peer), ({}, 0, 0))
            is_finished = False
            while not is_finished:
                answer = self.call(
                    user,
                    "getChangedMessages",
                    userID=peer,
                    sinceVersion=version,
                    sinceOwnVersion=own,
                    count=2,
                )
                for message in answer["messageList"]:
                    assert message["version"] > version or message["ownVersion"] > own
                    copy[message["seq"]] = message
                version, own = answer["nextVersion"], answer["nextOwnVersion"]
                is_finished = answer["isFinished"]
            talk = self.talk(user, peer)
            floor = answer["clearedSeq"]
            copy = {seq: message for seq, message in copy.items() if seq > floor}
            self.copies[user, peer] = (copy, version, own)
            assert floor == talk.cleared.get(user, 0)
            assert (version, own) == (talk.version, talk.own.get(user, 0))
            assert copy == {told.seq: told.seen_by(user) for told in talk.above_floor(user)}

    @invariant()
    def lists_and_histories_are_those_of_the_model(self) -> None:
        self.core.told.clear()
        for user in USERS:
            expected = []
            for peer in USERS:
                if peer == user:
                    continue
                talk = self.talk(user, peer)
                visible = talk.visible(user)
                found = self.call(user, "getC2CHistoryMessageList", userID=peer, count=100)
                assert found["messageList"] == [told.seen_by(user) for told in visible[::-1]]
                if visible or user in talk.pinned or talk.opt.get(user, 0):
                    expected.append(talk.seen_by(user, peer))
            expected.sort(key=lambda one: one["conversationID"])
            expected.sort(key=lambda one: one.get("orderKey", 0), reverse=True)
            expected.sort(key=lambda one: one.get("isPinned", False), reverse=True)
            answer = self.call(user, "getConversationList")
            assert answer["conversationList"] == expected


@pytest.fixture(autouse=True, scope="module")
def small_limits() -> Iterator[None]:
    """Reduce the limits of the core to those of the model."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("imtui.protocol.limits.PINNED_CONVERSATIONS_MAX", PINNED_MAX)
        yield


@pytest.mark.timeout(300)
def test_random_talks_agree_with_the_model() -> None:
    run_state_machine_as_test(
        Talks,
        settings=settings(
            max_examples=150,
            stateful_step_count=50,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
