"""What schema 4 adds: what the REST API does to messages, conversations, accounts and friends."""

import base64
from typing import Any

from tests.conformance.worlds.raw_client import JSON
from tests.server.store.recorded.old_backend import Device, OldBackend

NOBODY = "never-there"
DELETED = ("gone", "gone-twice")


class Admin:
    """What an admin does to messages, and the keys of those that were sent."""

    def __init__(self, backend: OldBackend) -> None:
        """Act on a backend."""
        self._backend = backend
        self._random = 100

    async def send(self, sender: str, receiver: str, text: str, **more: Any) -> str:
        """Send a message for an account, and return its key."""
        self._random += 1
        given: JSON = {"MsgBody": [element("Text", Text=text)], "MsgRandom": self._random, **more}
        answer = await self._backend.admin(
            "openim/sendmsg", From_Account=sender, To_Account=receiver, **given
        )
        return str(answer["MsgKey"])

    async def bring(self, sender: str, receiver: str, age: int, sync: int, text: str) -> None:
        """Import a message that is so many seconds old."""
        self._random += 1
        await self._backend.admin(
            "openim/importmsg",
            From_Account=sender,
            To_Account=receiver,
            SyncFromOldSystem=sync,
            MsgTimeStamp=self._backend.unix_ms // 1000 - age,
            MsgRandom=self._random,
            MsgBody=[element("Text", Text=text)],
        )

    async def unlist(self, owner: str, peer: str, *, clear: int = 0) -> None:
        """Take a conversation off a list, with its messages or not."""
        await self._backend.admin(
            "recentcontact/delete", From_Account=owner, To_Account=peer, Type=1, ClearRamble=clear
        )


def element(kind: str, **content: Any) -> JSON:
    """Return an element of a message body."""
    return {"MsgType": f"TIM{kind}Elem", "MsgContent": content}


async def make_by_admin(backend: OldBackend) -> list[str]:
    """Let an admin act, and return the UserSigs of ``jon`` that were used as he was kicked."""
    admin = Admin(backend)
    await backend.admin("imtui_console/set", Settings={"auto_register": "on"})
    people = {
        user_id: await backend.device(user_id, "watched", platform="Mac")
        for user_id in ("ann", "ben", "cleo", "dora", "hal", "jon")
    }
    await _import_accounts(backend)
    await _send_out_of_the_ordinary(admin)
    await _send_elements(admin, backend)
    await _import_messages(admin, backend)
    await _unlist(admin, backend, people)
    await _hide_from_the_sender(admin, people["hal"])
    await _send_long_ones(backend, people["jon"])
    await _withdraw_and_read(admin, backend)
    await _note_and_group(backend)
    await _set_portraits(backend)
    await _delete_accounts(admin, backend, people)
    used = await _kick(backend)
    for user_id in ("ben", "cleo"):
        await people[user_id].log_out()
    await people["dora"].lose()
    await backend.admin("imtui_console/set", Settings={"auto_register": "off"})
    return used


async def _import_accounts(backend: OldBackend) -> None:
    await backend.admin("im_open_login_svc/account_import", UserID="kim", Nick="Kim", FaceUrl="k")
    accounts = ["lea", "again", *DELETED]
    await backend.admin("im_open_login_svc/multiaccount_import", Accounts=accounts)
    await backend.pass_time(2)


async def _send_out_of_the_ordinary(admin: Admin) -> None:
    await admin.send("ann", "gus", "plain")
    await admin.send("ann", "gus", "not counted", SendMsgControl=["NoUnread"])
    await admin.send("ann", "gus", "not the last", SendMsgControl=["NoLastMsg"])
    await admin.send("ann", "gus", "neither", SendMsgControl=["NoUnread", "NoLastMsg"])
    # In no list, though there are messages, of which one is unread.
    await admin.send("eli", "fay", "not the last", SendMsgControl=["NoLastMsg"])
    await admin.send("eli", "fay", "neither", SendMsgControl=["NoUnread", "NoLastMsg"])
    # Of the admin, who is registered by it; given a name, and online-only.
    await admin.send("administrator", "lea", "hello", MsgSeq=7, CloudCustomData="'of the app'")
    await admin.send("administrator", "ben", "nobody keeps it", MsgLifeTime=0)


