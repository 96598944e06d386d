"""Whatever happens to a device and its pushes, it ends up with what the backend has."""

from typing import Final

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from imtui.protocol.chat import MessageStatus
from imtui.sdk import ConversationInfo
from tests.sdk.messages.message_device import KINDS, Device, Story
from tests.sdk.messages.message_world import ME, MessageWorld

USERS: Final = ["bob", "ann"]


class StoryMachine(RuleBasedStateMachine):
    """Acts on two conversations, and checks the device after each step and at the end."""

    story: Story
    kinds: list[str]

    @initialize(
        page=st.integers(1, 4),
        kinds=st.lists(st.sampled_from(KINDS), min_size=2, max_size=7, unique=True),
    )
    def begin(self, page: int, kinds: list[str]) -> None:
        self.story = Story(Device(listed=True), page)
        # Only a few kinds for each story: with all of them, one repairs what another broke.
        self.kinds = ["in", *kinds]

    @rule(which=st.integers(0, 20), user_id=st.sampled_from(USERS), number=st.integers(0, 7))
    def act(self, which: int, user_id: str, number: int) -> None:
        self.story.act(self.kinds[which % len(self.kinds)], user_id, number)
        # Without a loss nothing is fetched: neither for actions of this account, here or
        # elsewhere, nor for deletions by the other member.
        assert set(self.story.device.state.behind()) <= self.story.may_lack

    def teardown(self) -> None:
        if hasattr(self, "story"):
            check_the_end(self.story)


TestStory = StoryMachine.TestCase
TestStory.settings = settings(deadline=None, max_examples=200, stateful_step_count=40)


def check_the_end(story: Story) -> None:
    """Sync the device, and compare its state and its events with the backend."""
    device = story.device
    if story.needs_list:
        device.take_list(story.world)
    device.fetch(story.world)
    for user_id in USERS:
        check_conversation(story, user_id)
    assert len(set(device.sent)) == len(device.sent)
    visible = [m for talk in story.world.talks.values() for m in talk.history(None)]
    assert set(device.sent) >= {m.msg_id for m in visible if m.msg_id in story.here}
    # A deletion may be reported again after its whole conversation was forgotten.
    recalled = [
        (m.peer(ME), m.seq) for m in device.changed if m.status is MessageStatus.LOCAL_REVOKED
    ]
    assert len(set(recalled)) == len(recalled)
    edited = [
        (m.peer(ME), m.seq, m.version)
        for m in device.changed
        if m.status is MessageStatus.SEND_SUCC
    ]
    assert len(set(edited)) == len(edited)
    assert set(edited) <= story.edits
    assert not device.state.behind()
    assert device.state.total_unread == sum(
        info.unread_count for info in device.state.all() if not info.recv_opt
    )


def check_conversation(story: Story, user_id: str) -> None:
    device, talk = story.device, story.world.talk(user_id)
    want, have = expected(story.world, user_id), device.state.get(user_id)
    if not want.is_listed:
        assert have is None
    else:
        assert have is not None
        assert have == msgspec.structs.replace(want, version=have.version)
    seqs = device.seqs(user_id)
    assert len(set(seqs)) == len(seqs)
    assert seqs == sorted(seqs)
    seen = {message.seq: message for message in talk.history(None)}
    lasting = [m for m in seen.values() if m.status is MessageStatus.SEND_SUCC]
    assert {m.seq for m in lasting if m.msg_id not in story.here} <= set(seqs)
    assert device.kept(user_id) == {seq: (m.text, m.status) for seq, m in seen.items()}
    shown = {seq: device.shown[user_id, seq] for seq in seen if (user_id, seq) in device.shown}
    assert shown == {seq: seen[seq].text for seq in shown}
    assert device.floor_of_cache(user_id) > device.state.cleared_seq(user_id)


def expected(world: MessageWorld, user_id: str) -> ConversationInfo:
    return msgspec.convert(
        {
            **msgspec.structs.asdict(world.talk(user_id).conversation()),
            "user_id": user_id,
        },
        ConversationInfo,
        from_attributes=True,
    )
