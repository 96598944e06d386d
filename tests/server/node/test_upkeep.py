"""The store's work beside the commits: it is paced, it goes on after a failure, and it ends."""

import logging
from collections.abc import Iterator

import pytest

from imtui.server.node.upkeep import REST_AFTER, Upkeep
from tests.server.node.memory_store import MemoryStore
from tests.server.virtual_loop import VirtualLoop, virtual_loop


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    with virtual_loop() as made:
        yield made


def test_a_start_is_followed_by_a_rest(loop: VirtualLoop) -> None:
    store = MemoryStore()
    Upkeep(store, lambda: True)
    loop.advance(REST_AFTER)
    assert store.rests == 1
    assert loop.pending() == 0


def test_what_an_earlier_start_left_is_erased_part_by_part_and_then_the_store_rests(
    loop: VirtualLoop,
) -> None:
    store = MemoryStore()
    store.to_erase = 20
    Upkeep(store, lambda: True)
    loop.turn()
    assert store.to_erase == 20
    loop.advance(0.015)
    assert store.to_erase == 19
    loop.advance(REST_AFTER)
    assert (store.to_erase, store.rests) == (0, 0)
    loop.advance(REST_AFTER)
    assert store.rests == 1
    assert loop.pending() == 0


@pytest.mark.parametrize("is_asked", [False, True])
def test_much_is_erased_quickly_only_while_nobody_asks_for_anything(
    loop: VirtualLoop, is_asked: bool
) -> None:
    answered = 0

    def count() -> int:
        nonlocal answered
        answered += is_asked
        return answered

    store = MemoryStore()
    store.to_erase = 500
    store.erasing = lambda: loop.pass_time(0.001)
    Upkeep(store, lambda: True, count)
    loop.advance(10)
    assert (store.to_erase == 0) is not is_asked


def test_a_rest_that_another_process_prevents_is_tried_again(loop: VirtualLoop) -> None:
    store = MemoryStore()
    store.is_alone = False
    Upkeep(store, lambda: True)
    loop.advance(3 * REST_AFTER)
    assert store.rests == 3
    store.is_alone = True
    loop.advance(10 * REST_AFTER)
    assert store.rests == 4
    assert loop.pending() == 0


def test_erasing_that_fails_is_logged_and_tried_again_later(
    loop: VirtualLoop, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    store.to_erase = 3
    store.is_failing = True
    Upkeep(store, lambda: False)
    loop.advance(30)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    store.is_failing = False
    loop.advance(60)
    assert store.to_erase == 0


def test_after_the_end_nothing_is_done(loop: VirtualLoop) -> None:
    store = MemoryStore()
    store.to_erase = 3
    upkeep = Upkeep(store, lambda: True)
    upkeep.stop()
    loop.advance(10 * REST_AFTER)
    assert (store.to_erase, store.rests) == (3, 0)
    assert loop.pending() == 0
