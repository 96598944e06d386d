"""Lets the demo's people talk: they read, type, answer, and sometimes begin."""

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

GREETED_AGAIN_AFTER: Final = 1_200.0
"""Seconds for which nobody else begins a conversation with the same person."""
_REMEMBERED: Final = 3
_TYPING: Final = json.dumps({"businessID": "user_typing_status", "typingStatus": 1}).encode()


class Talker:
    """What the demo's people do about messages; they talk to real people only."""

    def __init__(
        self,
        tasks: asyncio.TaskGroup,
        cast: Collection[str],
        chance: Random,
        monotonic: Callable[[], float],
    ) -> None:
        """Make it.

        Args:
            tasks: Where answers are thought of.
            cast: The demo's people.
            chance: What decides what they say.
            monotonic: Returns seconds that only grow.
        """
        self._tasks = tasks
        self._cast = cast
        self._chance = chance
        self._monotonic = monotonic
        self._talking: set[tuple[str, str]] = set()
        self._said: dict[str, deque[str]] = {}
        self._greeted: dict[str, float] = {}

    def listener(self, client: IMClient, user_id: str) -> IMSDKListener:
        """Return what has somebody of the demo answer on a device."""
        return _Ears(self, client, user_id)

    async def greet(self, client: IMClient, user_id: str) -> None:
        """Have somebody begin a conversation with a person who is there, if there is one to greet.

        Raises:
            IMError: The calls' own codes.
        """
        now = self._monotonic()
        people = [
            friend.user_id
            for friend in await client.get_friend_list()
            if friend.user_id not in self._cast
            and friend.user_status is not None
            and friend.user_status.status_type is UserStatusType.ONLINE
            and now - self._greeted.get(friend.user_id, float("-inf")) > GREETED_AGAIN_AFTER
        ]
        if people:
            person = self._chance.choice(people)
            self._greeted[person] = now
            text = self._chance.choice(voice_of(user_id).greetings)
            await client.send_c2c_text_message(text, person)

    def heard(self, client: IMClient, user_id: str, message: Message) -> None:
        """Have somebody answer a message, unless they are about to."""
        key = (user_id, message.sender)
        is_text = message.elem_type is ElemType.TEXT
        readable = is_text and message.status is MessageStatus.SEND_SUCC
        if message.sender in self._cast or not readable or key in self._talking:
            return
        self._talking.add(key)
        self._tasks.create_task(self._answer(client, user_id, message))

    async def _answer(self, client: IMClient, user_id: str, message: Message) -> None:
        said = self._said.setdefault(user_id, deque(maxlen=_REMEMBERED))
        answer = answer_to(user_id, message.text, said, self._chance)
        person = message.sender
        try:
            await asyncio.sleep(answer.reads_in)
            await client.clean_conversation_unread_message_count(f"c2c_{person}")
            await client.send_c2c_custom_message(_TYPING, person, online_user_only=True)
            await asyncio.sleep(answer.writes_in)
            await client.send_c2c_text_message(answer.text, person)
            said.append(answer.text)
        except IMError as error:
            _logger.info("%s does not answer %s: %s", user_id, person, error)
        finally:
            self._talking.discard((user_id, person))


class _Ears(IMSDKListener):
    """Hears messages on one device of somebody of the demo."""

    def __init__(self, talker: Talker, client: IMClient, user_id: str) -> None:
        self._talker = talker
        self._client = client
        self._user_id = user_id

    def on_conversation_changed(self, conversations: list[ConversationInfo]) -> None:
        # What was written to them while they were away is heard here too.
        for conversation in conversations:
            last = conversation.last_message
            if last is not None and conversation.unread_count and last.sender != self._user_id:
                self._talker.heard(self._client, self._user_id, last)
