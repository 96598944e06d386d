"""All checks side by side."""

import argparse
import threading
from collections.abc import Callable

import pytest

from imtui.cli.accounts.selection import add_account_options
from imtui.cli.doctor import backend, examination
from imtui.cli.doctor.check import Check, Mark
from imtui.cli.errors import CommandError, UsageError


def backend_check(monkeypatch: pytest.MonkeyPatch, check: Callable[[object], list[Check]]) -> Check:
    """Return what is found about the backend if its check is ``check``."""
    monkeypatch.setattr(backend, "check_backend", check)
    parser = argparse.ArgumentParser()
    add_account_options(parser, first=True)
    found = list(examination.examine(parser.parse_args([])))
    return found[-1]


def test_a_check_that_takes_too_long_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "TIMEOUT", 0.0)
    leave = threading.Event()

    def wait(_: object) -> list[Check]:
        leave.wait()
        return []

    check = backend_check(monkeypatch, wait)
    leave.set()

    assert (check.name, check.mark) == ("backend", Mark.NOTE)
    assert "longer than" in check.text


def test_an_error_with_advice_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> list[Check]:
        raise CommandError("Set HOME.")

    assert backend_check(monkeypatch, fail) == Check("backend", Mark.WRONG, "Set HOME.")


def test_another_error_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> list[Check]:
        raise UsageError("wrong")

    with pytest.raises(UsageError):
        backend_check(monkeypatch, fail)
