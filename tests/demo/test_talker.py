"""Conversations with the demo's people."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from random import Random

import pytest

from imtui.demo import talker, voices
from imtui.demo.cast import CAST, are_friends
from imtui.demo.talker import Talker
from imtui.demo.voices import answer_to, voice_of
from imtui.protocol.usersig import sign
from imtui.sdk import IMClient, IMSDKListener, Message, ReadReceipt
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig

NAMES = frozenset(person.user_id for person in CAST)


class Inbox(IMSDKListener):
    """The messages and receipts that a person receives."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.receipts: list[ReadReceipt] = []
        self._received = asyncio.Event()

    def on_recv_new_message(self, message: Message) -> None:
        self.messages.append(message)
        self._received.set()

    def on_recv_c2c_read_receipt(self, receipts: list[ReadReceipt]) -> None:
        self.receipts += receipts
        self._received.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                await self._received.wait()
                self._received.clear()

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages if message.text]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voices, "_READ_DELAY", (0.0, 0.001))
    monkeypatch.setattr(voices, "_TYPING_DELAY", (0.0, 0.001))


@pytest.fixture
async def backend(tmp_path: Path) -> AsyncIterator[Backend]:
    async with Backend(BackendConfig(tmp_path / "d", befriend=are_friends)) as running:
        yield running


class Stage:
    """A talker on a backend, with logins for the demo's people and real ones."""

    def __init__(self, backend: Backend, tasks: asyncio.TaskGroup) -> None:
        self._backend = backend
        self.now = 0.0
        self.talker = Talker(tasks, NAMES, Random(1), lambda: self.now)
        self.inbox = Inbox()

    async def log_in(self, user_id: str, *listeners: IMSDKListener) -> IMClient:
        key = self._backend.app_key
        client = IMClient(self._backend.address.ws, key.sdk_app_id)
        for listener in listeners:
            client.add_im_sdk_listener(listener)
        if user_id in NAMES:
            client.add_im_sdk_listener(self.talker.listener(client, user_id))
        await client.login(user_id, partial(sign, user_id, key.sdk_app_id, key.secret_key, 600))
        return client


@pytest.fixture
async def stage(backend: Backend) -> AsyncIterator[Stage]:
    async with asyncio.TaskGroup() as tasks:
        yield Stage(backend, tasks)


async def test_a_message_is_read_and_answered_in_character(stage: Stage) -> None:
    async with await stage.log_in("mei"), await stage.log_in("alice", stage.inbox) as alice:
        await alice.send_c2c_text_message("lunch?", "mei")
        await stage.inbox.until(lambda: bool(stage.inbox.texts))
        assert stage.inbox.texts[0] in voice_of("mei").to_questions
        assert stage.inbox.receipts[0].user_id == "mei"
        assert stage.inbox.messages[0].online_user_only


async def test_a_message_from_before_the_login_is_answered(
    stage: Stage,
) -> None:
    async with await stage.log_in("bob"):
        pass
    async with await stage.log_in("alice", stage.inbox) as alice:
        await alice.send_c2c_text_message("It is done.", "bob")
        async with await stage.log_in("bob"):
            await stage.inbox.until(lambda: bool(stage.inbox.texts))
        assert stage.inbox.texts[0] in voice_of("bob").answers


async def test_two_devices_of_a_user_answer_once(stage: Stage) -> None:
    async with (
        await stage.log_in("bob"),
        await stage.log_in("bob"),
        await stage.log_in("alice", stage.inbox) as alice,
    ):
        await alice.send_c2c_text_message("one", "bob")
        await stage.inbox.until(lambda: len(stage.inbox.texts) == 1)
        await alice.send_c2c_text_message("two", "bob")
        await stage.inbox.until(lambda: len(stage.inbox.texts) == 2)


async def test_greetings_are_rare_and_only_for_real_people(
    stage: Stage,
) -> None:
    async with await stage.log_in("bob") as bob, await stage.log_in("carol"):
        await stage.talker.greet(bob, "bob")
        async with await stage.log_in("alice", stage.inbox):
            await stage.talker.greet(bob, "bob")
            await stage.talker.greet(bob, "bob")
            await stage.inbox.until(lambda: bool(stage.inbox.texts))
            assert stage.inbox.texts[0] in voice_of("bob").greetings
            stage.now += talker.GREETING_INTERVAL + 1
            await stage.talker.greet(bob, "bob")
            await stage.inbox.until(lambda: len(stage.inbox.texts) == 2)
        assert await bob.get_c2c_history_message_list("carol") == []


def test_answers_do_not_repeat_the_last_one() -> None:
    for person in CAST:
        rng = Random(1)
        answers: list[str] = []
        for _ in range(4):
            answer = answer_to(person.user_id, "hello", answers[-1:], rng)
            assert answer.text not in answers[-1:]
            answers.append(answer.text)
        assert voice_of(person.user_id).greetings
