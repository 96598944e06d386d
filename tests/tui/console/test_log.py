"""The log of changes."""

from imtui.protocol.rest.log_item import LogItem
from imtui.tui.console.answers import LogPage
from imtui.tui.console.change_log import KEPT, PAGE_SIZE, ChangeLog
from tests.tui.console.fake import small_backend
from tests.tui.console.harness import running


def page(first: int, last: int) -> LogPage:
    items = tuple(LogItem(index, user_id="alice") for index in range(first, last + 1))
    return LogPage(items, last)


def test_the_newest_changes_are_kept_with_their_numbers() -> None:
    log = ChangeLog()
    assert log.add_page(page(1, PAGE_SIZE))
    assert not log.add_page(page(PAGE_SIZE + 1, PAGE_SIZE + 5))
    assert (log.first, log.end, log.after) == (5, KEPT + 5, PAGE_SIZE + 5)
    assert log.at(0) is None
    newest = log.at(log.end - 1)
    assert newest is not None
    assert newest.index == PAGE_SIZE + 5


def test_changes_already_read_are_skipped() -> None:
    log = ChangeLog()
    assert not log.add_page(page(1, 3))
    assert not log.add_page(page(2, 4))
    assert not log.add_page(LogPage())
    assert [item.index for item in log] == [1, 2, 3, 4]


def test_a_new_log_is_read_from_its_start() -> None:
    log = ChangeLog()
    log.add_page(page(1, 9))
    assert log.add_page(LogPage(last_index=2))
    assert log.after == 0
    assert not log.add_page(page(1, 2))
    assert [item.index for item in log][-2:] == [1, 2]


async def test_new_changes_appear_at_the_end() -> None:
    async with running() as run:
        run.fake.add_change("alice", "online", "on laptop (Linux)")
        run.fake.add_change("bob", "status", "Tea")
        run.fake.add_change("carol", "status")
        await run.settle()
        assert run.line("on laptop (Linux)").endswith("alice ◉ online on laptop (Linux)")
        assert run.line("“Tea”").endswith("bob status “Tea”")
        assert run.line("carol status").endswith("carol status none")


async def test_in_a_narrow_terminal_the_log_replaces_the_accounts() -> None:
    fake = small_backend()
    text = "In a meeting until four, then home"
    fake.add_change("alice", "status", text)
    async with running(fake, size=(80, 24)) as run:
        assert text not in run.text()
        assert "bob" in run.text()
        for key in ("l", "tab"):
            await run.press(key)
            assert text in run.line("alice")
            assert "bob" not in run.text()
            await run.press("tab")
            assert "bob" in run.text()
            assert run.app.main.accounts.has_focus


async def test_the_log_follows_the_end_unless_scrolled() -> None:
    fake = small_backend()
    for number in range(250):
        fake.add_change("alice", "status", f"text {number}")
    async with running(fake) as run:
        assert "text 249" in run.text()
        await run.press("l", "home")
        assert "“text 0”" in run.text()
        assert "End: newest" in run.text()
        fake.add_change("alice", "status", "text 250")
        await run.settle()
        assert "text 250" not in run.text()
        await run.press("end")
        assert "text 250" in run.text()
        fake.add_change("alice", "status", "text 251")
        await run.settle()
        assert "text 251" in run.text()
        await run.press("l")
        assert run.app.main.accounts.has_focus


async def test_the_log_continues_after_a_restart_of_the_backend() -> None:
    async with running() as run:
        for number in range(5):
            run.fake.add_change("alice", "status", f"before {number}")
        run.fake.totals.update(Requests=9)
        await run.settle()
        run.fake.restart()
        for number in range(7):
            run.fake.add_change("bob", "status", f"after {number}")
        await run.settle()
        for words in ("before 4", "after 0", "after 6"):
            assert words in run.text()


async def test_the_audit_log_is_shown_and_filtered() -> None:
    async with running(size=(180, 40)) as run:
        run.fake.add_audit("ann", "failed", "login", "203.0.113.7", 70009, 12)
        run.fake.add_audit("administrator", "admin", "im_open_login_svc/kick", "127.0.0.1")
        run.fake.add_change("bob", "status", "Tea")
        await run.settle()
        assert "failed login 70009 203.0.113.7 (12x)" in run.line("203.0.113.7")
        assert "admin im_open_login_svc/kick 127.0.0.1" in run.line("im_open_login_svc")
        await run.press("l", "slash", *"FAILED")
        assert "203.0.113.7" in run.text()
        assert "im_open_login_svc" not in run.text()
        assert "“Tea”" not in run.text()
        run.fake.add_audit("zoe", "failed", "login", "203.0.113.8", 70001)
        run.fake.add_change("bob", "status", "Cake")
        await run.settle()
        assert "203.0.113.8" in run.text()
        assert "“Cake”" not in run.text()
        await run.press("enter", "slash", "escape")
        assert "“Cake”" in run.text()
        assert "im_open_login_svc" in run.text()


async def test_in_a_narrow_terminal_the_log_stays_while_it_is_filtered() -> None:
    async with running(size=(80, 24)) as run:
        run.fake.add_audit("ann", "failed", "login", "203.0.113.7", 70009)
        await run.settle()
        await run.press("l", "slash", *"70009")
        assert "203.0.113.7" in run.text()
        await run.press("backspace", "1")
        assert "203.0.113.7" not in run.text()


def test_an_audit_log_that_outlived_the_backend_is_not_shown_twice() -> None:
    log = ChangeLog()
    entries = tuple(LogItem(index, index, "ann", "failed") for index in (1, 2))
    log.add_page(LogPage(entries, 2))
    log.restart()
    log.add_page(LogPage((*entries, LogItem(3, 9, "ann", "failed")), 3))
    assert [item.time for item in log] == [1, 2, 9]
