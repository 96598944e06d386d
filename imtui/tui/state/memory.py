"""The saved state of the account that is logged in."""

from collections.abc import Callable
from pathlib import Path

from imtui.tui.model.alert import Quiet
from imtui.tui.state.account_state import AccountState, StateFile


class Memory:
    """The saved state of the logged-in account; before the login, changes are discarded."""

    def __init__(self, report_problem: Callable[[str], None]) -> None:
        """Start without an account.

        Args:
            report_problem: Called once with the reason if the state cannot be written.
        """
        self._report_problem = report_problem
        self._file: StateFile | None = None
        self._listeners: list[Callable[[], None]] = []

    def open(self, folder: Path) -> None:
        """Load the state of an account from its folder."""
        self._file = StateFile(folder)

    @property
    def state(self) -> AccountState:
        """Return the current state."""
        return AccountState() if self._file is None else self._file.state

    def add_listener(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` after each change of the state."""
        self._listeners.append(callback)

    def update(self, change: Callable[[AccountState], AccountState]) -> None:
        """Change the state and write it to the file."""
        if self._file is None:
            return
        reported = self._file.problem
        self._file.update(change)
        for callback in self._listeners:
            callback()
        if self._file.problem and not reported:
            self._report_problem(self._file.problem)

    def quiet(self, now: int) -> Quiet | None:
        """Return do-not-disturb if it is on at ``now``, in Unix milliseconds."""
        state = self.state
        if not state.quiet or (state.quiet_until is not None and state.quiet_until <= now):
            return None
        return Quiet(state.quiet_until, frozenset(state.let_through))
