"""Reporting the results of a command about many items."""

import asyncio
import io
import json
import sys

import pytest

from imtui.cli.output.tally import Tally, counted, table
from imtui.protocol.errors import IMError


def test_successes_are_counted_and_failures_listed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Tally("friend", {0: "added", 30539: "asked"}, as_json=False) as tally:
        for user, code in (("a", 0), ("b", 30539), ("c", 30516), ("d", 0)):
            tally.record(user, IMError(code), userID=user)

    assert tally.exit_status == 1
    assert capsys.readouterr() == (
        "2 friends added\n1 friend asked\n",
        "imtui: c was not added: 30516 · The other user takes no friend requests.\n",
    )


def test_an_error_keeps_the_counts_so_far(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(IMError), Tally("user", {0: "kicked"}, as_json=False) as tally:
        tally.record("a", IMError(0), userID="a")
        raise IMError(9511)

    assert capsys.readouterr().out == "1 user kicked\n"


@pytest.mark.parametrize("error", [IMError(9511), asyncio.CancelledError(), KeyboardInterrupt()])
def test_an_error_reports_the_progress(
    capsys: pytest.CaptureFixture[str], error: BaseException
) -> None:
    done = Tally("account", {0: "imported"}, as_json=True, total=1200, retry_hint="Run it again.")
    with pytest.raises(type(error)), done:
        done.record("a", IMError(0))
        raise error

    assert capsys.readouterr().err == "imtui: 1 of 1,200 were done. Run it again.\n"


@pytest.mark.parametrize(
    ("error", "message"),
    [(IMError(9511), ""), (asyncio.CancelledError(), "imtui: 0 of 2 were done.\n")],
)
def test_an_error_at_the_start_reports_no_progress(
    capsys: pytest.CaptureFixture[str], error: BaseException, message: str
) -> None:
    with pytest.raises(type(error)), Tally("user", {0: "kicked"}, as_json=False, total=2):
        raise error

    assert capsys.readouterr() == ("", message)


def test_an_item_may_be_excluded_from_the_count(capsys: pytest.CaptureFixture[str]) -> None:
    with Tally("friend", {0: "added"}, as_json=False) as tally:
        tally.record("b", IMError(0))
        tally.record("a", IMError(0), counts=False)

    assert capsys.readouterr().out == "1 friend added\n"


class Terminal(io.StringIO):
    """A terminal as standard error."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("as_json", [False, True])
def test_progress_on_a_terminal(monkeypatch: pytest.MonkeyPatch, as_json: bool) -> None:
    times = iter([0.0, 0.9, 1.0, 1.1])
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)

    with Tally("user", {0: "kicked"}, as_json=as_json, total=3, now=lambda: next(times)) as tally:
        for user, code in (("a", 0), ("b", 0), ("c", 70107)):
            tally.record(user, IMError(code, "no"))

    failure = "imtui: c was not kicked: 70107 · no\n"
    progress = f"\r2 of 3 …\x1b[K\r\x1b[K{failure}\r3 of 3 …\x1b[K\r\x1b[K"
    assert screen.getvalue() == (failure if as_json else progress)


def test_no_progress_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([0.0, 5.0])
    with Tally("user", {0: "kicked"}, as_json=False, total=1, now=lambda: next(times)) as tally:
        tally.record("a", IMError(0))

    assert capsys.readouterr() == ("1 user kicked\n", "")


def test_no_items(capsys: pytest.CaptureFixture[str]) -> None:
    with Tally("user", {0: "kicked"}, as_json=False) as tally:
        pass

    assert tally.exit_status == 0
    assert capsys.readouterr() == ("", "")


def test_json_is_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    with Tally("user", {0: "kicked"}, as_json=True) as tally:
        tally.record("a", IMError(1, "会\x1b"), userID="a")

    out, err = capsys.readouterr()
    assert out.isascii()
    assert json.loads(out) == {"userID": "a", "resultCode": 1, "resultInfo": "会\x1b"}
    assert "\x1b" not in err


def test_counted_nouns() -> None:
    assert [counted(number, "account") for number in (0, 1, 1200)] == [
        "0 accounts",
        "1 account",
        "1,200 accounts",
    ]


def test_a_table_is_aligned_without_control_characters() -> None:
    rows = [("会議", "x"), ("a\x1bb", ""), ("Bob", "y")]
    assert list(table(("WHO", "WHAT"), rows)) == [
        "WHO   WHAT",
        "会議  x",
        "a\ufffdb",
        "Bob   y",
    ]
    assert list(table(("WHO", "WHAT"), [])) == []
