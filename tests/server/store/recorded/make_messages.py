"""What schema 2 adds: messages, and what the two of a conversation do with them."""

import base64

from tests.server.store.recorded.old_backend import Device, OldBackend

_TEXTS = (
    "good morning",
    "it's \"quoted\"; -- isn't it?",
    "zwei\nZeilen\tund ein Tab",
    "日本語 👩‍👩‍👧‍👦 🇨🇭",
    "\u2028 a line separator \u202e and bidi",
)


async def make_messages(backend: OldBackend) -> None:
    """Let accounts write, read, recall and delete in every way that clients can."""
    people = {
        user_id: await backend.device(user_id, "talking", platform="Web")
        for user_id in ("ann", "ben", "cleo", "dora", "eli", "fay", "gus", "hal", "Zoe-1", "_x")
    }
    await _delete_a_beginning(backend, people["ann"], people["ben"])
    await _delete_here_and_there(backend, people["ann"], people["cleo"])
    await _delete_conversations(backend, people["ann"], people["dora"], people["eli"])
    await _delete_the_newest(backend, people["ben"], people["cleo"])
    await _recall(backend, people["ben"], people["dora"])
    await _read_a_part(backend, people["ben"], people["eli"])
    await _pin_and_mute(backend, people)
    await _send_all_kinds(backend, people["Zoe-1"], people["_x"])
    await _delete_one_by_one(backend, people["dora"], people["eli"])
    await _delete_on_both_sides(backend, people["ann"], people["Zoe-1"], people["_x"])
    await backend.pass_time(5)
    for user_id in ("eli", "fay", "gus", "Zoe-1", "_x"):
        await people[user_id].log_out()
    for user_id in ("cleo", "hal"):
        await people[user_id].lose()


async def _talk(backend: OldBackend, one: Device, other: Device, count: int) -> None:
    for number in range(count):
        sender, receiver = (other, one) if number % 3 == 2 else (one, other)
        await sender.say(receiver.user_id, f"{_TEXTS[number % len(_TEXTS)]} {number}")
        await backend.pass_time(0.4 if number % 2 else 61.7)


async def _delete(device: Device, user_id: str, *seqs: int) -> None:
    await device.call("deleteMessages", userID=user_id, seqList=list(seqs))


async def _read(device: Device, user_id: str, up_to: int = 0) -> None:
    await device.call(
        "cleanConversationUnreadMessageCount", conversationID=f"c2c_{user_id}", cleanSequence=up_to
    )


async def _delete_a_beginning(backend: OldBackend, ann: Device, ben: Device) -> None:
    await _talk(backend, ann, ben, 17)
    await _delete(ann, "ben", 1, 2, 3, 4, 5)
    await _read(ben, "ann", 4)
    await _delete(ben, "ann", 1, 2)
    await _read(ann, "ben")


async def _delete_here_and_there(backend: OldBackend, ann: Device, cleo: Device) -> None:
    await _talk(backend, ann, cleo, 11)
    await _delete(ann, "cleo", 8, 2, 5)
    # Unread ones as well, and one that both have deleted.
    await _delete(cleo, "ann", 5, 7, 10)
    await _talk(backend, cleo, ann, 3)
    await _delete(ann, "cleo", 12)


async def _delete_conversations(
    backend: OldBackend, ann: Device, dora: Device, eli: Device
) -> None:
    await _talk(backend, ann, dora, 5)
    await _read(dora, "ann", 2)
    await dora.call("pinConversation", conversationID="c2c_ann", isPinned=True)
    await dora.call("deleteConversation", conversationID="c2c_ann")
    await backend.pass_time(10)
    await ann.say("dora", "new after the deletion")
    await ann.say("dora", "and another one")
    await dora.say("ann", "an answer")
    # One that was never read, with nothing afterwards.
    for number in range(4):
        await ann.say("eli", f"unread {number}")
    await eli.call("deleteConversation", conversationID="c2c_ann")


async def _delete_the_newest(backend: OldBackend, ben: Device, cleo: Device) -> None:
    await _talk(backend, ben, cleo, 6)
    await _delete(ben, "cleo", 6)
    await _delete(cleo, "ben", 5, 6)
    # Twice deleted in whole, with something new in between.
    await cleo.call("deleteConversation", conversationID="c2c_ben")
    await ben.say("cleo", "between the deletions")
    await cleo.call("deleteConversation", conversationID="c2c_ben")
    await ben.say("cleo", "after both of them")


async def _recall(backend: OldBackend, ben: Device, dora: Device) -> None:
    sent = [await ben.say("dora", f"to be recalled? {number}") for number in range(8)]
    await _read(dora, "ben", 3)

    async def recall(number: int) -> None:
        await ben.call("revokeMessage", userID="dora", msgID=sent[number]["msgID"])

    # Read ones, an unread one, the newest one, and one that its receiver has deleted already.
    await _delete(dora, "ben", 5)
    for number in (1, 2, 4, 5, 7):
        await recall(number)
    # Recalled, then deleted by the receiver, by the sender, by both.
    await _delete(dora, "ben", 3, 6)
    await _delete(ben, "dora", 2, 6)
    await backend.pass_time(125)
    late = await ben.refused("revokeMessage", userID="dora", msgID=sent[0]["msgID"])
    assert late == 20016


