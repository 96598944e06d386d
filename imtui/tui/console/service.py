"""The console's service: it polls the backend and runs the admin's commands."""

import asyncio
from typing import Any, Final

from imtui.protocol.errors import IMError
from imtui.protocol.safe_text import safe_text
from imtui.tui.console.admin_client import (
    ACCOUNTS,
    GET,
    KICK,
    LOG,
    SET,
    STATS,
    Connect,
    Connection,
    Unreachable,
)
from imtui.tui.console.answers import AccountPage, Kind, LogPage, Settings, Stats, read
from imtui.tui.console.change_log import PAGE_SIZE as LOG_PAGE_SIZE
from imtui.tui.console.model import ConsoleModel, Link
from imtui.tui.console.pages import PAGE_SIZE, AccountPages
from imtui.tui.console.sentences import REFUSALS, explain_to_admin
from imtui.tui.kit.clock import Clock

POLL_INTERVAL: Final = 1.0
_LOG_READS_MAX: Final = 20
_PAGES_AT_ONCE: Final = 50
_AHEAD: Final = PAGE_SIZE // 2
"""The number of rows loaded ahead of the visible ones."""


class ConsoleService:
    """Fills the model with the backend's answers, and sends the admin's commands."""

    def __init__(self, model: ConsoleModel, clock: Clock, connect: Connect) -> None:
        """Create the service; ``run`` starts it."""
        self._model = model
        self._clock = clock
        self._connection = Connection(connect, clock)
        self._due = float("-inf")
        self._woken = asyncio.Event()

    # Polling

    async def run(self) -> None:
        """Poll once a second until cancelled; back off while the backend is unreachable."""
        from imtui.sdk import Backoff

        backoff = Backoff()
        while True:
            try:
                began = self._clock.monotonic()
                if began >= self._due:
                    await self._poll()
                    # Pause between polls even if the backend is slow.
                    earliest = self._clock.monotonic() + POLL_INTERVAL / 2
                    self._due = max(began + POLL_INTERVAL, earliest)
                else:
                    await self._load_accounts()
            except (IMError, Unreachable) as error:
                delay = backoff.next_delay()
                self._due = self._clock.monotonic() + delay
                retry_at = self._clock.now() + round(delay * 1000)
                self._model.mark_lost(_error_message(error), retry_at)
            else:
                backoff.reset()
                self._model.mark_connected(self._clock.now())
            await self._pause()

    def request_accounts(self) -> None:
        """Load the visible or filtered accounts now, without waiting for the next poll."""
        if self._model.link is Link.UP:
            self._woken.set()

    def retry(self) -> None:
        """Poll now if the backend is lost."""
        if self._model.link is Link.LOST:
            self._due = float("-inf")
            self._woken.set()

    async def _pause(self) -> None:
        left = self._due - self._clock.monotonic()
        if left > 0:
            timer = self._clock.call_later(left, self._woken.set)
            try:
                await self._woken.wait()
            finally:
                timer.cancel()
        self._woken.clear()

    async def _poll(self) -> None:
        settings = await self._query(GET, {}, Settings)
        if settings is not None:
            self._model.settings = settings.positions
        stats = await self._query(STATS, {}, Stats)
        if stats is not None:
            self._model.update_stats(stats, self._connection.calls)
        await self._read_log()
        await self._load_accounts(again=True)

    async def _read_log(self) -> None:
        for _ in range(_LOG_READS_MAX):
            body = {"After": self._model.log.after, "MaxCnt": LOG_PAGE_SIZE}
            page = await self._query(LOG, body, LogPage)
            if page is None or not self._model.log.add_page(page):
                return

    async def _load_accounts(self, *, again: bool = False) -> None:
        """Load the accounts near the visible rows; loaded visible ones only if ``again``."""
        while self._model.prefix != self._model.accounts.prefix:
            # Keep the old rows until the new ones are loaded.
            other = AccountPages(self._model.prefix)
            if not await self._load_page(other, 0):
                return
            self._model.accounts = other
            again = False
        accounts, rows = self._model.accounts, self._model.rows_in_sight
        in_sight = accounts.numbers(rows)
        for number in accounts.numbers(range(rows.start, rows.stop + _AHEAD)):
            wanted = (again and number in in_sight) or not accounts.is_loaded(number)
            # A page tells whether another follows, so the count may change in this loop.
            if wanted and number < accounts.page_count:
                await self._load_page(accounts, number)
        await self._load_to_end(accounts)

    async def _load_to_end(self, accounts: AccountPages) -> None:
        """Load at most ``_PAGES_AT_ONCE`` pages towards the last account if it is wanted."""
        for _ in range(_PAGES_AT_ONCE):
            last = accounts.page_count - 1
            if not self._model.wants_end or accounts.is_loaded(last):
                break
            if not await self._load_page(accounts, last):
                break
        self._model.wants_end = False

    async def _load_page(self, accounts: AccountPages, number: int) -> bool:
        start = accounts.start(number)
        body = {"Cursor": start, "MaxCnt": PAGE_SIZE, "Prefix": accounts.prefix}
        page = await self._query(ACCOUNTS, body, AccountPage)
        if page is None:
            return False
        accounts.put(number, start, page)
        return True

    async def _query(self, command: str, body: dict[str, Any], kind: type[Kind]) -> Kind | None:
        """Return an answer, or None if the backend does not know the command or refuses it."""
        try:
            answer = await self._connection.call(command, body)
        except IMError as error:
            if error.code not in REFUSALS:
                raise
            self._model.refusals[command] = explain_to_admin(error)
            return None
        self._model.refusals.pop(command, None)
        return read(answer, kind)

    # Commands

    async def set(self, key: str, value: str) -> None:
        """Set a switch; of several values requested during a call, only the last is sent."""
        pending = self._model.pending
        is_under_way = key in pending
        pending[key] = value
        self._model.set_notice("")
        if is_under_way:
            return
        try:
            sent = None
            while sent != pending[key]:
                sent = pending[key]
                answer = await self._connection.call(SET, {"Settings": {key: sent}})
                self._model.settings = read(answer, Settings).positions
        except (IMError, Unreachable) as error:
            self._model.set_notice(_error_message(error), is_error=True)
        finally:
            del pending[key]
            self._model.changed()

    async def kick(self, user_id: str) -> None:
        """Kick an account off all its devices."""
        try:
            await self._connection.call(KICK, {"UserID": user_id})
        except (IMError, Unreachable) as error:
            self._model.set_notice(_error_message(error), is_error=True)
        else:
            self._model.set_notice(
                f"{user_id} was kicked off every device, and their UserSigs ended: "
                "they need a new one."
            )


def _error_message(error: IMError | Unreachable) -> str:
    return explain_to_admin(error) if isinstance(error, IMError) else safe_text(str(error))
