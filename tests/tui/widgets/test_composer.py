"""The message input sends what one sees in it."""

from pathlib import Path

import pytest
from textual.events import Paste

from imtui.protocol.errors import ErrorCode, IMError
from tests.tui.fake import sample_client
from tests.tui.harness import Running, running


def written(run: Running) -> str:
    return run.app.main.chat.written


def sent(run: Running) -> list[object]:
    return [text for text, _ in run.fake.called("queue_c2c_text_message")]


async def test_what_is_typed_arrives_as_it_was_typed(tmp_path: Path) -> None:
    texts = [
        "{a:key:b}",
        "http://h:8080/x:tada:y and on",
        "00:0a:ab:cd:ef:10 is its address",
        "rows[i:o:2] and rows[1:100:7] too",
        "std::map::key::value",
        "the end :tada:",
    ]
    async with running(tmp_path) as run:
        await run.press("enter")
        for text in texts:
            await run.type(text, "enter")
        assert sent(run) == texts


async def test_a_code_between_spaces_becomes_its_emoji_at_once(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("enter")
        await run.type("done :tada: at last :+1: ")
        assert written(run) == "done 🎉 at last 👍 "
        await run.press("backspace")
        assert written(run) == "done 🎉 at last :+1: "
        await run.type("x", "backspace", "backspace")
        await run.type(" ", "enter")
        assert sent(run) == ["done 🎉 at last :+1: "]


async def test_tab_puts_an_emoji_in_and_backspace_brings_the_code_back(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("enter")
        await run.type("so :smi", "tab")
        assert written(run) == "so 😄"
        await run.press("tab")
        assert written(run) not in ("so 😄", "so :smi")
        await run.press("backspace")
        assert written(run) == "so :smi"
        await run.press("backspace")
        assert written(run) == "so :sm"
        await run.type("ile: ")
        assert written(run) == "so 😄 "
        await run.press("ctrl+u")
        await run.type("so :smile:", "tab")
        assert written(run) == "so 😄"
        await run.type("x", "left", "backspace")
        assert written(run) == "so x"


async def test_codes_in_a_paste_are_left_alone(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("enter")
        run.app.post_message(Paste("a :tada: b :tada:"))
        await run.type(" :key: ")
        assert written(run) == "a :tada: b :tada: 🔑 "
        run.app.post_message(Paste(":ta"))
        await run.type("da: ", "enter")
        assert sent(run) == ["a :tada: b :tada: 🔑 :tada: "]


async def test_a_code_that_was_there_before_stays(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("enter")
        await run.type(":tada:", "enter", "up")
        await run.type(" ", "home")
        await run.type(":key:", "right", "end")
        await run.type(" ", "enter")
        assert sent(run) == [":tada:", ":key::tada:  "]


@pytest.mark.parametrize("line", ["s", "colon"])
async def test_other_inputs_change_no_code(tmp_path: Path, line: str) -> None:
    async with running(tmp_path, sample_client()) as run:
        await run.press(line)
        if line == "colon":
            await run.type("status ")
        await run.type(":tada: a:key:b", "enter")
        assert run.fake.called("set_self_status")[0][0] == ":tada: a:key:b"


# Drafts


def row(run: Running, user_id: str) -> str:
    return next(line for line in run.lines() if user_id in line[:8]).partition("│")[0]


def drafts(run: Running) -> list[object]:
    return [text for _, text in run.fake.called("set_conversation_draft")]


async def press(run: Running, text: str) -> None:
    """Type without letting time pass."""
    await run.pilot.press(*text)
    await run.pilot.pause()


async def test_a_draft_is_kept_within_two_seconds_of_the_first_key(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("enter")
        await press(run, "abc")
        assert drafts(run) == []
        for passed, char in ((1.0, "d"), (1.0, "e")):
            run.clock.advance(passed)
            await press(run, char)
        assert drafts(run) == ["abcd"]
        run.clock.advance(1.5)
        assert drafts(run) == ["abcd", "abcde"]


async def test_at_rest_no_draft_is_written_and_nothing_waits(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("enter")
        await press(run, "abc")
        run.clock.advance(2)
        await run.pilot.pause()
        at_rest = run.clock.waiting
        await press(run, "d")
        assert run.clock.waiting == at_rest + 1
        await run.pilot.press("backspace")
        for _ in range(5):
            await run.settle(10)
        assert drafts(run) == ["abc"]


async def test_what_was_sent_is_no_draft_any_more(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("enter")
        await press(run, "abc")
        run.clock.advance(2)
        await run.pilot.press("enter")
        await run.pilot.pause()
        assert sent(run) == ["abc"]
        assert drafts(run) == ["abc", None]
        await run.settle(10)
        assert drafts(run) == ["abc", None]


async def test_a_draft_that_cannot_be_kept_is_told_once(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("enter")
        for _ in range(3):
            run.fake.fail(
                "set_conversation_draft", IMError(ErrorCode.ERR_DATABASE_OPERATE_FAILED, "full")
            )
        for char in "abcd":
            await press(run, char)
            run.clock.advance(2)
            await run.pilot.pause()
        assert sum("6019" in event for event in run.events()) == 1
        assert run.fake.conversations["bob"].draft_text == "abcd"


async def test_the_row_of_whom_one_writes_to_says_draft_only_after_one_left(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("enter")
        await run.type("abc")
        await run.settle(2)
        assert drafts(run) == ["abc"]
        assert "draft" not in row(run, "bob")
        await run.press("escape")
        assert "draft" in row(run, "bob")
