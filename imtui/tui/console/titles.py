"""The titles of the console's panes."""

from collections.abc import Sequence

from imtui.tui.console.account_list import AccountList
from imtui.tui.console.admin_client import ACCOUNTS, LOG
from imtui.tui.console.log_pane import LogPane
from imtui.tui.console.model import ConsoleModel, Link
from imtui.tui.kit.clock import Clock, time_of_day
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.widgets.pane_title import PaneTitle


class AccountsTitle(PaneTitle):
    """The title of the account list, with the position of the cursor."""

    def __init__(
        self, model: ConsoleModel, glyphs: Glyphs, clock: Clock, accounts: AccountList
    ) -> None:
        """Create the title of an account list."""
        super().__init__("Accounts")
        self._model = model
        self._glyphs = glyphs
        self._clock = clock
        self._list = accounts

    def notes(self) -> Sequence[str]:
        """Return the position of the cursor, or why the list is stale or empty."""
        if self._model.link is Link.LOST and self._model.as_of is not None:
            return [f"as of {time_of_day(self._clock, self._model.as_of)}"]
        if refusal := self._model.refusals.get(ACCOUNTS):
            return [refusal, refusal.partition(" ")[0]]
        accounts = self._model.accounts
        if not accounts.length:
            return []
        place = f"{self._list.cursor + 1:,} of {accounts.total:,}"
        beginning = f" whose ID begins with {self._glyphs.quote(accounts.prefix)}"
        return [place + beginning, place] if accounts.prefix else [place]


class LogTitle(PaneTitle):
    """The title of the log, with a note while it is scrolled back."""

    def __init__(self, model: ConsoleModel, log_pane: LogPane) -> None:
        """Create the title of a log."""
        super().__init__("Changes")
        self._model = model
        self._log_pane = log_pane

    def notes(self) -> Sequence[str]:
        """Return why there is no log, or a note that it is scrolled back."""
        if refusal := self._model.refusals.get(LOG):
            return [refusal, refusal.partition(" ")[0]]
        if words := self._model.log.words:
            return [f"with {words}", "filtered"]
        return [] if self._log_pane.follows else ["End: newest", "scrolled"]
