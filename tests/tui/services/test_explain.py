"""Sentences for errors: the backend's own where it says what to do."""

from imtui.protocol.errors import ErrorCode, IMError
from imtui.tui.commands.command import Keys
from imtui.tui.services.explain import explain


def test_what_the_backend_says_of_a_failure_is_shown_and_nothing_but_text() -> None:
    bare = IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR)
    assert explain(bare, Keys()) == "70500 · The backend could not do it. Try again."
    full = IMError(bare.code, "The disk is almost full.\x1b[2J")
    assert explain(full, Keys()).startswith("70500 · The disk is almost full.")
    assert "\x1b" not in explain(full, Keys())
