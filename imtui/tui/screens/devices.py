"""The account's own devices and the status text each of them set."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.binding import BindingType

from imtui.protocol.messages import SelfDevice
from imtui.tui.commands.catalogue import command_by_id
from imtui.tui.commands.command import Keys
from imtui.tui.commands.sentences import with_keys
from imtui.tui.kit.clock import Clock, time_of_day
from imtui.tui.kit.list_row import ListRow
from imtui.tui.kit.spans import Span, crop
from imtui.tui.model.events import EventKind, counted
from imtui.tui.model.model import Model
from imtui.tui.render.dialog_rows import text_line, time_line
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.screens.list_screen import ListScreen
from imtui.tui.widgets.bindings import command_bindings

_COMMANDS: Final = [command_by_id(name) for name in ("back", "status", "clear", "log-out")]
_EVENTS_MAX: Final = 50


class DevicesScreen(ListScreen[None]):
    """The account's connected devices, the earliest login first."""

    BINDINGS: ClassVar[list[BindingType]] = command_bindings(_COMMANDS)

    def __init__(self, model: Model, keys: Keys, glyphs: Glyphs, clock: Clock) -> None:
        """Make the view for a model."""
        super().__init__("Your devices", keys, _COMMANDS)
        self._model = model
        self._keys = keys
        self._glyphs = glyphs
        self._clock = clock

    def notes(self) -> Sequence[str]:
        """Return the number of devices."""
        return [f"{counted(len(self._model.account.devices()), 'device')} connected"]

    def rows(self, width: int) -> list[ListRow]:
        """Return the devices, a replaced text, and recent device events."""
        account = self._model.account
        rows = [row for device in account.devices() for row in self._device(device, width)]
        if not rows:
            rows = [text_line("Not known while there is no connection.", width)]
        if account.texts.overwritten is not None:
            back = with_keys("{back} puts it back.", self._keys)
            mine = self._glyphs.quote(account.texts.overwritten.text)
            words = f"Another device replaced {mine} of this one: {back}"
            rows += [ListRow(), text_line(words, width, "accent")]
        events = [
            one for one in self._model.feed.events if one.kind in (EventKind.OWN, EventKind.DEVICE)
        ]
        if events:
            rows += [ListRow(), ListRow([Span("   What happened", "title")])]
        for event in reversed(events[-_EVENTS_MAX:]):
            status = "" if event.status is None else event.status.name
            text = self._glyphs.quote(event.text) if event.text else ""
            words = " ".join(
                part for part in (event.who, status, text, event.description, event.source) if part
            )
            rows.append(time_line(event.at, words, width, self._glyphs, self._clock))
        return rows

    def _device(self, device: SelfDevice, width: int) -> list[ListRow]:
        here = device.instance_id == self._model.account.instance_id
        name = device.device_name or str(device.platform)
        since = time_of_day(self._clock, device.login_time)
        first = [
            Span(f" {self._glyphs.cursor if here else ' '} ", "accent"),
            Span(name, "title"),
            Span(f"  {device.platform}  since {since}", "dim"),
            Span("  this device" if here else "", "accent"),
        ]
        rows = [ListRow(crop(first, width, self._glyphs.ellipsis))]
        last = self._model.account.texts.set_by(device.instance_id)
        if last is not None:
            did = f"set {self._glyphs.quote(last.text)}" if last.text else "cleared the text"
            words = f"  {did} at {time_of_day(self._clock, last.at)}"
            rows.append(text_line(words, width))
        return rows
