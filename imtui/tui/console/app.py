"""The console as an app: ties the model, the service and the screen together."""

import logging
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ClassVar, Final

from msgspec import Struct
from textual.binding import Binding, BindingType
from textual.events import Event, Key, Paste
from textual.worker import WorkerFailed

from imtui.tui.console.admin_client import Connect
from imtui.tui.console.model import ConsoleModel, Link
from imtui.tui.console.screen import ConsoleScreen
from imtui.tui.console.service import ConsoleService
from imtui.tui.console.switches import SWITCHES, Switch, switch_named
from imtui.tui.kit.clock import Clock, Handle, SystemClock
from imtui.tui.kit.moves import MOVES
from imtui.tui.kit.type_ahead import TypeAhead
from imtui.tui.kit.undocumented.app import FaultTolerantApp
from imtui.tui.render.glyphs import ASCII, UNICODE
from imtui.tui.widgets.colours import presence_colours
from imtui.tui.widgets.run_command import RunCommand

_log = logging.getLogger(__name__)

_OTHER_USE: Final = frozenset("jk")
"""Not movement keys in the console: ``k`` kicks, and ``j`` without ``k`` would be odd."""
_MOVE_KEYS: Final = {move.id: [key for key in move.keys if key not in _OTHER_USE] for move in MOVES}


class ConsoleLaunch(Struct, frozen=True):
    """The start-up options of the console."""

    connect: Connect
    """Finds the backend; called after the first frame, and again after a loss."""
    where: str
    """The name of the backend."""
    theme: str = ""
    """The name of the user's theme; ignored if there is no such theme."""
    ascii: bool = False
    """Draw with ASCII only."""
    log_file: Path | None = None
    """The file that the details of a fault are written to, if there is one."""


