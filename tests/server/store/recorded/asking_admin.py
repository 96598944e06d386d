"""Asks a running backend everything that an admin can ask over the REST API."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from imtui.protocol.usersig import sign
from tests.conformance.worlds.raw_client import JSON

ADMIN = "administrator"
TOO_OFTEN = 60007

# Small, so that there are several pages.
ACCOUNTS_PAGE = 4
ROAM_PAGE = 4
BLACK_LIST_PAGE = 2

_UNREAD_PEERS_MAX = 10
_PAGES_MAX = 1000
_FOREVER = 2**40
"""A time that no message has reached, in Unix seconds."""

_PROFILE_TAGS = [
    f"Tag_Profile_IM_{name}"
    for name in (
        *("Nick", "Gender", "BirthDay", "Location", "SelfSignature", "AllowType"),
        *("Language", "Image", "MsgSettings", "AdminForbidType", "Level", "Role"),
    )
]
_FRIEND_TAGS = [
    f"Tag_SNS_IM_{name}" for name in ("AddSource", "Remark", "Group", "AddTime", "AddWording")
]

Following = Callable[[JSON], JSON | None]
"""Returns what the request for the next page says; None after the last page."""


@dataclass(frozen=True)
class Running:
    """A running backend."""

    ws: str
    rest: str
    sdk_app_id: int
    secret_key: str
    unix_ms: int | None = None
    """What its wall clock shows; the real time if None."""

    def user_sig(self, user_id: str) -> str:
        """Return a UserSig that is made now."""
        now = None if self.unix_ms is None else self.unix_ms / 1000
        return sign(user_id, self.sdk_app_id, self.secret_key, now=now)


async def ask_rest(http: httpx.AsyncClient, backend: Running, command: str, /, **body: Any) -> JSON:
    """Return the answer to a REST command; it is asked again if there were too many calls."""
    params: dict[str, str | int] = {
        "sdkappid": backend.sdk_app_id,
        "identifier": ADMIN,
        "usersig": backend.user_sig(ADMIN),
        "random": 7,
        "contenttype": "json",
    }
    while True:
        response = await http.post(f"{backend.rest}/v4/{command}", params=params, json=body)
        answer: JSON = response.json()
        if answer["ErrorCode"] != TOO_OFTEN:
            return answer
        await asyncio.sleep(0.1)


async def collect_pages(ask: Callable[[JSON], Awaitable[JSON]], following: Following) -> list[JSON]:
    """Return all pages of an answer; a refusal is the last one.

    Args:
        ask: Returns a page, given what its request says beside the rest.
        following: What the next request says.
    """
    pages: list[JSON] = []
    more: JSON | None = {}
    while more is not None:
        page = await ask(more)
        pages.append(page)
        assert len(pages) < _PAGES_MAX, "the pages have no end"
        is_refused = "error" in page or page.get("ErrorCode")
        more = None if is_refused else following(page)
    return pages


class Admin:
    """An admin of a running backend."""

    def __init__(self, http: httpx.AsyncClient, backend: Running) -> None:
        """Ask over an HTTP client."""
        self._http = http
        self._backend = backend

    async def ask(self, command: str, /, **body: Any) -> JSON:
        """Return the answer to a command."""
        return await ask_rest(self._http, self._backend, command, **body)

    async def pages(self, command: str, following: Following, /, **body: Any) -> list[JSON]:
        """Return all pages of an answer."""
        return await collect_pages(lambda more: self.ask(command, **{**body, **more}), following)


async def ask_for_accounts(admin: Admin) -> list[JSON]:
    """Return the pages of all accounts."""

    def following(page: JSON) -> JSON | None:
        return {"Cursor": page["NextCursor"]} if page["NextCursor"] else None

    return await admin.pages("imtui_console/accounts", following, MaxCnt=ACCOUNTS_PAGE)


async def ask_for_the_app(admin: Admin, everybody: list[str]) -> JSON:
    """Return what is asked once, of all users."""
    stats = await admin.ask("imtui_console/stats")
    status, details = "openim/query_online_status", {"IsNeedDetail": 1}
    items = [{"UserID": user_id} for user_id in everybody]
    return {
        "settings": await admin.ask("imtui_console/get"),
        # The other figures are those of the process.
        "stats": {name: stats[name] for name in ("Subscriptions", "Friendships")},
        "check": await admin.ask("im_open_login_svc/account_check", CheckItem=items),
        "online": await admin.ask(status, To_Account=everybody),
        "platforms": await admin.ask(status, To_Account=everybody, **details),
        "devices": await admin.ask(status, To_Account=everybody, IsReturnInstid=1, **details),
    }


async def ask_for_account(
    admin: Admin, user_id: str, everybody: list[str], custom_fields: list[str]
) -> JSON:
    """Return what is asked of one user, and of it and each other user.

    Args:
        admin: Who asks.
        user_id: The user.
        everybody: All users.
        custom_fields: The names of the app's own fields of profiles.
    """
    own: JSON = {"From_Account": user_id}
    both: JSON = {**own, "To_Account": everybody}
    custom_tags = [f"Tag_Profile_Custom_{name}" for name in custom_fields]
    friends = await admin.pages("sns/friend_get", _next_friends, **own, StartIndex=0)
    noted = {
        value["Tag"]
        for page in friends
        for friend in page.get("UserDataItem", [])
        for value in friend["ValueItem"]
    }
    tags = [*_FRIEND_TAGS, *sorted(noted - set(_FRIEND_TAGS)), *_PROFILE_TAGS, *custom_tags]
    blocked: JSON = {**own, "StartIndex": 0, "MaxLimited": BLACK_LIST_PAGE, "LastSequence": 0}
    return {
        "subscriptions": await admin.ask("imtui_status/subscriptions", UserID=user_id),
        "portrait": await admin.ask(
            "profile/portrait_get", To_Account=[user_id], TagList=[*_PROFILE_TAGS, *custom_tags]
        ),
        "friends": friends,
        "friendsAsked": await admin.ask("sns/friend_get_list", **both, TagList=tags),
        "friendCheck": [
            await admin.ask("sns/friend_check", **both, CheckType=f"CheckResult_Type_{kind}")
            for kind in ("Both", "Single")
        ],
        "blackList": await admin.pages("sns/black_list_get", _next_blocked, **blocked),
        "blackListCheck": [
            await admin.ask(
                "sns/black_list_check", **both, CheckType=f"BlackCheckResult_Type_{kind}"
            )
            for kind in ("Both", "Single")
        ],
        "groups": await admin.ask("sns/group_get", **own, NeedFriend="Need_Friend_Type_Yes"),
        "recent": await _recent_contacts(admin, own),
        "unread": [
            await admin.ask("openim/get_c2c_unread_msg_num", To_Account=user_id, **named)
            for named in ({}, *_peers_named(everybody))
        ],
        "with": {
            peer: await _roamed(admin, user_id, peer) for peer in everybody if peer != user_id
        },
    }


def _next_friends(page: JSON) -> JSON | None:
    return None if page["CompleteFlag"] else {"StartIndex": page["NextStartIndex"]}


def _next_blocked(page: JSON) -> JSON | None:
    return {"StartIndex": page["StartIndex"]} if page["StartIndex"] else None


def _next_contacts(page: JSON) -> JSON | None:
    names = ("TimeStamp", "StartIndex", "TopTimeStamp", "TopStartIndex")
    return None if page["CompleteFlag"] else {name: page[name] for name in names}


def _peers_named(everybody: list[str]) -> list[JSON]:
    starts = range(0, len(everybody), _UNREAD_PEERS_MAX)
    return [{"Peer_Account": everybody[start : start + _UNREAD_PEERS_MAX]} for start in starts]


async def _recent_contacts(admin: Admin, own: JSON) -> JSON:
    command = "recentcontact/get_list"
    lists: JSON = {
        str(flags): await admin.pages(command, _next_contacts, **own, AssistFlags=flags)
        for flags in range(8)
    }
    items = [item for page in lists["0"] for item in page.get("SessionItem", [])]
    if items:
        second = items[len(items) // 2]["MsgTime"]
        lists["middle"] = await admin.ask(command, **own, TimeStamp=second, StartIndex=1)
    return lists


async def _roamed(admin: Admin, operator: str, peer: str) -> JSON:
    """Return what one of two has of their messages: all of it, and that of a time in the middle."""
    command = "openim/admin_getroammsg"
    two: JSON = {"Operator_Account": operator, "Peer_Account": peer}

    def older(page: JSON) -> JSON | None:
        if page["Complete"]:
            return None
        return {"MaxTime": page["LastMsgTime"], "LastMsgKey": page["LastMsgKey"]}

    pages = await admin.pages(command, older, **two, MaxCnt=ROAM_PAGE, MinTime=0, MaxTime=_FOREVER)
    times = sorted(one["MsgTimeStamp"] for page in pages for one in page.get("MsgList", []))
    answers: JSON = {"pages": pages}
    if times:
        span = {"MinTime": times[len(times) // 3], "MaxTime": times[2 * len(times) // 3]}
        answers["middle"] = await admin.pages(command, older, **two, MaxCnt=100, **span)
    return answers
