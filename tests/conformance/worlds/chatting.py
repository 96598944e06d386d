"""Helpers for tests of messages."""

import itertools
from typing import Any

from .raw_client import JSON, Push
from .world import Client, World, login, only

_msg_ids = itertools.count(1)

REVOKED, DELETED = 6, 4


async def pair(world: World) -> tuple[Client, Client]:
    """Return connections for alice and bob."""
    return await login(world, "alice"), await login(world, "bob")


async def send(client: Client, to: str, text: str = "hello", **fields: Any) -> JSON:
    """Send a text message, and return the backend's answer."""
    wish = {"userID": to, "msgID": f"m{next(_msg_ids)}", "text": text} | fields
    message: JSON = (await client.call("sendMessage", **wish))["message"]
    return message


async def history(client: Client, peer: str, **fields: Any) -> list[JSON]:
    """Return the newest messages, newest first."""
    answer = await client.call("getC2CHistoryMessageList", userID=peer, **fields)
    messages: list[JSON] = answer["messageList"]
    return messages


async def changed(client: Client, peer: str, since: int = 0, **fields: Any) -> JSON:
    """Return the answer with the changes after a version."""
    return await client.call("getChangedMessages", userID=peer, sinceVersion=since, **fields)


async def conversations(client: Client) -> list[JSON]:
    """Return the whole list of conversations."""
    listed: list[JSON] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await client.call("getConversationList", cursor=cursor)
        listed += page["conversationList"]
        cursor = page["nextCursor"]
    return listed


async def conversation(client: Client, peer: str) -> JSON:
    """Return one conversation of the list."""
    (found,) = [
        one for one in await conversations(client) if one["conversationID"] == f"c2c_{peer}"
    ]
    return found


async def unread(client: Client, peer: str) -> int:
    """Return the number of unread messages from a user."""
    return int((await conversation(client, peer)).get("unreadCount", 0))


async def read(client: Client, peer: str, up_to: int = 0) -> None:
    """Mark a conversation as read up to a seq, or all of it."""
    assert (
        await client.call(
            "cleanConversationUnreadMessageCount",
            conversationID=f"c2c_{peer}",
            cleanSequence=up_to,
        )
        == {}
    )


def texts(messages: list[JSON]) -> list[str]:
    """Return the texts of messages."""
    return [message.get("text", "") for message in messages]


def new_messages(pushes: list[Push]) -> list[JSON]:
    """Return the new messages in pushes."""
    return [one for told in only(pushes, "onRecvNewMessage") for one in told["messageList"]]


def changed_messages(pushes: list[Push]) -> list[JSON]:
    """Return the changed messages in pushes."""
    return [one for told in only(pushes, "onMessagesChanged") for one in told["messageList"]]


def changed_conversations(pushes: list[Push]) -> list[JSON]:
    """Return the changed conversations in pushes."""
    told = only(pushes, "onConversationChanged")
    return [one for params in told for one in params["conversationList"]]


def receipts(pushes: list[Push]) -> list[JSON]:
    """Return the read receipts in pushes."""
    return [one for told in only(pushes, "onRecvC2CReadReceipt") for one in told["receiptList"]]
