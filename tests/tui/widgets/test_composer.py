"""The message input sends what one sees in it."""

from pathlib import Path

import pytest
from textual.events import Paste

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
        await run.type("ile:", "tab")
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
