"""The steps of the demo, checked against a model of the backend."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.demo.cast import CAST, FIRST_SUBSCRIPTIONS, Person, are_friends
from imtui.demo.script import (
    LIVELY_SECONDS,
    Director,
    Greet,
    LogIn,
    LogOut,
    LoseNetwork,
    SetStatus,
    Step,
)
from imtui.protocol.identifiers import check_custom_status, check_user_id
from imtui.protocol.status import Platform

PEOPLE = {person.user_id: person for person in CAST}
FRIENDS = [person.user_id for person in CAST if person.friend]


@dataclass
class World:
    """A model of the backend that asserts that each step is possible."""

    online: dict[str, set[Platform]] = field(default_factory=dict)
    lost: dict[str, set[Platform]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        here = self.online.setdefault(step.user_id, set())
        lost = self.lost.setdefault(step.user_id, set())
        assert step.platform in PEOPLE[step.user_id].platforms
        match step:
            case LogIn():
                assert step.platform not in here
                here.add(step.platform)
                lost.discard(step.platform)
            case LogOut():
                here.remove(step.platform)
            case LoseNetwork():
                here.remove(step.platform)
                lost.add(step.platform)
            case Greet():
                assert step.platform in here
            case SetStatus():
                assert step.platform in here
                assert step.text != self.texts.get(step.user_id, "")
                assert check_custom_status(step.text) == step.text
                assert step.lasts is None or step.lasts > 0
                self.texts[step.user_id] = step.text
        if not here:
            self.texts.pop(step.user_id, None)

    def status(self, user_id: str) -> str:
        if self.online.get(user_id):
            return "ONLINE"
        return "OFFLINE" if self.lost.get(user_id) else "UNLOGINED"


def opened(seed: int) -> tuple[Director, World]:
    director, world = Director(CAST, Random(seed)), World()
    for step in director.opening():
        world.take(step)
    return director, world


seeds = st.integers(0, 2**32)


@given(seeds)
def test_opening_shows_every_general_status_and_texts(seed: int) -> None:
    _, world = opened(seed)

    statuses = Counter(world.status(friend) for friend in FRIENDS)
    everybody = Counter(world.status(person) for person in PEOPLE)
    assert set(everybody) == {"ONLINE", "OFFLINE", "UNLOGINED"}
    assert statuses["ONLINE"] >= 4
    assert len(world.texts) >= 4
    assert any(len(platforms) == 2 for platforms in world.online.values())


@given(seeds, st.integers(1, 200))
def test_every_step_is_possible(seed: int, steps: int) -> None:
    director, world = opened(seed)

    for _ in range(steps):
        step = director.next_step()
        assert step is not None
        world.take(step)
        assert set(director.devices(step.user_id)) == world.online[step.user_id]


@given(seeds)
def test_every_kind_of_step_occurs(seed: int) -> None:
    director, world = opened(seed)
    seen: Counter[str] = Counter()
    shares: list[float] = []

    for _ in range(400):
        step = director.next_step()
        assert step is not None
        before = world.status(step.user_id)
        world.take(step)
        seen[type(step).__name__] += 1
        seen[f"to {world.status(step.user_id)}"] += before != world.status(step.user_id)
        if isinstance(step, SetStatus):
            seen["cleared" if not step.text else "ends" if step.lasts else "stays"] += 1
        seen["one of two leaves"] += (
            isinstance(step, LogOut | LoseNetwork) and world.status(step.user_id) == "ONLINE"
        )
        shares.append(sum(map(bool, world.online.values())) / len(CAST))

    wanted = ["LogIn", "LogOut", "LoseNetwork", "cleared", "ends", "stays", "one of two leaves"]
    wanted += ["to ONLINE", "to OFFLINE", "to UNLOGINED"]
    assert all(seen[kind] for kind in wanted), seen
    assert 0.3 < sum(shares) / len(shares) < 0.9


@given(seeds, st.sampled_from(sorted(PEOPLE)))
def test_a_visited_user_logs_out_and_does_nothing_during_the_visit(seed: int, user_id: str) -> None:
    director, world = opened(seed)

    steps = director.leave_for_visitor(user_id)
    for step in steps:
        assert isinstance(step, LogOut)
        world.take(step)
    assert director.devices(user_id) == []
    for _ in range(100):
        other = director.next_step()
        assert other is not None and other.user_id != user_id

    director.resume_after_visit(user_id)
    assert any(
        step is not None and step.user_id == user_id
        for step in (director.next_step() for _ in range(500))
    )


def test_no_steps_while_all_users_are_visited() -> None:
    director = Director(CAST, Random(1))
    for user_id in PEOPLE:
        director.leave_for_visitor(user_id)

    assert director.opening() == []
    assert director.next_step() is None


@given(seeds)
def test_a_failed_step_removes_the_device(seed: int) -> None:
    director, _ = opened(seed)
    step = next(step for step in iter(director.next_step, None) if isinstance(step, LogIn))

    director.step_failed(step)

    assert step.platform not in director.devices(step.user_id)


@given(seeds, st.floats(0, 10_000))
def test_pauses_are_short_at_first(seed: int, elapsed: float) -> None:
    pause = Director(CAST, Random(seed)).pause(elapsed)

    assert (1 <= pause <= 3) if elapsed < LIVELY_SECONDS else (10 <= pause <= 30)


@pytest.mark.parametrize("person", CAST, ids=lambda person: person.user_id)
def test_cast_is_valid(person: Person) -> None:
    assert check_user_id(person.user_id)
    assert len(set(person.texts)) >= 2
    assert all(check_custom_status(text) == text != "" for text in person.texts)
    assert len(set(person.platforms)) == len(person.platforms) >= 1


def test_first_subscriptions_are_a_friend_and_a_stranger() -> None:
    assert sorted(PEOPLE[user_id].friend for user_id in FIRST_SUBSCRIPTIONS) == [False, True]
    assert 8 <= len(FRIENDS) <= 12


def test_local_accounts_are_friends_except_strangers() -> None:
    assert are_friends("alice", "me")
    assert are_friends("alice", "bob")
    assert are_friends("bob", "carol")
    assert not are_friends("alice", "zoe")
    assert not are_friends("zoe", "alice")
    assert not are_friends("zoe", "hugo")
