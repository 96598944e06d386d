"""Full collections spare what has survived one, until that is very much; errors hold nothing."""

import gc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from imtui.protocol.errors import IMError
from imtui.server.garbage import Spared, keep_collections_short, without_frames


class Node:
    """An object that may refer to itself."""

    def __init__(self) -> None:
        """Refer to nothing."""
        self.other: Node | None = None


def cycle() -> Node:
    """Return an object that only a collection frees."""
    node = Node()
    node.other = node
    return node


@contextmanager
def sparing(spared: Spared) -> Iterator[None]:
    """Let collections of this process spare objects for a while."""
    gc.disable()
    gc.callbacks.append(spared)
    try:
        yield
    finally:
        gc.callbacks.remove(spared)
        gc.unfreeze()
        gc.enable()


def test_a_cycle_that_has_survived_no_collection_is_freed() -> None:
    """The garbage of the last moments is found by the next full collection."""
    with sparing(Spared()):
        node = cycle()
        gone = weakref.ref(node)
        del node
        gc.collect()
        assert gone() is None


def test_what_has_survived_a_full_collection_is_not_looked_at_again() -> None:
    """A later collection takes no time for it, and does not see that it became garbage."""
    with sparing(Spared()):
        node = cycle()
        gc.collect()
        assert not gc.get_objects(2)
        gone = weakref.ref(node)
        del node
        gc.collect()
        assert gone() is not None


def test_what_nothing_refers_to_is_freed_at_once() -> None:
    """Whoever was spared needs no collection without a cycle."""
    with sparing(Spared()):
        node = Node()
        gc.collect()
        gone = weakref.ref(node)
        del node
        assert gone() is None


def test_all_are_looked_at_after_very_many_were_spared() -> None:
    """So garbage among the spared is bounded, and what is left is spared anew."""
    with sparing(Spared(spared_max=1)):
        node = cycle()
        gc.collect()
        gone = weakref.ref(node)
        del node
        gc.collect()
        assert gone() is None
        assert not gc.get_objects(2)


def test_all_are_looked_at_again_only_after_as_many_as_there_were() -> None:
    """Looking at all takes a part of the time that does not grow with them."""
    with sparing(Spared(spared_max=1)):
        gc.collect()
        gc.collect()
        node = cycle()
        gc.collect()
        gone = weakref.ref(node)
        del node
        gc.collect()
        assert gone() is not None


def test_other_collections_spare_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is young may well be garbage soon."""
    monkeypatch.setattr(gc, "callbacks", [])
    keep_collections_short()
    (spared,) = gc.callbacks
    assert isinstance(spared, Spared)
    with sparing(spared):
        node = cycle()
        gc.collect(1)
        gone = weakref.ref(node)
        del node
        gc.collect()
        assert gone() is None


def test_an_error_that_is_kept_keeps_no_frames() -> None:
    """It is the same error otherwise."""
    try:
        try:
            raise ValueError("the cause")
        except ValueError as error:
            raise IMError(6017, "why") from error
    except IMError as error:
        kept = without_frames(error)

    assert (kept.code, kept.message) == (6017, "why")
    assert (kept.__traceback__, kept.__cause__, kept.__context__) == (None, None, None)
