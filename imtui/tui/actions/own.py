"""Actions on the own status and the own devices."""

from imtui.tui.actions.parts import Parts
from imtui.tui.model.choices import (
    Choice,
    deliberate_choices,
    is_too_long,
    status_choices,
    too_long_message,
)
from imtui.tui.model.ends import EndError, end_milliseconds, split_end


class OwnActions:
    """The own status, the own devices, and logging out."""

    def __init__(self, parts: Parts) -> None:
        """Make the actions on the parts of the app."""
        self._parts = parts
        self._clock = parts.clock
        self._feedback = parts.feedback
        self._glyphs = parts.glyphs
        self._login_service = parts.login_service
        self._memory = parts.memory
        self._model = parts.model
        self._navigator = parts.navigator
        self._preferences = parts.preferences
        self._settings_file = parts.settings_file

    def choices(self) -> list[Choice]:
        """Return the texts that the status box offers."""
        return status_choices(self._settings_file.settings.presets, self._memory.state.recents)

    def deliberate_choices(self) -> list[Choice]:
        """Return the texts that the palette offers."""
        presets, state = self._settings_file.settings.presets, self._memory.state
        return deliberate_choices(presets, state.recents, state.chosen)

    def set_status(self, typed: str) -> None:
        """Set the typed text, which may include an end; open the status box if it is empty."""
        if not typed:
            self._ask_status()
            return
        now = self._clock.local(self._clock.now())
        try:
            ending = split_end(typed, now)
        except EndError as error:
            self._feedback.complain(str(error))
            return
        if ending is None:
            self.put(typed)
        else:
            text, end = ending
            self.put(text, end_milliseconds(end))

    def put(self, text: str, expires_at: int | None = None) -> None:
        """Set exactly this text, or clear it with an empty one."""
        self._put(text, expires_at)

    def _put(self, text: str, expires_at: int | None, *, chosen: bool = False) -> None:
        if is_too_long(text):
            self._feedback.complain(too_long_message(text))
            return

        async def put() -> None:
            await self._login_service.presence.set_status(text, expires_at)
            if chosen and text.strip():
                self._memory.update(lambda state: state.with_chosen(text.strip()))

        self._feedback.attempt(put)

    def _ask_status(self) -> None:
        from imtui.tui.screens.status_box import NewStatus, StatusBox

        def chosen(new: NewStatus | None) -> None:
            if new is not None:
                self._put(new.text, new.expires_at, chosen=True)

        self._navigator.open(StatusBox(self.choices(), self._clock, self._glyphs), chosen)

    def clear(self) -> None:
        """Clear the own status text."""
        self.put("")

    def restore_overwritten(self) -> None:
        """Set the text of this device again that another device replaced."""
        mine = self._model.account.texts.overwritten
        if mine is None:
            self._feedback.say("No other device replaced a text that was set here.")
        elif mine.expires_at is not None and mine.expires_at <= self._clock.now():
            self._feedback.say("The text that was set here has ended meanwhile.")
        else:
            self.put(mine.text, mine.expires_at)

    def keep_preset(self, text: str) -> None:
        """Add a text, by default the current one, to the presets in the settings."""
        text = text.strip() or self._model.own.text
        presets = self._settings_file.settings.presets
        if not text:
            self._feedback.say("There is no text to keep: set one first.")
        elif text in presets:
            self._feedback.say("That text is a preset already.")
        else:
            self._preferences.keep("presets", (*presets, text))

    def show_devices(self) -> None:
        """Show the connected devices of the account."""
        from imtui.tui.screens.devices import DevicesScreen

        parts = self._parts
        parts.navigator.open(DevicesScreen(parts.model, parts.keys, parts.glyphs, parts.clock))

    def log_out(self) -> None:
        """Log this device out."""
        self._feedback.attempt(self._login_service.log_out)
