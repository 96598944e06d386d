"""What schema 3 adds: friend requests, remarks, groups, blocklists and profiles."""

from tests.server.store.recorded.old_backend import Device, OldBackend

_ASKED = 30539
_DENIED = 30516
_BLOCKED = 20007


async def make_friendships(backend: OldBackend) -> None:
    """Let accounts ask each other, sort their friends, block, and say who they are."""
    people = {
        user_id: await backend.device(user_id, "social", platform="iPad")
        for user_id in ("ann", "ben", "cleo", "eli", "gus", "hal", "ivy", "_x")
    }
    await _introduce(people)
    await _ask(backend, people)
    await _sort_friends(people["ann"])
    await _block(backend, people)
    await people["gus"].lose()
    await backend.pass_time(7)
    await people["hal"].log_out()


async def _introduce(people: dict[str, Device]) -> None:
    await people["ann"].call(
        "setSelfInfo", nickName="Ann 安", selfSignature="it's me; 'really'", allowType=1
    )
    await people["cleo"].call("setSelfInfo", nickName="Cleo", allowType=2)
    await people["eli"].call("setSelfInfo", allowType=1)
    await people["gus"].call("setSelfInfo", nickName="Gus", selfSignature="x" * 500)
    await people["gus"].call("setSelfInfo", nickName="")


async def _ask(backend: OldBackend, people: dict[str, Device]) -> None:
    async def asks(user_id: str, other: str, **params: str) -> None:
        code = await people[user_id].refused("addFriend", userID=other, **params)
        assert code == _ASKED, code
        await backend.pass_time(2)

    # Read ones and unread ones, both ways, the same one again, and two in one millisecond.
    await asks("gus", "ann", addWording="let me in", friendRemark="Annie", friendGroup="new")
    await asks("hal", "ann", addWording="me too")
    await people["ann"].call("setFriendApplicationRead")
    await asks("ivy", "ann")
    await asks("gus", "ann", addWording="please", friendRemark="Ann")
    await asks("gus", "eli")
    for user_id in ("hal", "ivy"):
        await people[user_id].refused("addFriend", userID="eli", addWording="at once")
    await people["eli"].call("setFriendApplicationRead")
    assert await people["hal"].refused("addFriend", userID="cleo") == _DENIED
    await asks("ann", "eli", addWording="both ways")
    await asks("_x", "eli", friendRemark="Eli'", friendGroup="asked")
    await people["eli"].call("acceptFriendApplication", userID="_x", friendRemark="the x")
    await people["eli"].call("refuseFriendApplication", userID="ivy")
    await people["gus"].call("addFriend", userID="_x", addType=1)


async def _sort_friends(ann: Device) -> None:
    await ann.call("setFriendInfo", userID="ben", friendRemark="Benjamin 🐻")
    await ann.call("setFriendInfo", userID="cleo", friendRemark="C")
    await ann.call("setFriendInfo", userID="cleo", friendRemark="")
    await ann.call("createFriendGroup", groupName="work", userIDList=["ben", "cleo"])
    await ann.call("createFriendGroup", groupName="empty")
    await ann.call("createFriendGroup", groupName="a first", userIDList=["ben"])
    await ann.call("createFriendGroup", groupName="gone", userIDList=["Zoe-1"])
    await ann.call("renameFriendGroup", oldName="work", newName="Büro")
    await ann.call("addFriendsToFriendGroup", groupName="empty", userIDList=["_x"])
    await ann.call("deleteFriendsFromFriendGroup", groupName="empty", userIDList=["_x"])
    await ann.call("deleteFriendGroup", groupNameList=["gone"])


async def _block(backend: OldBackend, people: dict[str, Device]) -> None:
    # Both have written before; the friendship and a request end.
    await people["ben"].say("hal", "before the block")
    await people["hal"].say("ben", "an answer")
    await people["ben"].call("addFriend", userID="hal")
    await people["ben"].call("addToBlackList", userIDList=["hal", "gus"])
    assert await people["hal"].refused("sendMessage", userID="ben", msgID="m", text="x") == _BLOCKED
    await people["ben"].say("hal", "whoever blocks can write")
    await backend.pass_time(100)
    await people["ivy"].call("addToBlackList", userIDList=["cleo", "ann", "_x"])
    await people["ivy"].call("deleteFromBlackList", userIDList=["cleo"])
    await people["ivy"].call("addToBlackList", userIDList=["fay", "cleo"])
    await people["ivy"].call("deleteFromBlackList", userIDList=["fay"])
    # Both ways, with a subscription that stays.
    await people["cleo"].call("addToBlackList", userIDList=["ivy"])
