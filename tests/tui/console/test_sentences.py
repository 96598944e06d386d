"""Errors as sentences for the admin."""

import pytest

from imtui.protocol.errors import IMError
from imtui.tui.console.sentences import explain_to_admin


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (70013, "70013 · The UserSig is for another. Check --admin."),
        (70052, "70052 · The UserSig was revoked. Get a new one."),
    ],
)
def test_errors_about_the_user_sig_address_an_admin(code: int, words: str) -> None:
    assert explain_to_admin(IMError(code)) == words