async def _send_elements(admin: Admin, backend: OldBackend) -> None:
    image = {"Type": 1, "Size": 5, "Width": 2, "Height": 3, "URL": "https://x.example/a.png"}
    bodies = [
        [element("Text", Text="first"), element("Text", Text="second 'quoted'")],
        [element("Custom", Data="d", Desc="described", Ext="e", Sound="s.aiff")],
        [element("Custom", Data="only data é")],
        [element("Text", Text="look:"), element("Image", UUID="u", ImageInfoArray=[image])],
        [element("Location", Desc="here", Latitude=47.5, Longitude=8.25)],
        [element("Face", Index=3, Data="smile")],
        [element("File", Url="https://x.example/f", FileName="f.txt", FileSize=9)],
    ]
    for body in bodies:
        await admin.send("lea", "kim", "", MsgBody=body)
        await backend.pass_time(0.3)
    await backend.admin(
        "openim/batchsendmsg",
        From_Account="lea",
        To_Account=["ann", "ben", NOBODY],
        MsgRandom=1,
        MsgBody=[element("Text", Text="to all")],
    )


async def _import_messages(admin: Admin, backend: OldBackend) -> None:
    # The first ones of a conversation, then older and newer ones than what is there.
    await admin.bring("gus", "ivy", 5000, 1, "the first one")
    await admin.bring("ivy", "gus", 4000, 2, "newer, not counted")
    await admin.bring("gus", "ivy", 9000, 1, "older than all")
    await admin.bring("ivy", "gus", 9000, 2, "as old")
    await admin.send("gus", "ivy", "said now")
    await admin.bring("ivy", "gus", 3000, 1, "older again")
    await admin.bring("ivy", "gus", 4000, 1, "in the second of another one")
    await admin.bring("gus", "ivy", 0, 1, "of this second")
    await backend.pass_time(3)


async def _unlist(admin: Admin, backend: OldBackend, people: dict[str, Device]) -> None:
    ann, ben, cleo, dora = (people[name] for name in ("ann", "ben", "cleo", "dora"))
    fay = await backend.device("fay", passive=True)
    for number in range(4):
        for sender in (ann, ben, cleo, dora):
            await sender.say("fay", f"{sender.user_id} {number}")
        for user_id in ("lea", "kim"):
            await admin.send(user_id, "fay", f"{user_id} {number}")
    # With nothing afterwards.
    await admin.unlist("fay", "ann")
    # With something new.
    await admin.unlist("fay", "ben")
    await ben.say("fay", "after it was taken off the list")
    # With something new that is deleted, and something old that is deleted.
    await admin.unlist("fay", "cleo")
    new = await cleo.say("fay", "will be deleted")
    await fay.call("deleteMessages", userID="cleo", seqList=[new["seq"], 2])
    # With deletions afterwards, and then something that is not the last.
    await admin.unlist("fay", "dora")
    await fay.call("deleteMessages", userID="dora", seqList=[1, 4])
    await admin.send("dora", "fay", "not the last", SendMsgControl=["NoLastMsg"])
    # Pinned before, and pinned afterwards.
    await fay.call("pinConversation", conversationID="c2c_lea", isPinned=True)
    for user_id in ("lea", "kim"):
        await admin.unlist("fay", user_id)
    await fay.call("pinConversation", conversationID="c2c_kim", isPinned=True)
    await fay.log_out()
    # With its messages, once and after it was taken off the list without them.
    await admin.unlist("cleo", "fay", clear=1)
    await admin.unlist("dora", "fay")
    await admin.unlist("dora", "fay", clear=1)


async def _hide_from_the_sender(admin: Admin, hal: Device) -> None:
    # All that there is, and one among others.
    await admin.send("cleo", "_x", "only for x", SyncOtherMachine=2)
    await hal.say("kim", "ordinary")
    await admin.send("hal", "kim", "only for kim", SyncOtherMachine=2)
    await admin.send("hal", "kim", "for both", SyncOtherMachine=1)
    await admin.send(
        "hal", "kim", "only for kim, quietly", SyncOtherMachine=2, SendMsgControl=["NoUnread"]
    )


