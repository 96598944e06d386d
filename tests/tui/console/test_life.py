"""Connecting, reconnecting, quitting, terminal sizes and hostile text."""

import subprocess
import sys

import pytest
from textual.worker import WorkerFailed

from imtui.protocol.errors import ErrorCode, IMError
from imtui.tui.console.admin_client import RENEW_AFTER, Unreachable
from tests.tui.app.test_safety import EVIL, FORBIDDEN
from tests.tui.console.fake import account, device, small_backend
from tests.tui.console.harness import running

REFUSED = IMError(ErrorCode.ERR_SDK_NET_CONN_REFUSE)
GONE = Unreachable("No backend runs on /srv/im. Start it: imtui serve --data /srv/im")


@pytest.mark.parametrize(("error", "words"), [(REFUSED, "9511 · Nobody"), (GONE, "No backend")])
async def test_a_lost_backend_is_shown_and_reconnected_automatically(
    error: Exception, words: str
) -> None:
    async with running() as run:
        run.fake.down = error
        if error is GONE:
            run.clock.advance(RENEW_AFTER)
        await run.settle()
        assert "trying again in 1 s (r: now)" in run.lines()[0]
        assert words in run.text()
        assert "as of 1" in run.line("Accounts as of")
        assert "alice" in run.text()
        run.fake.down = None
        await run.settle()
        assert "connected" in run.lines()[0]
        assert words not in run.text()


async def test_attempts_to_reconnect_back_off() -> None:
    async with running() as run:
        run.fake.down = REFUSED
        await run.settle()
        run.fake.calls.clear()
        for _ in range(60):
            await run.settle()
        assert 3 <= len(run.fake.calls) <= 9
        run.fake.calls.clear()
        await run.press("r")
        assert len(run.fake.calls) == 1
        run.fake.down = None
        await run.click("r: now")
        assert "connected" in run.lines()[0]


async def test_a_command_to_a_lost_backend_says_why_it_failed() -> None:
    async with running() as run:
        run.fake.down = REFUSED
        await run.press("2", "y")
        assert "9511 · Nobody listens" in run.text()
        assert "change notification on" in run.line("user status query")


async def test_a_long_reason_takes_two_lines() -> None:
    fake = small_backend()
    fake.down = GONE
    async with running(fake, size=(60, 24)) as run:
        assert "No backend runs on /srv/im. Start it: imtui serve --data" in run.text()
        assert run.line("/srv/im") and run.lines()[-2].strip() == "/srv/im"
        fake.down = None
        await run.settle(40)
        assert "Tab: log" in run.lines()[-2]


async def test_the_console_starts_without_a_backend() -> None:
    fake = small_backend()
    fake.down = GONE
    async with running(fake) as run:
        assert "No backend runs on /srv/im." in run.text()
        assert "not known" in run.line("1 Edition")
        fake.down = None
        await run.settle(40)
        assert "alice" in run.text()


async def test_a_client_is_reused_until_it_fails_or_expires() -> None:
    async with running() as run:
        await run.settle()
        assert run.fake.connect_count == 1
        run.clock.advance(RENEW_AFTER)
        await run.settle(0)
        assert run.fake.connect_count == 2
        run.fake.down = IMError(ErrorCode.ERR_SVR_ACCOUNT_USERSIG_EXPIRED)
        await run.settle()
        assert "70001 · The UserSig has expired. Get a new one." in run.text()
        run.fake.down = None
        await run.settle(40)
        assert run.fake.connect_count == 3


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_quitting(key: str) -> None:
    async with running() as run:
        await run.press(key)
        assert not run.app.is_running
        assert run.app.failure == ""


@pytest.mark.parametrize("size", [(1, 1), (19, 24), (20, 5), (40, 12), (60, 12), (80, 24)])
@pytest.mark.parametrize("ascii", [False, True])
async def test_no_terminal_size_breaks_the_screen(size: tuple[int, int], ascii: bool) -> None:
    async with running(size=size, ascii=ascii) as run:
        await run.press("down", "l", "end", "tab", "slash", "a", "enter", "enter")
        await run.press("escape", "k", "escape", "2", "n", "4", "escape")
        await run.settle()
        assert run.app.is_running
        if ascii:
            assert run.text().isascii()
        if size >= (20, 5):
            assert "Accounts" in run.text()
            assert "con" in run.lines()[0]


async def test_a_narrow_terminal_shows_one_pane_at_a_time() -> None:
    fake = small_backend()
    fake.add_change("dave", "registered", "by REST")
    async with running(fake, size=(50, 20)) as run:
        assert "Accounts" in run.text()
        assert "Changes" not in run.text()
        await run.press("l")
        assert "by REST" in run.text()
        assert "alice" not in run.text()
        await run.press("escape")
        assert "alice" in run.text()


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)], ids=str)
@pytest.mark.parametrize("keys", [[], ["enter"], ["k"], ["k", "y"], ["slash", "a"]], ids=str)
async def test_hostile_text_is_shown_neither_raw_nor_as_markup(
    size: tuple[int, int], keys: list[str]
) -> None:
    fake = small_backend()
    evil = account(EVIL, device(EVIL, EVIL) | {"InstanceID": EVIL}, text=EVIL, status=EVIL)
    fake.accounts.insert(0, evil | {"Nick": EVIL})
    fake.settings |= {"edition": EVIL, EVIL: EVIL}
    fake.errors[EVIL] = 3
    fake.add_change(EVIL, EVIL, EVIL)
    fake.refused["im_open_login_svc/kick"] = IMError(70402, EVIL)
    async with running(fake, size=size) as run:
        await run.press(*keys)
        await run.settle()
        assert not FORBIDDEN & set("".join(run.lines()))
        assert run.app.is_running
        fake.down = IMError(99999, EVIL)
        await run.settle()
        assert not FORBIDDEN & set("".join(run.lines()))
        assert run.app.is_running


async def test_an_internal_error_ends_the_console_with_one_line() -> None:
    fake, apps = small_backend(), []
    with pytest.raises(WorkerFailed):
        async with running(fake) as run:
            apps.append(run.app)
            fake.down = RuntimeError("a fault\nof two lines")
            run.clock.advance(RENEW_AFTER)
            await run.settle()
    assert apps[0].failure == ("a fault of ours ended the console (RuntimeError); please report it")


def test_heavy_modules_are_not_imported_at_the_start() -> None:
    for module, unwanted in (
        ("imtui.tui.app.app", ("imtui.tui.console",)),
        ("imtui.tui.console.entry", ("httpx", "imtui.sdk", "imtui.tui.app.app")),
        ("imtui.cli.main", ("textual", "imtui.tui")),
    ):
        code = f"import sys, {module}; print([n for n in {unwanted!r} if n in sys.modules])"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
        )
        assert done.stdout.strip() == "[]", module
