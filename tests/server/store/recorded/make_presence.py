"""What schema 1 holds: devices in every state and order, subscriptions, friends, the console."""

from tests.server.store.recorded.old_backend import SDK_APP_ID, OldBackend

PEOPLE = ("ann", "ben", "cleo", "dora", "eli", "fay", "gus", "hal", "ivy", "Zoe-1", "_x")


async def make_presence(backend: OldBackend) -> None:
    """Let accounts log in and out; those who are connected at the end are recorded as live."""
    await _register(backend)
    await _subscriptions_are_cleared(backend)
    await _leave_in_every_order(backend)
    await _be_kicked_by_the_policy(backend)
    await _befriend_and_subscribe(backend)


async def _register(backend: OldBackend) -> None:
    for user_id in PEOPLE:
        await backend.pass_time(1.25)
        # Passive logins: these accounts have never had a device.
        client = await backend.device(user_id, passive=True)
        await client.log_out()


async def _subscriptions_are_cleared(backend: OldBackend) -> None:
    eli = await backend.device("eli")
    await eli.call("subscribeUserStatus", userIDList=["ann", "ben"])
    await eli.lose()
    await backend.pass_time(600, monotonic=601)


async def _leave_in_every_order(backend: OldBackend) -> None:
    # Lost long ago, then logged out elsewhere: here the old rule and the new one disagree.
    phone = await backend.device("ann", "phone", platform="Android")
    laptop = await backend.device("ann")
    await phone.lose()
    await backend.pass_time(60)
    await laptop.log_out()
    await backend.pass_time(9 * 24 * 3600)
    # The other way round.
    phone = await backend.device("ben", "phone", platform="iPhone", deviceName="Bens Telefon ☎")
    laptop = await backend.device("ben")
    await phone.log_out()
    await backend.pass_time(60)
    await laptop.lose()
    # Logged out only, on several platforms.
    devices = [
        await backend.device("cleo", platform.lower(), platform=platform)
        for platform in ("Linux", "Mac", "Windows", "Web", "iPad")
    ]
    for device in devices:
        await backend.pass_time(0.5)
        await device.log_out()
    # In the same millisecond.
    for user_id in ("hal", "Zoe-1"):
        phone = await backend.device(user_id, "phone", platform="Android")
        laptop = await backend.device(user_id)
        leaving = [phone.lose, laptop.log_out] if user_id == "hal" else [laptop.log_out, phone.lose]
        for leave in leaving:
            await leave()
    # Lost on two platforms, the later one logged out of a third.
    for instance_id, platform in (("a", "Android"), ("b", "Web"), ("c", "Linux")):
        device = await backend.device("gus", instance_id, platform=platform)
        await backend.pass_time(30)
        await (device.log_out() if instance_id == "c" else device.lose())
    # A lost device that comes back, and one that logs out with an earlier record left behind.
    first = await backend.device("_x", "first")
    await first.lose()
    await backend.pass_time(5)
    again = await backend.device("_x", "first", resume=True)
    await backend.pass_time(5)
    await again.log_out()


async def _be_kicked_by_the_policy(backend: OldBackend) -> None:
    await backend.admin("imtui_console/set", Settings={"login_policy": "single"})
    first = await backend.device("dora", "first")
    await backend.pass_time(3)
    second = await backend.device("dora", "second")
    first.forget()
    await backend.pass_time(3)
    await second.lose()
    await backend.pass_time(3)
    # The one that was lost finds its place taken, and counts as kicked from now on.
    third = await backend.device("dora", "third")
    assert await _login_code(backend, "dora", "second") == 6208
    await backend.pass_time(3)
    await third.log_out()
    await backend.admin("imtui_console/set", Settings={"login_policy": "platform"})
    await backend.device("ivy", "desk", platform="Windows")
    old = await backend.device("ivy", "old", platform="Mac")
    await backend.pass_time(3)
    await backend.device("ivy", "new", platform="Mac")
    old.forget()


async def _login_code(backend: OldBackend, user_id: str, instance_id: str) -> int:
    client = await backend.device("fay", passive=True)
    params = {"instanceID": instance_id, "resume": True, "userSig": backend.user_sig(user_id)}
    code = await client.refused("login", sdkAppID=SDK_APP_ID, userID=user_id, **params)
    await client.log_out()
    return code


async def _befriend_and_subscribe(backend: OldBackend) -> None:
    ann = await backend.device("ann", "terminal")
    for user_id in ("ben", "cleo", "dora", "Zoe-1", "_x"):
        await ann.call("addFriend", userID=user_id)
    await ann.call("deleteFromFriendList", userIDList=["dora"])
    await ann.call("subscribeUserStatus", userIDList=["ivy", "hal", "gus", "_x", "Zoe-1"])
    await ann.call("subscribeUserStatus", userIDList=["hal"])
    await ann.call("unsubscribeUserStatus", userIDList=["gus"])
    await ann.call("setSelfStatus", customStatus="on the call")
    ben = await backend.device("ben", "desk", platform="Windows", passive=True)
    await ben.call("addFriend", userID="cleo")
    await ben.call("subscribeUserStatus", userIDList=["cleo", "ann", "fay"])
    await ben.log_out()
    await backend.admin("imtui_console/set", Settings={"auto_register": "off"})