async def _send_long_ones(backend: OldBackend, jon: Device) -> None:
    # More than fits into a page of the history that an admin asks for.
    for number in range(7):
        await jon.say("kim", f"{number} " + "0123456789" * 490)
        await backend.pass_time(0.2)
    data = base64.b64encode(b"\xf0\x9f" * 3000).decode()
    await jon.send("kim", elemType=2, data=data)


async def _withdraw_and_read(admin: Admin, backend: OldBackend) -> None:
    keys = [await admin.send("lea", "jon", f"withdrawn? {number}") for number in range(6)]
    for number in (0, 3, 5):
        await backend.admin(
            "openim/admin_msgwithdraw", From_Account="lea", To_Account="jon", MsgKey=keys[number]
        )
    await backend.pass_time(10)
    await admin.send("lea", "jon", "later")
    second = backend.unix_ms // 1000 - 5
    await backend.admin(
        "openim/admin_set_msg_read", Report_Account="jon", Peer_Account="lea", MsgReadTime=second
    )
    await backend.admin("openim/admin_set_msg_read", Report_Account="kim", Peer_Account="lea")


async def _note_and_group(backend: OldBackend) -> None:
    items: list[JSON] = [
        {"To_Account": "ann", "AddSource": "AddSource_Type_Web", "Remark": "A'nn", "AddTime": 7},
        {
            "To_Account": "ben",
            "AddSource": "AddSource_Type_Web",
            "GroupName": ["one", "two"],
            "AddWording": "words",
            "CustomItem": [{"Tag": "Tag_SNS_Custom_Color", "Value": "blue"}],
        },
    ]
    imported = {"From_Account": "kim", "AddFriendItem": items}
    await backend.admin("sns/friend_import", **imported)
    added = [{"To_Account": "kim", "AddSource": "AddSource_Type_XXX", "AddWording": "hi"}]
    await backend.admin("sns/friend_add", From_Account="jon", AddFriendItem=added)
    forced = {"AddType": "Add_Type_Single", "ForceAddFlags": 1}
    added = [{"To_Account": "cleo", "AddSource": "AddSource_Type_XXX", "GroupName": "x"}]
    await backend.admin("sns/friend_add", From_Account="jon", AddFriendItem=added, **forced)
    # A request that says from where.
    added = [{"To_Account": "eli", "AddSource": "AddSource_Type_Android", "Remark": "E"}]
    await backend.admin("sns/friend_add", From_Account="lea", AddFriendItem=added)
    noted = [
        {"Tag": "Tag_SNS_IM_Remark", "Value": "noted"},
        {"Tag": "Tag_SNS_IM_Group", "Value": ["two", "three"]},
        {"Tag": "Tag_SNS_Custom_Size", "Value": 2**63},
        {"Tag": "Tag_SNS_Custom_Color", "Value": "rot"},
    ]
    update = [{"To_Account": "ben", "SnsItem": noted}]
    await backend.admin("sns/friend_update", From_Account="kim", UpdateItem=update)
    await backend.admin("sns/black_list_add", From_Account="kim", To_Account=["cleo", "dora"])


async def _set_portraits(backend: OldBackend) -> None:
    everything: list[tuple[str, str | int]] = [
        ("IM_Nick", "Lea 'the' first"),
        ("IM_Gender", "Gender_Type_Female"),
        ("IM_BirthDay", 19991231),
        ("IM_Location", "Zürich"),
        ("IM_SelfSignature", "a\u2028b"),
        ("IM_AllowType", "AllowType_Type_NeedConfirm"),
        ("IM_Language", 4),
        ("IM_Image", "https://x.example/lea.png"),
        ("IM_MsgSettings", 1),
        ("IM_AdminForbidType", "AdminForbid_Type_SendOut"),
        ("IM_Level", 2**32 - 1),
        ("IM_Role", 3),
        ("Custom_Color", "green"),
        ("Custom_Big", 2**64 - 1),
    ]
    some: list[tuple[str, str | int]] = [("Custom_Color", "grün"), ("IM_Level", 1)]
    for user_id, values in (("lea", everything), ("_x", some)):
        items = [{"Tag": f"Tag_Profile_{tag}", "Value": value} for tag, value in values]
        await backend.admin("profile/portrait_set", From_Account=user_id, ProfileItem=items)


