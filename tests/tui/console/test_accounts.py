"""The list of accounts: pages, the filter, devices, kicks."""

import pytest
from msgspec import convert

from imtui.protocol.errors import IMError
from imtui.tui.console.answers import AccountPage
from imtui.tui.console.pages import PAGE_SIZE, PAGES_KEPT, AccountPages
from tests.tui.console.fake import FakeBackend, account, device, numbered_accounts, small_backend
from tests.tui.console.harness import Running, running

KICK = "im_open_login_svc/kick"
ACCOUNTS = "imtui_console/accounts"


async def load(pages: AccountPages, fake: FakeBackend, number: int) -> None:
    start = pages.start(number)
    body = {"Cursor": start, "MaxCnt": PAGE_SIZE, "Prefix": pages.prefix}
    pages.put(number, start, convert(await fake.call(ACCOUNTS, body), AccountPage))


async def test_all_pages_can_be_loaded_but_only_some_are_kept() -> None:
    pages, fake = AccountPages(), FakeBackend(*numbered_accounts(PAGE_SIZE * (PAGES_KEPT + 5) + 7))
    assert pages.length == 0
    for number in range(PAGES_KEPT + 5):
        await load(pages, fake, number)
        assert pages.length == (number + 1) * PAGE_SIZE + 1
    assert not pages.is_loaded(0)
    assert pages.at(0) is None
    await load(pages, fake, PAGES_KEPT + 5)
    assert pages.length == pages.total == len(fake.accounts)
    last = pages.at(pages.length - 1)
    assert last is not None
    assert pages.find(last.user_id) == pages.length - 1
    await load(pages, fake, 0)
    first = pages.at(0)
    assert first is not None
    assert first.user_id == "user-000000"


async def test_a_page_starts_elsewhere_after_the_page_before_it_changed() -> None:
    pages, fake = AccountPages(), FakeBackend(*numbered_accounts(3 * PAGE_SIZE))
    for number in range(3):
        await load(pages, fake, number)
    fake.accounts.insert(0, account("a-newcomer"))
    old_cursor = pages.start(1)
    await load(pages, fake, 0)
    assert pages.start(1) != old_cursor
    await load(pages, fake, 1)
    shown = [pages.at(row) for row in range(2 * PAGE_SIZE)]
    assert [one.user_id for one in shown if one] == [
        one["UserID"] for one in fake.accounts[: 2 * PAGE_SIZE]
    ]
    # A late answer to a request with the old cursor is ignored.
    pages.put(1, old_cursor, AccountPage())
    assert pages.at(PAGE_SIZE) is not None


async def test_deleted_accounts_shorten_the_list() -> None:
    pages, fake = AccountPages(), FakeBackend(*numbered_accounts(2 * PAGE_SIZE))
    for number in range(2):
        await load(pages, fake, number)
    del fake.accounts[PAGE_SIZE:]
    await load(pages, fake, 0)
    assert (pages.page_count, pages.length) == (1, PAGE_SIZE)


def test_an_empty_page_is_the_last_one() -> None:
    pages = AccountPages()
    pages.put(0, "", AccountPage(next_cursor="again", total=5))
    assert (pages.page_count, pages.length) == (1, 0)


async def test_a_row_shows_id_status_text_and_devices() -> None:
    async with running() as run:
        assert run.line("alice").startswith("▸ alice ◉ ONLINE Listening to music laptop, phone")
        assert run.line("carol").startswith("carol ◦ OFFLINE")
        assert "Accounts 1 of 4" in run.line("1 of 4")
        run.fake.find("carol").update(Status="ONLINE", CustomStatus="Back", Devices=[device("x")])
        await run.settle()
        assert run.line("carol").startswith("carol ◉ ONLINE Back x")


async def test_only_accounts_near_the_visible_rows_are_loaded() -> None:
    fake = FakeBackend(*numbered_accounts(100_000))
    async with running(fake) as run:
        assert "1 of 100,000" in run.text()
        assert len({body["Cursor"] for body in fake.bodies(ACCOUNTS)}) == 1
        for _ in range(3):
            await run.press("pagedown")
            await run.settle(0)
        assert len({body["Cursor"] for body in fake.bodies(ACCOUNTS)}) == 2
        fake.calls.clear()
        await run.settle()
        assert 1 <= len(fake.bodies(ACCOUNTS)) <= 2
        await run.press("home")
        assert "user-000000" in run.line("▸")


async def test_the_end_key_moves_to_the_last_account() -> None:
    fake = FakeBackend(*numbered_accounts(1_234))
    async with running(fake) as run:
        await run.press("end")
        await run.settle(0)
        assert "user-001233" in run.line("▸")
        assert "1,234 of 1,234" in run.text()
        fake.accounts.append(account("zoe"))
        await run.settle()
        # The cursor stays on its account.
        assert "user-001233" in run.line("▸")


