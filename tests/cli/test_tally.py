"""How a verb that is about many tells what became of each."""

import json

import pytest

from imtui.cli.tally import Tally, counted, table
from imtui.protocol.errors import IMError


def test_each_outcome_is_counted_and_each_failure_is_a_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Tally("friend", {0: "added", 30539: "asked"}, as_json=False) as tally:
        for user, code in (("a", 0), ("b", 30539), ("c", 30516), ("d", 0)):
            tally.tell(user, IMError(code), userID=user)

    assert tally.exit_status == 1
    assert capsys.readouterr() == (
        "2 friends added\n1 friend asked\n",
        "imtui: c was not added: 30516 · The other user takes no friend requests.\n",
    )


def test_what_was_told_stays_told_if_an_error_ends_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(IMError), Tally("user", {0: "kicked"}, as_json=False) as tally:
        tally.tell("a", IMError(0), userID="a")
        raise IMError(9511)

    assert capsys.readouterr().out == "1 user kicked\n"


def test_nothing_to_tell(capsys: pytest.CaptureFixture[str]) -> None:
    with Tally("user", {0: "kicked"}, as_json=False) as tally:
        pass

    assert tally.exit_status == 0
    assert capsys.readouterr() == ("", "")


def test_json_is_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    with Tally("user", {0: "kicked"}, as_json=True) as tally:
        tally.tell("a", IMError(1, "会\x1b"), userID="a")

    out, err = capsys.readouterr()
    assert out.isascii()
    assert json.loads(out) == {"userID": "a", "resultCode": 1, "resultInfo": "会\x1b"}
    assert "\x1b" not in err


def test_numbers() -> None:
    assert [counted(number, "account") for number in (0, 1, 1200)] == [
        "0 accounts",
        "1 account",
        "1,200 accounts",
    ]


def test_a_table_is_aligned_and_safe() -> None:
    rows = [("会議", "x"), ("a\x1bb", ""), ("Bob", "y")]
    assert list(table(("WHO", "WHAT"), rows)) == [
        "WHO   WHAT",
        "会議  x",
        "a\ufffdb",
        "Bob   y",
    ]
    assert list(table(("WHO", "WHAT"), [])) == []
