"""Asks a running backend everything that can be asked without changing anything.

It knows the wire and the REST API, and no module of the server. The document that it returns has
a stable order. Errors are answers too.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.conformance.worlds.raw_client import JSON, RawClient, Refused
from tests.server.store.recorded.asking_admin import (
    Admin,
    Following,
    Running,
    ask_for_account,
    ask_for_accounts,
    ask_for_the_app,
    collect_pages,
)

# Small, so that there are several pages of nearly everything.
HISTORY_PAGE = 7
CHANGES_PAGE = 5
CONVERSATIONS_PAGE = 3

_DELETED = 4
"""The status of a message that the one who asks has deleted."""


async def ask_everything(backend: Running, others: Iterable[str] = ()) -> JSON:
    """Return all answers of a backend.

    Args:
        backend: The backend.
        others: User IDs that are asked about beside the accounts: deleted and unknown ones.
    """
    async with httpx.AsyncClient(trust_env=False) as http:
        admin = Admin(http, backend)
        pages = await ask_for_accounts(admin)
        accounts = [item["UserID"] for page in pages for item in page["AccountItem"]]
        everybody = sorted({*accounts, *others})
        answers: JSON = {"accounts": pages, **await ask_for_the_app(admin, everybody)}
        theirs: JSON = {}
        for user_id in accounts:
            async with _passive_login(backend, user_id) as (login, client):
                theirs[user_id] = {"login": login, **await _ask_as_user(client, everybody)}
        custom_fields = _custom_fields(theirs)
        answers["byAdmin"] = {
            user_id: await ask_for_account(admin, user_id, everybody, custom_fields)
            for user_id in everybody
        }
        answers["byUser"] = theirs
        # Comes last: it adds messages if any is not found again.
        for user_id in accounts:
            async with _passive_login(backend, user_id) as (_, client):
                sent_again = await _send_again(client, user_id, theirs[user_id]["with"])
            theirs[user_id]["sentAgain"] = sent_again
    return answers


def _custom_fields(theirs: JSON) -> list[str]:
    infos = (info for one in theirs.values() for info in one["usersInfo"].get("userInfoList", []))
    return sorted({name for info in infos for name in info.get("customInfo", {})})


class _Client:
    def __init__(self, raw: RawClient) -> None:
        self._raw = raw

    async def ask(self, method: str, /, **params: Any) -> JSON:
        try:
            answer = await self._raw.call(method, **params)
        except Refused as error:
            answer = {"error": {"code": error.code, "message": error.message, "data": error.data}}
        self._raw.take_pushes()
        return answer

    async def pages(self, method: str, following: Following, /, **params: Any) -> list[JSON]:
        """Return all pages of an answer."""
        return await collect_pages(lambda more: self.ask(method, **{**params, **more}), following)


@asynccontextmanager
async def _passive_login(backend: Running, user_id: str) -> AsyncIterator[tuple[JSON, _Client]]:
    raw = await RawClient.connect(backend.ws)
    client = _Client(raw)
    try:
        login = await client.ask(
            "login",
            sdkAppID=backend.sdk_app_id,
            userID=user_id,
            userSig=backend.user_sig(user_id),
            instanceID="asking",
            passive=True,
        )
        yield login, client
    finally:
        await raw.close()


async def _ask_as_user(client: _Client, everybody: list[str]) -> JSON:
    ids: JSON = {"userIDList": everybody}
    return {
        "status": await client.ask("getUserStatus", **ids),
        "subscriptions": await client.ask("getSubscriptions"),
        "friends": await client.pages("getFriendList", _next_cursor),
        "friendCheck": [await client.ask("checkFriend", **ids, checkType=kind) for kind in (2, 1)],
        "friendsInfo": await client.ask("getFriendsInfo", **ids),
        "friendRequests": await client.ask("getFriendApplicationList"),
        "friendGroups": await client.ask("getFriendGroups"),
        "blackList": await client.ask("getBlackList"),
        "usersInfo": await client.ask("getUsersInfo", **ids),
        "conversations": await client.pages("getConversationList", _next_cursor),
        "conversationsInSmallPages": await client.pages(
            "getConversationList", _next_cursor, count=CONVERSATIONS_PAGE
        ),
        "with": {peer: await _messages_with(client, peer) for peer in everybody},
    }


def _next_cursor(page: JSON) -> JSON | None:
    return {"cursor": page["nextCursor"]} if page["nextCursor"] else None


async def _messages_with(client: _Client, peer: str) -> JSON:
    history = await client.pages(
        "getC2CHistoryMessageList", _older, userID=peer, count=HISTORY_PAGE
    )
    changes = await client.pages(
        "getChangedMessages", _later_changes, userID=peer, sinceVersion=0, count=CHANGES_PAGE
    )
    answers: JSON = {"history": history, "changes": changes}
    # The version of a message that is there: what is said of deleted ones may differ.
    there = [
        one for page in changes for one in page["messageList"] if one.get("status") != _DELETED
    ]
    if there:
        middle = there[len(there) // 2]["version"]
        answers["changesSinceMiddle"] = await client.pages(
            "getChangedMessages", _later_changes, userID=peer, sinceVersion=middle
        )
    return answers


def _older(page: JSON) -> JSON | None:
    return None if page["isFinished"] else {"beforeSeq": page["messageList"][-1]["seq"]}


def _later_changes(page: JSON) -> JSON | None:
    """Go on from the last message's version, or from where the answer says that it goes on."""
    if page["isFinished"]:
        return None
    if "nextVersion" not in page:
        return {"sinceVersion": page["messageList"][-1]["version"]}
    more = {"sinceVersion": page["nextVersion"]}
    if "nextOwnVersion" in page:
        more["sinceOwnVersion"] = page["nextOwnVersion"]
    return more


async def _send_again(client: _Client, user_id: str, theirs: dict[str, JSON]) -> JSON:
    """Send the newest own message of each conversation again: the answer is the message itself."""
    answers: JSON = {}
    for peer, messages in theirs.items():
        own = _newest_of(user_id, messages["history"])
        if own is not None:
            answers[peer] = await client.ask(
                "sendMessage", userID=peer, msgID=own["msgID"], text="again"
            )
    return answers


def _newest_of(user_id: str, history: Sequence[JSON]) -> JSON | None:
    sent = (one for page in history for one in page["messageList"] if one["sender"] == user_id)
    return next(sent, None)
