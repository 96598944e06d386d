"""The conversations of the demo's people: they read, type, answer, and sometimes greet."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable, Collection
from random import Random
from typing import Final

from imtui.demo.voices import answer_to, voice_of
from imtui.sdk import (
    ConversationInfo,
    ElemType,
    IMClient,
    IMError,
    IMSDKListener,
    Message,
    MessageStatus,
    UserStatusType,
)

_logger: Final = logging.getLogger(__name__)

GREETING_INTERVAL: Final = 1_200.0
"""Minimum seconds between greetings to the same person, from anybody."""
_RECENT_ANSWERS: Final = 3
_TYPING: Final = json.dumps({"businessID": "user_typing_status", "typingStatus": 1}).encode()


class Talker:
    """Answers and sends messages for the demo's people, to real people only."""

    def __init__(
        self,
        tasks: asyncio.TaskGroup,
        cast: Collection[str],
        rng: Random,
        monotonic: Callable[[], float],
    ) -> None:
        """Start without conversations.

        Args:
            tasks: The task group in which answers run.
            cast: The user IDs of the demo's people.
            rng: The source of all random decisions.
            monotonic: Returns the seconds of a monotonic clock.
        """
        self._tasks = tasks
        self._cast = cast
        self._rng = rng
        self._monotonic = monotonic
        self._answering: set[tuple[str, str]] = set()
        self._recent_answers: dict[str, deque[str]] = {}
        self._greeted: dict[str, float] = {}

    def listener(self, client: IMClient, user_id: str) -> IMSDKListener:
        """Return a listener that makes a user of the demo answer on a device."""
        return _MessageListener(self, client, user_id)

    async def greet(self, client: IMClient, user_id: str) -> None:
        """Greet a person who is online and was not greeted lately, if there is one.

        Raises:
            IMError: A call to the backend failed.
        """
        now = self._monotonic()
        people = [
            friend.user_id
            for friend in await client.get_friend_list()
            if friend.user_id not in self._cast
            and friend.user_status is not None
            and friend.user_status.status_type is UserStatusType.ONLINE
            and now - self._greeted.get(friend.user_id, float("-inf")) > GREETING_INTERVAL
        ]
        if people:
            person = self._rng.choice(people)
            self._greeted[person] = now
            text = self._rng.choice(voice_of(user_id).greetings)
            await client.send_c2c_text_message(text, person)

    def on_message(self, client: IMClient, user_id: str, message: Message) -> None:
        """Answer a message, unless the user is already answering the sender."""
        key = (user_id, message.sender)
        is_text = message.elem_type is ElemType.TEXT
        readable = is_text and message.status is MessageStatus.SEND_SUCC
        if message.sender in self._cast or not readable or key in self._answering:
            return
        self._answering.add(key)
        self._tasks.create_task(self._answer(client, user_id, message))

    async def _answer(self, client: IMClient, user_id: str, message: Message) -> None:
        recent = self._recent_answers.setdefault(user_id, deque(maxlen=_RECENT_ANSWERS))
        answer = answer_to(user_id, message.text, recent, self._rng)
        person = message.sender
        try:
            await asyncio.sleep(answer.read_delay)
            await client.clean_conversation_unread_message_count(f"c2c_{person}")
            await client.send_c2c_custom_message(_TYPING, person, online_user_only=True)
            await asyncio.sleep(answer.typing_delay)
            await client.send_c2c_text_message(answer.text, person)
            recent.append(answer.text)
        except IMError as error:
            _logger.info("%s does not answer %s: %s", user_id, person, error)
        finally:
            self._answering.discard((user_id, person))


class _MessageListener(IMSDKListener):
    """Passes the messages for one device of a demo user to the talker."""

    def __init__(self, talker: Talker, client: IMClient, user_id: str) -> None:
        self._talker = talker
        self._client = client
        self._user_id = user_id

    def on_conversation_changed(self, conversations: list[ConversationInfo]) -> None:
        # Unlike new messages, conversations also include those from before the login.
        for conversation in conversations:
            last = conversation.last_message
            if last is not None and conversation.unread_count and last.sender != self._user_id:
                self._talker.on_message(self._client, self._user_id, last)