async def test_a_distant_end_takes_several_presses() -> None:
    async with running(FakeBackend(*numbered_accounts(100_000))) as run:
        await run.press("end")
        await run.settle(0)
        assert "user-0052" in run.line("▸")
        assert "5,201 of 100,000" in run.text()
        await run.press("end")
        await run.settle(0)
        assert "user-010" in run.line("▸")
        await run.press("home", "end", "up")
        await run.settle()
        assert run.app.model.wants_end is False


async def test_a_row_shows_the_nick_if_it_fits() -> None:
    fake = FakeBackend(
        account("alice", text="Tea") | {"Nick": "Alice Smith-Jones the Third"},
        account("b" * 32) | {"Nick": "Bob"},
    )
    async with running(fake) as run:
        assert "▸ alice Alice Smith-" in run.line("alice")
        assert "Bob" not in run.text()
    async with running(fake, size=(80, 24)) as run:
        assert "Alice" not in run.text()


async def test_the_cursor_stays_on_its_account() -> None:
    async with running() as run:
        await run.press("down")
        assert "bob" in run.line("▸")
        run.fake.accounts.insert(0, account("aaron"))
        await run.settle()
        assert "bob" in run.line("▸")
        assert "3 of 5" in run.text()


async def type_filter(run: Running, words: str) -> None:
    await run.press("slash", *words)
    await run.settle(0)


async def test_a_filter_matches_the_beginning_of_ids() -> None:
    fake = FakeBackend(*numbered_accounts(1_000), account("alice"))
    async with running(fake) as run:
        # In the filter, letters are text even if they are keys of commands.
        await type_filter(run, "user-00099")
        assert fake.bodies(ACCOUNTS)[-1]["Prefix"] == "user-00099"
        assert "1 of 10 whose ID begins with “user-00099”" in run.text()
        await run.press("enter", "down")
        assert "user-000991" in run.line("▸")
        await run.press("escape")
        await run.settle(0)
        assert "1 of 1,001" in run.text()
        await type_filter(run, "klq")
        assert "No ID begins so" in run.text()
        assert run.app.is_running


async def test_a_refused_filter_says_why() -> None:
    async with running() as run:
        run.fake.refused[ACCOUNTS] = IMError(70402, "Prefix: it is too long.")
        await type_filter(run, "x")
        assert "70402 · Prefix: it is too long." in run.text()
        run.fake.refused.clear()
        await run.press("escape")
        await run.settle(0)
        assert "70402" not in run.text()


async def test_enter_opens_the_live_devices() -> None:
    async with running() as run:
        await run.press("enter")
        assert "2 devices connected" in run.text()
        assert "Android since 14:05 id-phone" in run.line("id-phone")
        run.fake.find("alice")["Devices"].pop()
        await run.settle()
        assert "1 device connected" in run.text()
        assert "id-phone" not in run.text()
        await run.press("escape", "down", "down", "enter")
        assert "No device is connected." in run.text()


@pytest.mark.parametrize("way", [["k"], ["enter", "k"], ["delete"]])
async def test_a_kick_needs_confirmation(way: list[str]) -> None:
    async with running() as run:
        await run.press(*way)
        assert "Kick alice off every device, and end their UserSigs?" in run.text()
        assert "They need a new one." in run.text()
        await run.press("n")
        await run.press(way[-1], "enter")
        assert run.fake.bodies(KICK) == []
        await run.press(way[-1], "y")
        assert run.fake.bodies(KICK) == [{"UserID": "alice"}]
        if way == ["enter", "k"]:
            await run.press("escape")
        else:
            result = "alice was kicked off every device, and their UserSigs ended: they need a"
            assert result in run.text()
            await run.press("down", "up")
            assert result not in run.text()
        await run.settle()
        assert run.line("alice").startswith("▸ alice ◌ UNLOGINED")
        assert "kicked" in run.text()


async def test_a_refused_kick_says_why() -> None:
    fake = small_backend()
    fake.refused[KICK] = IMError(70107)
    async with running(fake) as run:
        await run.press("k", "y")
        assert "70107 · There is no such account. Check the user ID." in run.text()


async def test_the_mouse_selects_filters_and_kicks() -> None:
    async with running() as run:
        await run.click("bob")
        assert "bob" in run.line("▸")
        await run.click("k kick")
        assert "Kick bob" in run.text()
        await run.press("escape")
        await run.click("carol", times=2)
        assert "No device is connected." in run.text()
        await run.click("k kick")
        assert "Kick carol" in run.text()
        await run.press("escape")
        await run.click("Esc back")
        await run.click("/ filter")
        assert "the beginning of a user ID" in run.text()
