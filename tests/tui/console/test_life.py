"""Start, loss and return of the backend, quitting, terminal sizes and hostile texts."""

import subprocess
import sys

import pytest
from textual.worker import WorkerFailed

from imtui.protocol.errors import ErrorCode, IMError
from imtui.tui.console.admin_client import RENEW_AFTER, Unreachable
from tests.tui.app.test_safety import EVIL, FORBIDDEN
from tests.tui.console.fake import account, device, street
from tests.tui.console.harness import running

REFUSED = IMError(ErrorCode.ERR_SDK_NET_CONN_REFUSE)
GONE = Unreachable("No backend runs on /srv/im. Start it: imtui serve --data /srv/im")


@pytest.mark.parametrize(("trouble", "words"), [(REFUSED, "9511 · Nobody"), (GONE, "No backend")])
async def test_a_lost_backend_is_told_and_found_again_by_itself(
    trouble: Exception, words: str
) -> None:
    async with running() as run:
        run.fake.down = trouble
        if trouble is GONE:
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


async def test_a_lost_backend_is_tried_less_and_less_often() -> None:
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


async def test_what_is_done_meanwhile_says_why_it_was_not() -> None:
    async with running() as run:
        run.fake.down = REFUSED
        await run.press("2", "y")
        assert "9511 · Nobody listens" in run.text()
        assert "change notification on" in run.line("user status query")


async def test_a_reason_too_long_for_a_line_takes_two() -> None:
    fake = street()
    fake.down = GONE
    async with running(fake, size=(60, 24)) as run:
        assert "No backend runs on /srv/im. Start it: imtui serve --data" in run.text()
        assert run.line("/srv/im") and run.lines()[-2].strip() == "/srv/im"
        fake.down = None
        await run.settle(40)
        assert "Tab: log" in run.lines()[-2]


async def test_nothing_to_connect_to_at_the_start() -> None:
    fake = street()
    fake.down = GONE
    async with running(fake) as run:
        assert "No backend runs on /srv/im." in run.text()
        assert "not known" in run.line("1 Edition")
        fake.down = None
        await run.settle(40)
        assert "alice" in run.text()


async def test_a_client_is_used_until_it_fails_or_is_old() -> None:
    async with running() as run:
        await run.settle()
        assert run.fake.connected == 1
        run.clock.advance(RENEW_AFTER)
        await run.settle(0)
        assert run.fake.connected == 2
        run.fake.down = IMError(ErrorCode.ERR_SVR_ACCOUNT_USERSIG_EXPIRED)
        await run.settle()
        assert "70001 · The UserSig has expired. Get a new one." in run.text()
        run.fake.down = None
        await run.settle(40)
        assert run.fake.connected == 3


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_leaving(key: str) -> None:
    async with running() as run:
        await run.press(key)
        assert not run.app.is_running
        assert run.app.failure == ""


@pytest.mark.parametrize("size", [(1, 1), (19, 24), (20, 5), (40, 12), (60, 12), (80, 24)])
@pytest.mark.parametrize("ascii", [False, True])
async def test_sizes(size: tuple[int, int], ascii: bool) -> None:
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


async def test_one_pane_at_a_time_where_there_is_no_room_for_two() -> None:
    fake = street()
    fake.tell("dave", "registered", "by REST")
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
async def test_nothing_hostile_is_shown_raw_or_taken_for_markup(
    size: tuple[int, int], keys: list[str]
) -> None:
    fake = street()
    evil = account(EVIL, device(EVIL, EVIL) | {"InstanceID": EVIL}, text=EVIL, status=EVIL)
    fake.accounts.insert(0, evil | {"Nick": EVIL})
    fake.settings |= {"edition": EVIL, EVIL: EVIL}
    fake.errors[EVIL] = 3
    fake.tell(EVIL, EVIL, EVIL)
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


async def test_a_fault_of_ours_ends_it_with_one_line() -> None:
    fake, seen = street(), []
    with pytest.raises(WorkerFailed):
        async with running(fake) as run:
            seen.append(run.app)
            fake.down = RuntimeError("a fault\nof two lines")
            run.clock.advance(RENEW_AFTER)
            await run.settle()
    assert seen[0].failure == ("a fault of ours ended the console (RuntimeError); please report it")


def test_the_app_does_not_pay_for_the_console_nor_its_first_frame_for_the_network() -> None:
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
