"""A random walk over the API: thousands of calls, of which some are refused."""

import random
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from tests.conformance.worlds.raw_client import JSON, Refused
from tests.server.store.recorded.make_by_admin import element
from tests.server.store.recorded.old_backend import Device, OldBackend

WALKERS: Final = ("amy", "Bob", "c_d", "d-e", "eva", "fin", "gil", "hui", "ida", "joy")

_SEED: Final = 20_231_114
_STEPS: Final = 4500
_PLATFORMS: Final = ("Linux", "Mac", "Windows", "Android", "iPhone", "iPad", "Web")
_WORDS: Final = ("so", "it's", "—", "läuft", "ok", '"no"', "🙂", "maybe", "later", "now")
_PAUSES: Final = (0.0, 0.0, 0.05, 0.8, 6.0, 40.0, 200.0)
_NOT_LOGGED_IN: Final = 6014


async def walk(backend: OldBackend) -> None:
    """Walk; whoever is connected at the end is recorded as such."""
    walker = _Walk(backend)
    for _ in range(_STEPS):
        await walker.step()
    await walker.delete_account(WALKERS[-1])


class _Walk:
    def __init__(self, backend: OldBackend) -> None:
        self._backend = backend
        self._random = random.Random(_SEED)
        self._devices: defaultdict[str, dict[str, Device]] = defaultdict(dict)
        self._last: defaultdict[frozenset[str], int] = defaultdict(int)
        """About how many messages each conversation has."""
        self._sent: list[tuple[str, str, str]] = []
        """Senders, receivers and message IDs."""
        self._keys: list[tuple[str, str, str]] = []
        """Senders, receivers and keys of what an admin sent."""
        self._steps: dict[Callable[[], Awaitable[object]], float] = {
            self._talk: 34,
            self._send_by_admin: 9,
            self._import_message: 3,
            self._read: 8,
            self._read_by_admin: 2,
            self._delete_some: 9,
            self._delete_beginning: 1,
            self._delete_conversation: 0.8,
            self._unlist: 2,
            self._revoke: 5,
            self._withdraw: 2,
            self._pin: 3,
            self._mute: 3,
            self._add_friend: 5,
            self._delete_friend: 3,
            self._answer_request: 1.5,
            self._describe: 3,
            self._remark: 2,
            self._group: 4,
            self._block: 1.2,
            self._subscribe: 4,
            self._leave: 5,
            self._kick: 0.4,
            self._delete_account: 0.25,
            self._restart: 0.1,
        }

    async def step(self) -> None:
        """Make a call of any kind."""
        await self._backend.pass_time(self._random.choice(_PAUSES))
        (step,) = self._random.choices([*self._steps], [*self._steps.values()])
        with suppress(Refused):
            await step()

    async def delete_account(self, user_id: str) -> None:
        """Delete an account; its next login registers it anew."""
        body = {"DeleteItem": [{"UserID": user_id}]}
        await self._backend.try_admin("im_open_login_svc/account_delete", **body)
        self._drop_devices(user_id)
        await self._backend.pass_time(1.5)

    def _pick(self, *values: Any) -> Any:
        return self._random.choice(values)

    def _two(self) -> tuple[str, str]:
        """Return two users; most write to a few others only."""
        place = self._random.randrange(len(WALKERS))
        other = (place + self._pick(1, 1, 1, 2, 2, 3, 5)) % len(WALKERS)
        two = [WALKERS[place], WALKERS[other]]
        self._random.shuffle(two)
        return two[0], two[1]

    async def _call(self, user_id: str, method: str, **params: Any) -> JSON:
        device = await self._device(user_id)
        try:
            return await device.call(method, **params)
        except Refused as error:
            if error.code == _NOT_LOGGED_IN:
                self._forget(device)
            raise

    async def _device(self, user_id: str) -> Device:
        theirs = self._devices[user_id]
        if theirs and self._random.random() < 0.9:
            return theirs[self._random.choice(sorted(theirs))]
        passive = self._random.random() < 0.2
        instance_id = "passive" if passive else self._pick("a", "b", "c")
        params = {"platform": self._pick(*_PLATFORMS), "resume": self._pick(True, False)}
        device = await self._backend.device(user_id, instance_id, passive=passive, **params)
        if instance_id in theirs:
            theirs[instance_id].forget()
        theirs[instance_id] = device
        return device

    def _forget(self, device: Device) -> None:
        theirs = self._devices[device.user_id]
        for instance_id in [one for one, known in theirs.items() if known is device]:
            theirs.pop(instance_id).forget()

    def _text(self) -> str:
        return " ".join(self._random.choices(_WORDS, k=self._random.randint(1, 4)))

    def _seq(self, one: str, other: str) -> int:
        return self._random.randint(1, self._last[frozenset((one, other))] + 1)

    async def _talk(self) -> None:
        sender, receiver = self._two()
        contents: JSON = {"text": self._text()}
        if self._random.random() < 0.1:
            contents = {"elemType": 2, "data": self._pick("AAECAw==", "/////w==", "eyJhIjogMX0=")}
        msg_id = f"{sender}{next(self._backend.numbers)}"
        result = await self._call(sender, "sendMessage", userID=receiver, msgID=msg_id, **contents)
        self._last[frozenset((sender, receiver))] = result["message"]["seq"]
        self._sent.append((sender, receiver, msg_id))

    async def _send_by_admin(self) -> None:
        sender, receiver = self._two()
        texts = [self._text() for _ in range(self._pick(1, 1, 1, 2))]
        answer = await self._backend.try_admin(
            "openim/sendmsg",
            From_Account=sender,
            To_Account=receiver,
            MsgRandom=next(self._backend.numbers),
            MsgBody=[element("Text", Text=text) for text in texts],
            SyncOtherMachine=self._pick(0, 1, 2),
            SendMsgControl=self._pick(
                [], [], ["NoUnread"], ["NoLastMsg"], ["NoUnread", "NoLastMsg"]
            ),
        )
        if answer["ErrorCode"] == 0:
            self._last[frozenset((sender, receiver))] += 1
            self._keys.append((sender, receiver, answer["MsgKey"]))

    async def _import_message(self) -> None:
        sender, receiver = self._two()
        answer = await self._backend.try_admin(
            "openim/importmsg",
            From_Account=sender,
            To_Account=receiver,
            SyncFromOldSystem=self._pick(1, 2),
            MsgTimeStamp=self._backend.unix_ms // 1000 - self._pick(0, 5, 500, 50_000),
            MsgRandom=next(self._backend.numbers),
            MsgBody=[element("Text", Text=self._text())],
        )
        self._last[frozenset((sender, receiver))] += answer["ErrorCode"] == 0

    async def _read(self) -> None:
        one, other = self._two()
        up_to = self._pick(0, self._seq(one, other))
        params: JSON = {"conversationID": f"c2c_{other}", "cleanSequence": up_to}
        await self._call(one, "cleanConversationUnreadMessageCount", **params)

    async def _read_by_admin(self) -> None:
        one, other = self._two()
        second = self._backend.unix_ms // 1000 - self._pick(0, 3, 300)
        params: JSON = {"Report_Account": one, "Peer_Account": other, "MsgReadTime": second}
        await self._backend.try_admin("openim/admin_set_msg_read", **params)

    async def _delete_some(self) -> None:
        one, other = self._two()
        seqs = [self._seq(one, other) for _ in range(self._random.randint(1, 6))]
        await self._call(one, "deleteMessages", userID=other, seqList=seqs)

    async def _delete_beginning(self) -> None:
        one, other = self._two()
        seqs = range(1, min(self._seq(one, other), 50) + 1)
        await self._call(one, "deleteMessages", userID=other, seqList=[*seqs])

    async def _delete_conversation(self) -> None:
        one, other = self._two()
        await self._call(one, "deleteConversation", conversationID=f"c2c_{other}")

    async def _unlist(self) -> None:
        one, other = self._two()
        body: JSON = {"From_Account": one, "To_Account": other, "Type": 1}
        clear = self._pick(0, 0, 0, 1)
        await self._backend.try_admin("recentcontact/delete", **body, ClearRamble=clear)

    async def _revoke(self) -> None:
        if self._sent:
            sender, receiver, msg_id = self._random.choice(self._sent[-5:])
            await self._call(sender, "revokeMessage", userID=receiver, msgID=msg_id)

    async def _withdraw(self) -> None:
        if self._keys:
            sender, receiver, key = self._random.choice(self._keys)
            body: JSON = {"From_Account": sender, "To_Account": receiver, "MsgKey": key}
            await self._backend.try_admin("openim/admin_msgwithdraw", **body)

    async def _pin(self) -> None:
        one, other = self._two()
        is_pinned = self._pick(True, True, False)
        await self._call(one, "pinConversation", conversationID=f"c2c_{other}", isPinned=is_pinned)

    async def _mute(self) -> None:
        one, other = self._two()
        opt = self._pick(0, 1, 2)
        await self._call(one, "setC2CReceiveMessageOpt", userIDList=[other], opt=opt)

    async def _add_friend(self) -> None:
        one, other = self._two()
        more = self._pick({}, {"friendRemark": self._text()}, {"friendGroup": self._pick("x", "y")})
        params: JSON = {"addWording": self._text(), "addType": self._pick(1, 2), **more}
        await self._call(one, "addFriend", userID=other, **params)

    async def _delete_friend(self) -> None:
        one, other = self._two()
        kind = self._pick(1, 2)
        await self._call(one, "deleteFromFriendList", userIDList=[other], deleteType=kind)

    async def _answer_request(self) -> None:
        one, _ = self._two()
        listed = await self._call(one, "getFriendApplicationList")
        requests = listed["friendApplicationList"]
        if requests and self._random.random() < 0.7:
            method = self._pick("accept", "refuse", "delete")
            user_id = self._random.choice(requests)["userID"]
            await self._call(one, f"{method}FriendApplication", userID=user_id)
        else:
            await self._call(one, "setFriendApplicationRead")

    async def _describe(self) -> None:
        one, _ = self._two()
        if self._random.random() < 0.5:
            await self._call(one, "setSelfInfo", nickName=self._text(), allowType=self._pick(0, 1))
            return
        items = [
            {"Tag": "Tag_Profile_IM_Level", "Value": self._random.randrange(9)},
            {"Tag": "Tag_Profile_Custom_Mood", "Value": self._pick("", "good", 7)},
        ]
        body: JSON = {"From_Account": one, "ProfileItem": items}
        await self._backend.try_admin("profile/portrait_set", **body)

    async def _remark(self) -> None:
        one, other = self._two()
        remark = self._pick("", self._text())
        await self._call(one, "setFriendInfo", userID=other, friendRemark=remark)

    async def _group(self) -> None:
        one, other = self._two()
        name, members = self._pick("x", "y", "z"), [other]
        method, params = self._pick(
            ("createFriendGroup", {"groupName": name, "userIDList": members}),
            ("addFriendsToFriendGroup", {"groupName": name, "userIDList": members}),
            ("deleteFriendsFromFriendGroup", {"groupName": name, "userIDList": members}),
            ("renameFriendGroup", {"oldName": name, "newName": self._pick("x", "y", "z")}),
            ("deleteFriendGroup", {"groupNameList": [name]}),
        )
        await self._call(one, method, **params)

    async def _block(self) -> None:
        one, other = self._two()
        method = self._pick("addToBlackList", "deleteFromBlackList", "deleteFromBlackList")
        await self._call(one, method, userIDList=[other])

    async def _subscribe(self) -> None:
        one, other = self._two()
        method = self._pick("subscribe", "subscribe", "unsubscribe")
        await self._call(one, f"{method}UserStatus", userIDList=[other, self._two()[0]])

    async def _leave(self) -> None:
        connected = [theirs for _, theirs in sorted(self._devices.items()) if theirs]
        if connected:
            theirs = self._random.choice(connected)
            device = theirs.pop(self._random.choice(sorted(theirs)))
            is_lost = self._random.random() < 0.4
            try:
                await (device.lose() if is_lost else device.log_out())
            except Refused:
                device.forget()

    async def _kick(self) -> None:
        one, _ = self._two()
        await self._backend.try_admin("im_open_login_svc/kick", UserID=one)
        self._drop_devices(one)
        await self._backend.pass_time(1.5)

    async def _delete_account(self) -> None:
        await self.delete_account(self._pick(*WALKERS[-3:]))

    def _drop_devices(self, user_id: str) -> None:
        for device in self._devices.pop(user_id, {}).values():
            device.forget()

    async def _restart(self) -> None:
        await self._backend.restart()
        self._devices.clear()
