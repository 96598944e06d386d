"""The connected devices of one account."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from imtui.tui.commands.command import Keys
from imtui.tui.console.answers import AccountItem, Device
from imtui.tui.console.model import ConsoleModel
from imtui.tui.kit.clock import Clock, time_of_day
from imtui.tui.kit.list_row import ListRow
from imtui.tui.kit.spans import Span
from imtui.tui.render.dialog_rows import labelled_line, text_line
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.screens.list_screen import ListScreen


class DevicesScreen(ListScreen[None]):
    """An account and its devices, kept current while the account is in view."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("k", "app.kick", "Kick", show=False)]

    def __init__(
        self, account: AccountItem, model: ConsoleModel, glyphs: Glyphs, clock: Clock
    ) -> None:
        """Create the screen of an account."""
        super().__init__(account.user_id, Keys(), ())
        self._account = account
        self._model = model
        self._glyphs = glyphs
        self._clock = clock
        self._key_line.hint((("Esc", "back", "close"), ("k", "kick", "kick")), alone=True)

    @property
    def user_id(self) -> str:
        """Return the ID of the account."""
        return self._account.user_id

    def notes(self) -> Sequence[str]:
        """Return the number of devices."""
        number = len(self._account.devices)
        return [f"{number} {'device' if number == 1 else 'devices'} connected"]

    def show_changes(self) -> None:
        """Show the account's current state in the model."""
        self._account = self._model.account(self.user_id) or self._account
        super().show_changes()

    def rows(self, width: int) -> list[ListRow]:
        """Return the account's status and devices."""
        account, glyphs = self._account, self._glyphs
        badge = glyphs.badge(account.status_type)
        how = [Span(str(badge), badge.style), Span(self._since(account.since), "dim")]
        rows = [labelled_line("Status", how, width, glyphs)]
        if account.custom_status:
            text = [Span(glyphs.quote(account.custom_status))]
            rows.append(labelled_line("Custom status", text, width, glyphs))
        if account.nick:
            rows.append(labelled_line("Nickname", [Span(account.nick)], width, glyphs))
        rows.append(ListRow())
        if not account.devices:
            return [*rows, text_line("No device is connected.", width)]
        return [*rows, *(self._device(device, width) for device in account.devices)]

    def _device(self, device: Device, width: int) -> ListRow:
        details = f" {device.platform}{self._since(device.login_time)}   {device.instance_id}"
        return labelled_line(device.name, [Span(details, "dim")], width, self._glyphs)

    def _since(self, moment: int) -> str:
        return f"   since {time_of_day(self._clock, moment)}" if moment else ""

    def choose(self, user_id: str) -> None:
        """Do nothing: a device has no details."""