class ConsoleApp(FaultTolerantApp):
    """The console's screen."""

    TITLE = "imtui console"
    CSS_PATH: ClassVar[list[str]] = ["../widgets/imtui.tcss", "console.tcss"]  # type: ignore[assignment]
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "leave", "Quit", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False),
        Binding("q", "leave", "Quit", show=False),
        Binding("slash", "filter", "Filter", show=False),
        Binding("escape", "all", "All accounts", show=False),
        Binding("k,delete", "kick", "Kick", show=False),
        Binding("l", "log", "Log", show=False),
        Binding("r", "retry", "Retry", show=False),
        *(
            Binding(str(number), f"switch('{switch.key}')", switch.title, show=False)
            for number, switch in enumerate(SWITCHES, 1)
        ),
    ]

    def __init__(self, launch: ConsoleLaunch, clock: Clock | None = None) -> None:
        """Create the console; tests pass their own clock."""
        super().__init__(
            # With NO_COLOR, use only the terminal's own colours.
            ansi_color=True if "NO_COLOR" in os.environ else None,
        )
        self._launch = launch
        self.clock = clock or SystemClock()
        self.glyphs = ASCII if launch.ascii else UNICODE
        self.model = ConsoleModel()
        self.service = ConsoleService(self.model, self.clock, launch.connect)
        self.failure = ""
        """Why the console ended, in one line; empty if the user quit."""
        self._countdown: Handle | None = None
        self._type_ahead = TypeAhead(
            self,
            super().on_event,
            lambda key: any(key in keys for name, keys in _MOVE_KEYS.items() if name != "choose"),
        )

    # Life cycle

    def get_default_screen(self) -> ConsoleScreen:
        """Return the screen."""
        self.main = ConsoleScreen(self.model, self._launch.where, self.glyphs, self.clock)
        return self.main

    def on_mount(self) -> None:
        """Apply the options, and repaint after each change of the model."""
        self.set_class(self._launch.ascii, "-ascii")
        if self._launch.theme in self.available_themes:
            self.theme = self._launch.theme
        self.set_keymap({name: ",".join(keys) for name, keys in _MOVE_KEYS.items()})
        # Another program may have written to the terminal while we were suspended.
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        self.model.watch(self._show_changes_soon)

    def on_ready(self) -> None:
        """Connect to the backend now that the first frame is on the screen."""
        self.main.show_changes()
        self.run_worker(self.service.run(), exit_on_error=True)

    def _show_changes_soon(self) -> None:
        # The service changes the model in its own task; widgets belong to the app's.
        self.call_next(self._show_changes)

    def _show_changes(self) -> None:
        self.main.show_changes()
        for screen in self.screen_stack[1:]:
            from imtui.tui.console.devices import DevicesScreen

            if isinstance(screen, DevicesScreen):
                screen.show_changes()
        self._count_down()

    def _count_down(self) -> None:
        if self._countdown is not None:
            self._countdown.cancel()
            self._countdown = None
        if self.model.link is Link.LOST:
            self._countdown = self.clock.call_later(1.0, self._show_changes_soon)

    def get_css_variables(self) -> dict[str, str]:
        """Return the style sheet's variables, with the theme's presence colours."""
        return {**super().get_css_variables(), **presence_colours(self.current_theme)}

    @property
    def accepts_keys(self) -> bool:
        """Return True: the console mounts all its widgets at the start."""
        return True

    async def on_event(self, event: Event) -> None:
        """Handle keys one at a time, and other events as usual."""
        if not isinstance(event, (Key, Paste)):
            await super().on_event(event)
        elif event.is_forwarded:
            await super().on_event(event)
            await self._type_ahead.key_unhandled(event)
        else:
            # A new key dismisses the last notice.
            if self.model.notice is not None:
                self.model.set_notice("")
            # Whoever types looks at the terminal, even if its report of that got lost.
            self.app_focus = True
            await self._type_ahead.handle(event)

    def handle_fault(self, error: BaseException | None) -> None:
        """Log the fault, keep one line about it for the admin, and exit."""
        if isinstance(error, WorkerFailed):
            error = error.error
        _log.critical("The console ended", exc_info=error)
        self.failure = self.failure or (
            f"a fault of ours ended the console ({type(error).__name__}); please report it"
        )
        self.exit_after_fault()

    # Actions of keys and the mouse

    async def on_run_command(self, message: RunCommand) -> None:
        """Run the action that a widget requests."""
        await self.run_action(message.command_id)

    def on_account_list_rows_wanted(self) -> None:
        """Load the accounts that a pane needs."""
        self.service.request_accounts()

    def action_switch(self, key: str) -> None:
        """Flip a switch, or offer its positions if it has more than two."""
        switch = switch_named(key)
        value = self.model.pending.get(key) or self.model.value(key)
        if len(switch.effects) == 2:
            self._set_switch(switch, value, switch.next_position(value))
            return
        from imtui.tui.console.choice import ChoiceScreen

        def chosen(position: str | None) -> None:
            if position is not None and position != value:
                self._set_switch(switch, value, position)

        self.push_screen(ChoiceScreen(switch, value), chosen)

    def _set_switch(self, switch: Switch, before: str, value: str) -> None:
        """Set a switch; ask first if the new position is stricter."""
        question = switch.question(before, value)
        if question:
            self._ask(question, lambda: self.service.set(switch.key, value))
        else:
            self.run_worker(self.service.set(switch.key, value))

    def _ask(self, question: str, act: Callable[[], Coroutine[Any, Any, None]]) -> None:
        from imtui.tui.kit.prompt import Question

        def answered(yes: bool | None) -> None:
            if yes:
                self.run_worker(act())

        self.model.set_notice("")
        self.push_screen(Question(question, takes_away=True), answered)

    def action_filter(self) -> None:
        """Filter the accounts by the beginning of their IDs, or the log by any words."""
        self.model.set_notice("")
        self.main.find()

    def action_all(self) -> None:
        """Show all accounts."""
        self.model.set_notice("")
        self.main.show_all()

    def action_log(self) -> None:
        """Go to the log, or back."""
        self.main.toggle_log()

    def action_retry(self) -> None:
        """Try to reach the backend now."""
        self.service.retry()

    def action_devices(self) -> None:
        """Show the devices of the account under the cursor."""
        from imtui.tui.console.devices import DevicesScreen

        account = self.model.account(self.main.accounts.selected)
        if account is not None and self.screen is self.main:
            self.push_screen(DevicesScreen(account, self.model, self.glyphs, self.clock))

    def action_kick(self) -> None:
        """Kick an account off all its devices, after confirmation."""
        from imtui.tui.console.devices import DevicesScreen

        screen = self.screen
        user_id = (
            screen.user_id if isinstance(screen, DevicesScreen) else self.main.accounts.selected
        )
        if user_id:
            self._ask(
                f"Kick {user_id} off every device, and end their UserSigs? They need a new one.",
                lambda: self.service.kick(user_id),
            )

    def action_close(self) -> None:
        """Close the dialog on top."""
        if self.screen is not self.main:
            self.screen.dismiss(None)

    def action_leave(self) -> None:
        """Quit; the backend keeps running."""
        self._type_ahead.drop()
        self.exit()