async def _delete_accounts(admin: Admin, backend: OldBackend, people: dict[str, Device]) -> None:
    ann, ben, cleo = people["ann"], people["ben"], people["cleo"]
    going = ("gone", "again", "gone-twice")
    for user_id in going:
        device = await backend.device(user_id, "theirs", platform="Web")
        for friend in (ann, ben, cleo):
            for number in range(3):
                await friend.say(user_id, f"to {user_id} {number}")
                await device.say(friend.user_id, f"from {user_id} {number}")
            await backend.pass_time(1)
        await device.call(
            "cleanConversationUnreadMessageCount", conversationID="c2c_ann", cleanSequence=3
        )
        await device.call("deleteMessages", userID="ben", seqList=[1, 6])
        await device.call("pinConversation", conversationID="c2c_cleo", isPinned=True)
        await device.call("addFriend", userID="ben")
        await device.call("subscribeUserStatus", userIDList=["ann", "ben"])
        await device.call("setSelfInfo", nickName="not for ever")
        await device.call("addToBlackList", userIDList=["dora"])
        await ann.call("subscribeUserStatus", userIDList=[user_id])
        await ann.call("pinConversation", conversationID=f"c2c_{user_id}", isPinned=True)
        await ben.call("setFriendInfo", userID=user_id, friendRemark="for now")
        await ben.call("deleteMessages", userID=user_id, seqList=[2])
        await cleo.call("setC2CReceiveMessageOpt", userIDList=[user_id], opt=2)
        await cleo.call("addToBlackList", userIDList=[user_id])
        await device.call("deleteConversation", conversationID="c2c_cleo")
    await _delete(backend, *going)
    await backend.pass_time(20)
    # What others do with what they kept.
    await ben.call("deleteMessages", userID="gone", seqList=[4])
    await cleo.call("deleteConversation", conversationID="c2c_gone")
    await ann.call("cleanConversationUnreadMessageCount", conversationID="c2c_gone")
    # Registered anew; one of the two is deleted once more.
    for user_id in ("again", "gone-twice"):
        await ben.refused("sendMessage", userID=user_id, msgID=f"late-{user_id}", text="too late")
        device = await backend.device(user_id, "new one", instanceID="new", platform="Web")
        await ann.say(user_id, "to the new one")
        await device.say("ben", "from the new one")
        await ben.say(user_id, "an answer")
        await device.call("deleteMessages", userID="ben", seqList=[8])
        await device.call("pinConversation", conversationID="c2c_cleo", isPinned=True)
        await device.log_out()
        await backend.pass_time(20)
    await _delete(backend, "gone-twice")
    await admin.unlist("ann", "gone-twice")


async def _delete(backend: OldBackend, *user_ids: str) -> None:
    items = [{"UserID": user_id} for user_id in user_ids]
    await backend.admin("im_open_login_svc/account_delete", DeleteItem=items)


async def _kick(backend: OldBackend) -> list[str]:
    # Connected and lost devices, and a UserSig that was used in the second of the kick.
    lost = await backend.device("jon", "lost", platform="Android")
    await lost.lose()
    await backend.pass_time(4)
    used = backend.user_sig("jon")
    await backend.device("jon", "connected", platform="iPhone")
    for user_id in ("jon", "kim", "administrator"):
        await backend.admin("im_open_login_svc/kick", UserID=user_id)
        if user_id == "administrator":
            await backend.pass_time(1.5)
    # One who comes back, and one who is kicked twice.
    device = await backend.device("kim", "back")
    await device.lose()
    await backend.pass_time(30)
    await backend.admin("im_open_login_svc/kick", UserID="lea")
    await backend.pass_time(3)
    await backend.admin("im_open_login_svc/kick", UserID="lea")
    await backend.pass_time(1.5)
    return [used]
