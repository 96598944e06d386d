"""File descriptors: the process takes what it may have, and keeps some back."""

import resource

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.server.node import descriptors


@given(st.integers(1, 1 << 20))
def test_clients_never_get_all_descriptors(limit: int) -> None:
    clients, rest = descriptors.shares(limit)
    assert clients >= 1 and rest >= 1
    if limit >= 32:
        assert clients + rest < limit - 13
    if limit >= 256:
        assert limit - 64 - 256 <= clients <= limit - 64


def test_the_soft_limit_is_raised_to_the_hard_one(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = [64, 4096]

    def change(_: int, wanted: tuple[int, int]) -> None:
        limits[:] = wanted

    monkeypatch.setattr(resource, "getrlimit", lambda _: tuple(limits))
    monkeypatch.setattr(resource, "setrlimit", change)
    assert descriptors.raise_limit() == 4096
    assert limits == [4096, 4096]


def test_a_limit_that_the_system_does_not_keep_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def change(_: int, wanted: tuple[int, int]) -> None:
        if wanted[0] == resource.RLIM_INFINITY:
            raise ValueError

    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", change)
    assert descriptors.raise_limit() == 10_240
