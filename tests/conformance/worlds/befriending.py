"""Helpers for tests of friendship."""

from .raw_client import JSON, Push
from .world import Client, only

ANY, CONFIRM, DENY = 0, 1, 2
CAME_IN, SENT_OUT = 1, 2


async def allow(client: Client, allow_type: int) -> None:
    """Set how a user answers friend requests."""
    assert await client.call("setSelfInfo", allowType=allow_type) == {}
    await client.told()


async def friends(client: Client) -> list[JSON]:
    """Return the whole friend list."""
    listed: list[JSON] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await client.call("getFriendList", cursor=cursor)
        listed += page["friendInfoList"]
        cursor = page["nextCursor"]
    return listed


async def friend(client: Client, user_id: str) -> JSON:
    """Return a friend without the status."""
    (found,) = [one for one in await friends(client) if one["userID"] == user_id]
    return {name: value for name, value in found.items() if name != "userStatus"}


async def names(client: Client) -> list[str]:
    """Return the user IDs in the friend list."""
    return [one["userID"] for one in await friends(client)]


async def requests(client: Client) -> list[tuple[str, int, str]]:
    """Return the friend requests in short: user ID, direction and wording."""
    answer = await client.call("getFriendApplicationList")
    return [
        (one["userID"], one["type"], one.get("addWording", ""))
        for one in answer["friendApplicationList"]
    ]


async def unread(client: Client) -> int:
    """Return the number of unread friend requests."""
    return int((await client.call("getFriendApplicationList"))["unreadCount"])


async def blocked(client: Client) -> list[str]:
    """Return the blocked user IDs."""
    found: list[str] = (await client.call("getBlackList"))["userIDList"]
    return found


async def block(client: Client, *user_ids: str) -> None:
    """Block users."""
    assert await client.call("addToBlackList", userIDList=list(user_ids)) == {}


async def unblock(client: Client, *user_ids: str) -> None:
    """Unblock users."""
    assert await client.call("deleteFromBlackList", userIDList=list(user_ids)) == {}


async def groups(client: Client) -> dict[str, int]:
    """Return the number of friends by friend group."""
    answer = await client.call("getFriendGroups")
    return {one["groupName"]: one["friendCount"] for one in answer["friendGroupList"]}


def named(pushes: list[Push], method: str) -> list[str]:
    """Return the user IDs in the pushes of one kind."""
    told = only(pushes, method)
    return [user_id for params in told for user_id in params["userIDList"]]


def requested(pushes: list[Push]) -> list[JSON]:
    """Return the friend requests in pushes."""
    told = only(pushes, "onFriendApplicationListAdded")
    return [one for params in told for one in params["friendApplicationList"]]


def infos(pushes: list[Push], method: str) -> list[JSON]:
    """Return the friends in the pushes of one kind."""
    return [one for params in only(pushes, method) for one in params["friendInfoList"]]
