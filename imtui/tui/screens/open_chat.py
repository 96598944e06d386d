"""Access to the conversation on the main screen, if one is open."""

from typing import TYPE_CHECKING

from imtui.tui.model.feed import Changed

if TYPE_CHECKING:
    from imtui.protocol.chat import Message
    from imtui.tui.widgets.chat_pane import ChatPane


class OpenChat:
    """Works on the conversation pane; without a pane, it shows and does nothing."""

    def __init__(self) -> None:
        """Start without a pane: it is made when the first conversation is opened."""
        self._pane: ChatPane | None = None

    @property
    def pane(self) -> "ChatPane | None":
        """Return the pane."""
        return self._pane

    def use(self, pane: "ChatPane") -> None:
        """Use a pane from now on."""
        self._pane = pane

    @property
    def user_id(self) -> str:
        """Return the other user of the open conversation; empty if there is none."""
        return "" if self._pane is None else self._pane.user_id

    @property
    def is_displayed(self) -> bool:
        """Tell whether the pane is on the screen."""
        return self._pane is not None and bool(self._pane.region)

    @property
    def shows_end(self) -> bool:
        """Tell whether the newest message of the open conversation is in sight."""
        return self._pane is not None and self.is_displayed and self._pane.view.follows

    @property
    def chosen_message(self) -> "Message | None":
        """Return the message under the cursor, if there is one."""
        return None if self._pane is None else self._pane.view.chosen

    @property
    def reply_to(self) -> "Message | None":
        """Return the message being replied to, if any."""
        return None if self._pane is None else self._pane.reply_line.message

    @property
    def written(self) -> str:
        """Return the draft."""
        return "" if self._pane is None else self._pane.composer.text

    def show(self, changed: Changed) -> None:
        """Show changes of the conversation and of the other user."""
        if self._pane is None:
            return
        if self.user_id in changed.chats:
            self._pane.show()
        elif changed.roster or self.user_id in changed.people:
            self._pane.title_line.refresh()

    def show_times(self) -> None:
        """Format the times of the conversation anew."""
        if self._pane is not None:
            self._pane.view.show_times()
            self._pane.title_line.refresh()

    def show_new(self) -> None:
        """Show the open conversation where the unread messages begin."""
        if self._pane is not None:
            self._pane.view.show_new()

    def write(self, text: str) -> None:
        """Set the text of the input."""
        if self._pane is not None:
            self._pane.composer.put(text)

    def clear_written(self) -> None:
        """Clear the input and the reply."""
        self.write("")
        if self._pane is not None:
            self._pane.reply_line.reply_to(None)

    def read_up(self) -> None:
        """Remove the line that marks new messages."""
        if self._pane is not None:
            self._pane.view.read_up()

    def paste(self, text: str) -> None:
        """Put a long text into the input."""
        if self._pane is not None:
            self._pane.composer.insert(text)

    def to_end(self) -> None:
        """Show the newest messages of the conversation."""
        if self._pane is not None:
            self._pane.view.to_end()