async def _read_a_part(backend: OldBackend, ben: Device, eli: Device) -> None:
    for number in range(6):
        await ben.say("eli", f"part {number}")
        await backend.pass_time(1)
    await _read(eli, "ben", 3)
    await eli.say("ben", "one back")
    await _delete(eli, "ben", 5)
    # The wall clock is put back: no message is told as earlier than the one before.
    await backend.pass_time(-40)
    await ben.say("eli", "after the clock was put back")
    await backend.pass_time(41)


async def _pin_and_mute(backend: OldBackend, people: dict[str, Device]) -> None:
    # Without any message.
    await people["fay"].call("pinConversation", conversationID="c2c_gus", isPinned=True)
    await people["hal"].call("setC2CReceiveMessageOpt", userIDList=["gus", "cleo"], opt=1)
    await people["hal"].call("setC2CReceiveMessageOpt", userIDList=["ivy", "fay"], opt=2)
    await people["hal"].call("setC2CReceiveMessageOpt", userIDList=["fay"], opt=0)
    await people["gus"].call("pinConversation", conversationID="c2c_fay", isPinned=True)
    await people["gus"].call("pinConversation", conversationID="c2c_fay", isPinned=False)
    # With messages.
    await people["ben"].call("pinConversation", conversationID="c2c_ann", isPinned=True)
    await people["ann"].call("pinConversation", conversationID="c2c_ivy", isPinned=True)
    await people["ann"].call("pinConversation", conversationID="c2c_dora", isPinned=True)
    await people["cleo"].call("setC2CReceiveMessageOpt", userIDList=["ann"], opt=2)
    await people["dora"].call("setC2CReceiveMessageOpt", userIDList=["ben"], opt=1)
    await people["ben"].say("dora", "kept without a push")
    # Muted, written to, and deleted: it stays in the list without a message.
    await people["gus"].call("setC2CReceiveMessageOpt", userIDList=["hal"], opt=2)
    await people["hal"].say("gus", "muted")
    await people["gus"].call("deleteConversation", conversationID="c2c_hal")
    # All messages deleted one by one: it leaves the list.
    await people["fay"].say("hal", "the only one")
    await _delete(people["hal"], "fay", 1)
    await backend.pass_time(1)


async def _send_all_kinds(backend: OldBackend, zoe: Device, x: Device) -> None:
    for data in (b"\x00\xff\xfe binary \x80", b'{"json": "of an app"}', bytes(range(256))):
        await zoe.send("_x", elemType=2, data=base64.b64encode(data).decode())
    reply = '{"messageReply": {"messageID": "m", "messageSender": "_x", "messageAbstract": "…"}}'
    await x.say("Zoe-1", "a reply", cloudCustomData=reply)
    await zoe.send("_x", elemType=2, data="AA==", cloudCustomData="'beside data'")
    # The same one again makes no second message, and an online-only one is kept nowhere.
    again = {"msgID": "the-same", "text": "once"}
    assert await x.send("Zoe-1", **again) == await x.send("Zoe-1", **again)
    await x.say("Zoe-1", "typing", onlineUserOnly=True)
    # A name as the REST API gives it, but of a client.
    await x.say("Zoe-1", "named like one of an admin", msgID="r1-2-3-Zoe-1")
    # Many in one millisecond, and many of one second.
    for number in range(4):
        await zoe.say("_x", f"at once {number}")
    for number in range(5):
        await backend.pass_time(0.1)
        await x.say("Zoe-1", f"in one second {number}")
    await _read(zoe, "_x")
    await _delete(x, "Zoe-1", 1, 9)


async def _delete_one_by_one(backend: OldBackend, dora: Device, eli: Device) -> None:
    # A beginning in an order of its own, so that versions and places differ.
    await _talk(backend, dora, eli, 9)
    for seq in (4, 1, 3, 2, 6):
        await _delete(eli, "dora", seq)
    await _delete(dora, "eli", 9, 8)
    await dora.call("deleteConversation", conversationID="c2c_eli")
    await eli.say("dora", "the list has it again")
    await _delete(dora, "eli", 10)


async def _delete_on_both_sides(backend: OldBackend, ann: Device, zoe: Device, x: Device) -> None:
    # Everything, and everything before a new message; one side clears, the other one deletes.
    for other in (zoe, x):
        await _talk(backend, ann, other, 4)
        await _read(other, "ann", 1)
        await other.call("deleteConversation", conversationID="c2c_ann")
        await _delete(ann, other.user_id, 1, 2, 3, 4)
    await ann.say("_x", "anew")
