"""What is remembered of the account that is logged in, once it is known which one that is."""

from collections.abc import Callable
from pathlib import Path

from imtui.tui.model.alert import Quiet
from imtui.tui.state.account_state import AccountState, StateFile


class Memory:
    """The state of one account; before there is one, nothing is kept."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        """Make it; ``tell`` is told why the state cannot be kept, once."""
        self._report_problem = tell
        self._file: StateFile | None = None
        self._listeners: list[Callable[[], None]] = []

    def open(self, folder: Path) -> None:
        """Take the state of an account from its folder."""
        self._file = StateFile(folder)

    @property
    def state(self) -> AccountState:
        """Return what is remembered."""
        return AccountState() if self._file is None else self._file.state

    def add_listener(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` whenever what is remembered changed."""
        self._listeners.append(callback)

    def update(self, change: Callable[[AccountState], AccountState]) -> None:
        """Change what is remembered, and keep it."""
        if self._file is None:
            return
        told = self._file.problem
        self._file.update(change)
        for callback in self._listeners:
            callback()
        if self._file.problem and not told:
            self._report_problem(self._file.problem)

    def quiet(self, now: int) -> Quiet | None:
        """Return do-not-disturb as it holds now, if it is on."""
        state = self.state
        if not state.quiet or (state.quiet_until is not None and state.quiet_until <= now):
            return None
        return Quiet(state.quiet_until, frozenset(state.let_through))
