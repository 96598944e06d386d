"""Conversations in the app: opening, writing, reading, incoming messages and errors."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import structs
from textual.events import Paste

from imtui.protocol.chat import ElemType, Message, MessageStatus, ReadReceipt
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import MESSAGE_MAX_BYTES
from imtui.tui.model.connection import Link
from imtui.tui.model.typing_hint import typing_hint
from imtui.tui.widgets.message_view import MessageView
from tests.tui.fake import ONLINE, FakeClient, at, sample_client, status
from tests.tui.harness import Running, running


def talking() -> FakeClient:
    """Return a client with two conversations, one of them unread."""
    fake = sample_client()
    fake.add_conversation("bob", "are you around?", "<in ten minutes", "ok", minute=30)
    fake.add_conversation("carol", "lunch?", "at noon?", minute=50, unread=True)
    return fake


async def write(run: Running, text: str) -> None:
    await run.type(text, "enter")


def queued(run: Running) -> list[object]:
    return [args[0] for args in run.fake.called("queue_c2c_text_message")]


async def test_enter_on_a_friend_opens_the_conversation_and_focuses_its_input(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        words = run.compact_text()
        assert "Monday 23 November" in words
        assert "13:30 bob are you around?" in words
        assert "13:31 you in ten minutes" in words
        await write(run, "hello")
        assert queued(run) == ["hello"]
        assert "14:05 you hello" in run.compact_text()


async def test_an_own_message_is_marked_sending_then_sent_then_read(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        await write(run, "hello")
        assert "hello …" in run.compact_text()
        run.fake.acknowledge_outbox()
        await run.settle()
        assert "hello ✓" in run.compact_text()
        run.fake.listener.on_recv_c2c_read_receipt([ReadReceipt("bob", 4, at(14, 6))])
        await run.settle()
        assert "hello ✓✓" in run.compact_text()


async def test_a_refused_message_says_so_and_can_be_resent_or_discarded(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        await write(run, "hello")
        run.fake.refuse_outbox()
        await run.settle()
        assert "hello ✗ no" in run.compact_text()
        assert any("did not get a message" in event for event in run.events())
        await run.press("escape", "z")
        assert len(run.fake.called("resend_message")) == 1
        await run.press("enter", "pageup", "x", "y")
        assert len(run.fake.called("discard_message")) == 1
        assert "hello" not in run.text()


async def test_unread_messages_are_counted_and_marked_until_seen(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        assert "2 unread" in run.lines()[0]
        row = next(line for line in run.lines() if " carol " in line)
        assert "2 unread" in row
        await run.press("n")
        assert "── new ──" in run.text()
        assert run.fake.called("clean_conversation_unread_message_count") == [("c2c_carol",)]
        assert "unread" not in run.lines()[0]
        await write(run, "yes")
        assert "── new ──" not in run.text()
        await run.press("escape", "n")
        assert "notice You have read everything." in run.events()


async def test_a_message_in_the_visible_conversation_is_read_without_an_alert(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        run.fake.receive_message("bob", "calling now\nin a minute")
        await run.settle()
        await run.settle()
        assert "14:05 bob calling now" in run.compact_text()
        assert "in a minute" in run.text()
        assert run.fake.called("clean_conversation_unread_message_count") == [("c2c_bob",)]
        assert not any("calling now" in event for event in run.events())


async def test_messages_in_other_conversations_raise_an_alert_and_stay_unread(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        run.fake.receive_message("dave", "psst")
        run.fake.receive_message("dave", "hey")
        await run.settle()
        await run.settle()
        assert "notice dave 2 messages, the last one: hey" in run.events()
        assert run.fake.called("clean_conversation_unread_message_count") == []


async def test_elements_other_than_text_are_shown_as_their_fallback_text(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        run.fake.receive_message("bob", "[image] https://x/a.png", elem_type=ElemType.IMAGE)
        run.fake.receive_message("bob", "", elem_type=ElemType.CUSTOM, data=b"?")
        run.fake.receive_message("dave", "[file] f.pdf", elem_type=ElemType.FILE)
        await run.settle()
        await run.settle()
        assert "14:05 bob [image] https://x/a.png" in run.compact_text()
        assert "14:05 bob sent what imtui cannot show" in run.compact_text()
        assert "notice dave [file] f.pdf" in run.events()


async def test_messages_excluded_from_the_unread_count_raise_no_alert(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        run.fake.receive_message("dave", "written long ago", is_excluded_from_unread_count=True)
        run.fake.receive_message("ivan", "hello")
        await run.settle()
        await run.settle()
        assert "notice ivan hello" in run.events()
        assert not any("dave" in event for event in run.events())


async def test_messages_stay_unread_without_terminal_focus(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        run.app.app_focus = False
        run.fake.receive_message("bob", "there?")
        await run.settle()
        assert run.fake.called("clean_conversation_unread_message_count") == []
        assert "notice bob there?" in run.events()
        run.app.app_focus = True
        await run.settle()
        assert run.fake.called("clean_conversation_unread_message_count") == [("c2c_bob",)]


async def test_messages_from_many_people_share_one_notice(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        for user_id in ("bob", "carol", "dave", "ivan"):
            run.fake.receive_message(user_id, "hello")
        await run.settle()
        await run.settle()
        assert "notice 4 messages from 4 people" in run.events()


async def test_a_muted_user_raises_no_alert_and_is_not_in_the_unread_total(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("M")
        assert run.fake.called("set_c2c_receive_message_opt")[0][0] == ["bob"]
        run.fake.receive_message("bob", "psst")
        await run.settle()
        await run.settle()
        assert not any("psst" in event for event in run.events())
        assert "2 unread" in run.lines()[0]


async def test_a_pinned_conversation_is_on_top(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("down", "down", "p")
        assert run.fake.called("pin_conversation") == [("c2c_dave", True)]
        await run.settle()
        assert " dave " in run.lines()[3]


async def test_a_typing_hint_is_sent_once_and_shown_for_a_while(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        await run.type("hel")
        await run.type("lo")
        assert len(run.fake.called("send_c2c_custom_message")) == 1
        hint = Message(
            "h",
            "bob",
            "alice",
            elem_type=ElemType.CUSTOM,
            data=typing_hint(True),
            online_user_only=True,
        )
        run.fake.listener.on_recv_new_message(hint)
        await run.settle()
        assert "typing …" in run.lines()[2]
        await run.settle(6)
        assert "typing …" not in run.lines()[2]


async def test_no_typing_hint_is_sent_to_an_offline_user(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("colon")
        await run.type("chat erin", "enter")
        await run.type("hello")
        assert run.fake.called("send_c2c_custom_message") == []


async def test_a_reply_quotes_its_message_and_a_recalled_message_is_gone(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter", "pageup", "up", "up", "enter")
        assert "reply to bob: are you around?" in run.text()
        await write(run, "yes")
        run.fake.acknowledge_outbox()
        await run.settle()
        assert "│ bob: are you around?" in run.text()
        await run.press("pageup", "u")
        await run.settle()
        assert len(run.fake.called("revoke_message")) == 1
        assert "14:05 you recalled" in run.compact_text()


async def test_only_own_messages_can_be_recalled_and_errors_are_sentences(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter", "pageup", "u")
        assert "notice Only your own messages can be recalled." in run.events()
        run.fake.fail("revoke_message", IMError(ErrorCode.ERR_SVR_MSG_REVOKE_TIME_LIMIT))
        await run.press("up", "u")
        await run.settle()
        assert any("20016 · Too late" in event for event in run.events())


async def test_a_message_is_deleted_for_oneself(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter", "pageup", "x", "y")
        assert run.fake.called("delete_messages") == [(["bob3"],)]
        await run.settle()
        assert "13:32" not in run.text()


async def test_scrolling_up_loads_older_messages_and_keeps_the_position(
    tmp_path: Path,
) -> None:
    fake = sample_client()
    fake.add_conversation("bob", *(f"number {n}" for n in range(1, 121)))
    async with running(tmp_path, fake) as run:
        await run.press("enter")
        assert "number 120" in run.text()
        assert "number 71" not in run.text()
        run.app.main.query_one("MessageView").focus()
        await run.press("home")
        await run.settle()
        assert run.fake.called("get_c2c_history_message_list")[-1] == ("bob", 50, 71)
        assert "number 71" in run.text()
        await run.press("home")
        await run.press("home")
        await run.settle()
        await run.press("home")
        assert "number 1" in run.compact_text().split("number 2")[0]
        await run.press("end")
        assert "number 120" in run.text()


async def test_a_draft_is_kept_while_its_conversation_is_closed(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        await run.type("half a tho")
        await run.press("escape", "down", "enter")
        assert "half a tho" not in run.text()
        await run.press("escape", "up", "enter")
        assert "half a tho" in run.text()
        assert run.fake.called("set_conversation_draft") == [("c2c_bob", "half a tho")]


async def test_one_slash_starts_a_command_and_two_start_a_text(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        await write(run, "/status In the conversation")
        assert run.fake.called("set_self_status")[0][0] == "In the conversation"
        await write(run, "//usr/bin")
        assert queued(run) == ["/usr/bin"]
        await write(run, "/nonsense")
        assert any("There is no command /nonsense" in event for event in run.events())
        assert run.app.main.chat.written == "/nonsense"


async def test_the_input_has_lines_emoji_and_a_history(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        await run.type("one")
        await run.press("ctrl+j")
        await run.type("two :smi")
        await run.press("tab", "enter")
        assert queued(run) == ["one\ntwo 😄"]
        await run.press("up")
        assert run.app.main.chat.written == "one\ntwo 😄"


async def test_a_long_paste_needs_confirmation(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        lines = "\n".join(f"line {n}" for n in range(10_000))
        run.app.post_message(Paste(lines))
        await run.settle()
        assert "Paste 10,000 lines" in run.text()
        await run.press("escape")
        assert run.app.main.chat.written == ""
        run.app.post_message(Paste("one\r\ntwo"))
        await run.settle()
        assert run.app.main.chat.written == "one\ntwo"


async def test_a_too_long_message_is_refused_and_stays_in_the_input(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        run.app.main.chat.write("x" * (MESSAGE_MAX_BYTES + 1))
        await run.press("enter")
        assert "8001" in run.text()
        assert len(run.app.main.chat.written) == MESSAGE_MAX_BYTES + 1
        assert run.app.model.connection.link is Link.CONNECTED


async def test_a_message_adds_a_stranger_to_the_list(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        run.fake.receive_message("nobody_known", "hello from afar")
        await run.settle()
        await run.settle()
        assert "nobody_known" in run.text()
        await run.press("n")
        assert "hello from afar" in run.text()


@pytest.mark.parametrize("size", [(80, 24), (59, 20), (40, 12), (20, 6)])
async def test_a_conversation_works_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    async with running(tmp_path, talking(), size=size) as run:
        await run.press("enter")
        await run.type("hello")
        assert "hello" in run.text()
        await run.press("enter")
        assert queued(run) == ["hello"]
        await run.press("escape")
        assert "bob" in run.text()


async def test_the_header_shows_the_other_users_live_status(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        assert "bob  ◉ ONLINE  On the call" in run.lines()[2]
        run.fake.push(status("bob", ONLINE, "Out"))
        await run.settle()
        assert "bob  ◉ ONLINE  Out" in run.lines()[2]


async def test_hostile_messages_are_made_safe(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        run.fake.receive_message("bob", "x" * 3000 + "\n" * 1000 + "end")
        run.fake.receive_message(
            "bob", "\x1b]0;owned\x07 [bold]markup[/] \u202egnp.exe e" + "\u0301" * 500
        )
        await run.press("enter", "pageup", "end")
        await run.settle()
        text = run.text()
        assert "\x1b" not in text and "\u202e" not in text
        assert "[bold]markup[/]" in text and "more lines" in text
        assert not run.app.failure


async def test_a_message_recalled_elsewhere_loses_its_text(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        recalled = structs.replace(
            run.fake.histories["bob"][0], status=MessageStatus.LOCAL_REVOKED, text="", version=4
        )
        run.fake.listener.on_messages_changed([recalled])
        await run.settle()
        assert "are you around?" not in run.text()
        assert "13:30 bob recalled" in run.compact_text()


async def test_a_changed_message_is_shown_and_older_versions_are_ignored(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        first = run.fake.histories["bob"][0]
        changed = structs.replace(first, text="are you in town?", version=4)
        run.fake.listener.on_messages_changed([changed])
        await run.settle()
        assert "are you in town?" in run.text()
        assert "are you around?" not in run.text()
        run.app.model.chats.add_history("bob", [first], complete=False)
        await run.settle()
        assert "are you in town?" in run.text()


async def test_after_a_reset_of_the_backend_its_lower_versions_count(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        first = run.fake.histories["bob"][0]
        run.fake.listener.on_messages_changed([structs.replace(first, text="lost", version=9)])
        run.fake.push_conversation("bob", version=9)
        await run.settle()
        assert "lost" in run.text()
        run.fake.push_conversation("bob", version=3)
        await run.settle()
        assert "lost" not in run.text()
        assert "are you around?" in run.text()


async def test_messages_are_found_in_one_or_all_conversations_and_shown_in_place(
    tmp_path: Path,
) -> None:
    fake = talking()
    fake.add_conversation("dave", "the needle is here", *(f"number {n}" for n in range(1, 201)))
    async with running(tmp_path, fake) as run:
        await run.press("F")
        await run.type("needle", "enter")
        assert "1 message, Enter: go there" in run.text()
        await run.press("enter")
        await run.settle()
        assert run.app.main.chat.user_id == "dave"
        assert "the needle is here" in run.text()
        assert run.app.main.chat.chosen_message is not None
        assert run.app.main.chat.chosen_message.text == "the needle is here"
        await run.press("escape", "ctrl+f")
        assert "in the conversation with dave" in run.text()
        await run.type("lunch", "enter")
        assert run.fake.called("search_local_messages")[-1] == (["lunch"], "dave")
        assert "Nothing fits." in run.text()


async def test_without_a_connection_the_history_is_not_requested_repeatedly(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, talking()) as run:
        run.fake.lose_connection()
        await run.settle()
        run.fake.histories["bob"] = []
        await run.press("home", "enter")
        await run.settle()
        asked = len(run.fake.called("get_c2c_history_message_list"))
        await run.settle(5)
        assert len(run.fake.called("get_c2c_history_message_list")) == asked
        await run.type("hello", "enter")
        assert "hello" in run.text()


def many_unread() -> FakeClient:
    fake = sample_client()
    fake.add_conversation("bob", *(f"number {n}." for n in range(1, 121)), unread=True)
    return fake


async def test_many_unread_messages_are_shown_from_the_first_and_read_at_the_last(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, many_unread()) as run:
        await run.press("n")
        await run.shows("── new ──", "number 1.")
        assert run.fake.called("clean_conversation_unread_message_count") == []
        await run.press("pageup", "end")
        await run.shows("number 120.")
        await run.settle()
        assert run.fake.called("clean_conversation_unread_message_count") == [("c2c_bob",)]


async def test_a_late_layout_does_not_mark_messages_as_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def call_now(view: MessageView, callback: Callable[[], None]) -> None:
        callback()

    # On a slow machine a callback after a refresh may run before the first layout.
    monkeypatch.setattr(MessageView, "call_after_refresh", call_now)
    async with running(tmp_path, many_unread()) as run:
        await run.press("n")
        await run.shows("── new ──", "number 1.")
        assert run.fake.called("clean_conversation_unread_message_count") == []


async def test_tab_completes_in_the_input_and_never_moves_the_focus(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        await run.type("/mu", "tab")
        assert run.app.main.chat.written == "/mute "
        await run.type("x")
        await run.press("tab")
        assert run.app.main.chat.written == "/mute x"
        await run.press("ctrl+w", "ctrl+w", "ctrl+w", "ctrl+u")
        assert run.app.main.chat.user_id == "bob"


async def test_ctrl_w_closes_a_conversation_with_an_empty_input(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        await run.type("two words")
        await run.press("ctrl+w", "ctrl+w")
        assert run.app.main.chat.written == ""
        await run.press("ctrl+w")
        assert run.app.main.chat.user_id == ""
        assert run.app.focused is run.app.main.friend_list
        assert not any("6017" in event for event in run.events())


async def test_the_cursor_stays_on_its_friend_when_another_moves_up(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, talking()) as run:
        assert run.app.navigator.selected == "bob"
        run.fake.push(status("aaron", ONLINE))
        run.fake.receive_message("aaron", "I sort before bob")
        run.fake.push(status("aaron", ONLINE))
        await run.settle(2)
        await run.settle(2)
        assert run.app.navigator.selected == "bob"


async def test_opening_a_conversation_moves_the_cursor_to_its_user(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("n", "escape")
        assert run.app.navigator.selected == "carol"


async def test_sending_scrolls_to_the_end(tmp_path: Path) -> None:
    fake = sample_client()
    fake.add_conversation("bob", *(f"number {n}." for n in range(1, 101)))
    async with running(tmp_path, fake) as run:
        await run.press("enter", "pageup", "home")
        await run.settle()
        assert "more below" in run.text()
        await run.press("escape")
        await run.type("here", "enter")
        await run.settle()
        assert "you here" in run.compact_text()
        assert "more below" not in run.text()


async def test_typing_on_another_own_device_adds_nobody_to_the_list(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        hint = Message(
            "h",
            "alice",
            "bob",
            elem_type=ElemType.CUSTOM,
            data=typing_hint(True),
            online_user_only=True,
        )
        run.fake.listener.on_recv_new_message(hint)
        await run.settle()
        assert run.app.model.person("alice") is None


async def test_a_draft_is_marked_in_the_list(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        await run.type("half a tho")
        await run.press("ctrl+n")
        await run.settle()
        row = next(line for line in run.lines() if line.startswith("   bob"))
        assert "draft" in row[:30]


async def test_a_conversation_is_deleted_after_confirmation(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        await run.type("/delete-conversation", "enter")
        assert "Delete all messages with bob" in run.text()
        await run.press("escape")
        assert run.fake.called("delete_conversation") == []
        await run.type("/delete-conversation", "enter")
        await run.press("enter")
        assert run.fake.called("delete_conversation") == []
        await run.type("/delete-conversation", "enter")
        await run.press("y")
        assert run.fake.called("delete_conversation") == [("c2c_bob",)]
        await run.settle()
        assert "are you around?" not in run.text()


async def test_a_conversation_deleted_elsewhere_keeps_only_later_messages(tmp_path: Path) -> None:
    async with running(tmp_path, talking()) as run:
        await run.press("enter")
        assert "are you around?" in run.text()
        run.fake.receive_message("bob", "a new beginning")
        run.fake.push_conversation("bob", cleared_seq=3)
        await run.settle()
        assert "are you around?" not in run.text()
        assert "in ten minutes" not in run.text()
        assert "a new beginning" in run.text()
