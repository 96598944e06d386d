"""The console's main screen: switches and figures above, accounts and the log below."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import DescendantFocus

from imtui.protocol.limits import USER_ID_MAX_CHARS
from imtui.tui.commands.command import Keys
from imtui.tui.console.account_list import AccountList
from imtui.tui.console.board import Board, FigureBoard, HeadBoard, HelpBoard, SwitchBoard
from imtui.tui.console.log_pane import LogPane
from imtui.tui.console.model import ConsoleModel
from imtui.tui.console.switches import SWITCHES
from imtui.tui.console.titles import AccountsTitle, LogTitle
from imtui.tui.kit.clock import Clock
from imtui.tui.kit.painted import SPAN_STYLES
from imtui.tui.kit.undocumented.screens import KeepsFocus
from imtui.tui.kit.uniform import Column
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.screens.selecting import SelectingScreen
from imtui.tui.widgets.finder import Finder
from imtui.tui.widgets.key_line import KeyLine
from imtui.tui.widgets.too_small import TooSmall

_LOG: Final = "log"
"""The pane of the log, as its finder names it."""
_HINTS: Final = (
    ("/", "filter", "filter"),
    ("Enter", "devices", "devices"),
    ("k", "kick", "kick"),
    ("l", "log", "log"),
    (f"1-{len(SWITCHES)}", "switch", ""),
    ("r", "retry", "retry"),
    ("q", "quit", "leave"),
)


class ConsoleScreen(KeepsFocus, SelectingScreen[None]):
    """Shows a backend on one screen."""

    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (20, "-one-pane"), (60, "-two-panes"), (112, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-flat"),
        (5, "-low"),
        (14, "-middle"),
        (20, "-high"),
    ]
    AUTO_FOCUS = "AccountList"
    BINDINGS: ClassVar[list[BindingType]] = [
        # The other pane may be hidden, so it is not in Textual's focus chain.
        Binding("tab,shift+tab", "app.log", "Log", show=False)
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = SPAN_STYLES

    def __init__(self, model: ConsoleModel, where: str, glyphs: Glyphs, clock: Clock) -> None:
        """Create the screen of a model.

        Args:
            model: The model to show.
            where: The name of the backend.
            glyphs: The characters to draw with.
            clock: The time.
        """
        super().__init__(classes="-two-panes -high")
        self._model = model
        self._boards: tuple[Board, ...] = (
            HeadBoard(model, where, glyphs, clock),
            SwitchBoard(model, glyphs, id="switches"),
            FigureBoard(model, glyphs, id="figures"),
        )
        self._help = HelpBoard(model, glyphs, id="help", grows=True)
        self.accounts = AccountList(model, glyphs)
        self.accounts_title = AccountsTitle(model, glyphs, clock, self.accounts)
        self.log_pane = LogPane(model, glyphs, clock)
        self.log_title = LogTitle(model, self.log_pane)
        self._finder = Finder("accounts")
        self._finder.placeholder = "the beginning of a user ID, not of a nick"
        self._finder.max_length = USER_ID_MAX_CHARS
        self._log_finder = Finder(_LOG)
        self._log_finder.placeholder = "a user, an event, an address or a code"
        self._notes: tuple[Sequence[str], Sequence[str]] = ((), ())

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield from self._boards
        with Horizontal(id="panes"):
            with Column(id="accounts"):
                yield self.accounts_title
                yield self._finder
                yield self.accounts
            with Column(id="log"):
                yield self.log_title
                yield self._log_finder
                yield self.log_pane
        yield self._help
        yield KeyLine(Keys(), (), _HINTS)
        yield TooSmall()

    @property
    def in_log(self) -> bool:
        """Return whether the log has the focus."""
        return self.has_class("-in-log")

    def show_changes(self) -> None:
        """Repaint the parts that changed."""
        for board in (*self._boards, self._help):
            board.show_changes()
        self.accounts.show_changes()
        self.log_pane.show_changes()
        notes = self.accounts_title.notes(), self.log_title.notes()
        if notes != self._notes:
            self._notes = notes
            self.accounts_title.refresh()
            self.log_title.refresh()

    def on_mount(self) -> None:
        """Update the notes of the titles when the log is scrolled."""
        self.watch(self.log_pane, "scroll_y", self.show_changes, init=False)

    def on_account_list_moved(self) -> None:
        """Update the cursor's row in the title."""
        self.show_changes()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Show which pane has the focus."""
        self.set_class(event.widget in (self.log_pane, self._log_finder), "-in-log")
        self.accounts_title.refresh()
        self.log_title.refresh()
        self._help.show_changes()

    def toggle_log(self) -> None:
        """Go to the log, or back to the accounts."""
        to_log = not self.in_log
        # A hidden pane must be shown before it can take the focus.
        self.set_class(to_log, "-in-log")
        (self.log_pane if to_log else self.accounts).focus()

    # Finding

    def find(self) -> None:
        """Open the input for the beginning of a user ID, or in the log for any words."""
        (self._log_finder if self.in_log else self._finder).begin()

    def show_all(self) -> None:
        """Show all accounts and changes, and focus the accounts."""
        self._finder.clear_and_hide()
        self._log_finder.clear_and_hide()
        self.remove_class("-in-log")
        self.accounts.focus()

    def on_finder_narrowed(self, event: Finder.Narrowed) -> None:
        """Request the accounts whose IDs start with the search text, or narrow the log."""
        if event.pane == _LOG:
            self._model.narrow_log(self._log_finder.value.strip())
            return
        self._model.filter_accounts(self._finder.value.strip())
        self.post_message(AccountList.RowsWanted())

    def on_finder_done(self, event: Finder.Done) -> None:
        """Focus the list, or the log."""
        (self.log_pane if event.pane == _LOG else self.accounts).focus()
