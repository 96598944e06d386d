"""Short words for what tests of friendship do again and again."""

from .raw_client import JSON, Push
from .world import Client, only

ANY, CONFIRM, DENY = 0, 1, 2
CAME_IN, SENT_OUT = 1, 2


async def allow(client: Client, allow_type: int) -> None:
    """Choose who becomes a friend by asking."""
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
    """Return one friend without their status."""
    (found,) = [one for one in await friends(client) if one["userID"] == user_id]
    return {name: value for name, value in found.items() if name != "userStatus"}


async def names(client: Client) -> list[str]:
    """Return who is in the friend list."""
    return [one["userID"] for one in await friends(client)]


async def requests(client: Client) -> list[tuple[str, int, str]]:
    """Return the friend requests in short: the other one, the way, the wording."""
    answer = await client.call("getFriendApplicationList")
    return [
        (one["userID"], one["type"], one.get("addWording", ""))
        for one in answer["friendApplicationList"]
    ]


async def unread(client: Client) -> int:
    """Return how many friend requests are unread."""
    return int((await client.call("getFriendApplicationList"))["unreadCount"])


async def blocked(client: Client) -> list[str]:
    """Return who is blocked."""
    found: list[str] = (await client.call("getBlackList"))["userIDList"]
    return found


async def groups(client: Client) -> dict[str, int]:
    """Return the friend groups, each with how many friends are in it."""
    answer = await client.call("getFriendGroups")
    return {one["groupName"]: one["friendCount"] for one in answer["friendGroupList"]}


def named(pushes: list[Push], method: str) -> list[str]:
    """Return the users whom the pushes of one kind name."""
    told = only(pushes, method)
    return [user_id for params in told for user_id in params["userIDList"]]


def requested(pushes: list[Push]) -> list[JSON]:
    """Return the friend requests that were told."""
    told = only(pushes, "onFriendApplicationListAdded")
    return [one for params in told for one in params["friendApplicationList"]]


def infos(pushes: list[Push], method: str) -> list[JSON]:
    """Return the friends that the pushes of one kind tell of."""
    return [one for params in only(pushes, method) for one in params["friendInfoList"]]
