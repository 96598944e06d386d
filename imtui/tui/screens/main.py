"""The main screen: friends, a conversation and events."""

from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import DescendantFocus

from imtui.tui.commands.catalogue import COMMANDS
from imtui.tui.commands.command import Keys
from imtui.tui.kit.clock import Clock
from imtui.tui.kit.painted import SPAN_STYLES
from imtui.tui.kit.undocumented.screens import KeepsFocus
from imtui.tui.kit.uniform import Column, Row, Uniform
from imtui.tui.model.events import EventKind
from imtui.tui.model.model import Model
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.screens.key_hints import key_hints
from imtui.tui.screens.open_chat import OpenChat
from imtui.tui.screens.pane_titles import EventTitle, FriendTitle
from imtui.tui.screens.selecting import SelectingScreen
from imtui.tui.widgets.bindings import command_bindings
from imtui.tui.widgets.event_pane import EventPane
from imtui.tui.widgets.friend_list import FriendList, PersonalView
from imtui.tui.widgets.hint import Hint
from imtui.tui.widgets.key_line import KeyLine
from imtui.tui.widgets.too_small import TooSmall
from imtui.tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from imtui.protocol.chat import Message
    from imtui.tui.widgets.command_line import CommandLine, Completer
    from imtui.tui.widgets.finder import Finder


_PANES: Final = ("friends", "chat", "events")


class MainScreen(KeepsFocus, SelectingScreen[None], Uniform):
    """Friends, a conversation, and events: side by side where there is room for them."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-tiny"),
        (20, "-one-pane"),
        (60, "-two-panes"),
        (120, "-three-panes"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (5, "-low"), (12, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        *command_bindings(COMMANDS),
        Binding("escape", "friends", "Friends", show=False),
    ]
    AUTO_FOCUS = "FriendList"
    COMPONENT_CLASSES: ClassVar[set[str]] = SPAN_STYLES

    def __init__(
        self,
        model: Model,
        glyphs: Glyphs,
        clock: Clock,
        keys: Keys,
        personal: PersonalView,
        completer: "Completer",
    ) -> None:
        """Make the screen for a model.

        Args:
            model: The model to show.
            glyphs: The characters to draw with.
            clock: Used to show times.
            keys: The keys of the commands.
            personal: The person's choices about the list and alerts.
            completer: Completes slash commands.
        """
        # The usual terminal size, so that the first frame is styled once.
        super().__init__(classes="-two-panes -high")
        self._model = model
        self._glyphs = glyphs
        self._clock = clock
        self._keys = keys
        self.chat = OpenChat()
        self._pane = "friends"
        self._event_pane_shown = True
        self._show_at = ""
        """The message to show once the conversation is mounted."""
        self.accepts_keys = True
        """False while an input that was just opened is not mounted yet."""
        self._finders: dict[str, Finder] = {}
        self._command_line: CommandLine | None = None
        self._completer = completer
        self.top_line = TopLine(model, glyphs, clock, keys, personal)
        self.friend_list = FriendList(model, glyphs, clock, keys, personal)
        self.friend_title = FriendTitle(model, clock, self.friend_list)
        self.event_pane = EventPane(model, glyphs, clock)
        self.event_title = EventTitle(self.event_pane)
        self.hint = Hint(glyphs, keys)
        footer = [command for command in COMMANDS if command.footer]
        self.key_line = KeyLine(keys, footer)

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield self.top_line
        with Row(id="panes"):
            with Column(id="friends"):
                yield self.friend_title
                yield self.friend_list
            with Column(id="events"):
                yield self.event_title
                yield self.event_pane
        yield self.hint
        yield self.key_line
        yield TooSmall()

    def on_mount(self) -> None:
        """Keep the event pane's note right while it is scrolled."""
        self.watch(self.event_pane, "scroll_y", self._scrolled, init=False)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Note and show which pane has the focus; the command line is in no pane."""
        for pane in (node.id for node in event.widget.ancestors if node.id in _PANES):
            self._in_pane(str(pane))
        self.friend_title.refresh()
        self.event_title.refresh()
        if self.chat.pane is not None:
            self.chat.pane.title_line.refresh()
        self.show_keys()

    def show_keys(self) -> None:
        """Show the keys that work where the focus is."""
        hints, alone = key_hints(
            self.focused, self._finders, self.chat, self.event_pane, self.friend_list, self._keys
        )
        self.key_line.hint(hints, alone=alone)

    def on_friend_list_row_kind_changed(self) -> None:
        """Show what Enter does on the row."""
        self.show_keys()

    def on_message_view_chosen_changed(self) -> None:
        """Show what can be done with the message."""
        self.show_keys()

    def on_reply_line_changed(self) -> None:
        """Show what Esc does."""
        self.show_keys()

    def _in_pane(self, pane: str) -> None:
        """Note the current pane; the last of events and conversation stays shown."""
        self.friend_list.write_to(self.chat.user_id if pane == "chat" else "")
        self._pane = pane
        for one in _PANES:
            self.set_class(one == pane, f"-in-{one}")
        self.set_class(not self._event_pane_shown and pane != "events", "-no-events")
        if pane != "friends":
            self.set_class(pane == "chat", "-chat-shown")

    def _scrolled(self) -> None:
        self.event_title.refresh()

    def show_event_pane(self, shown: bool) -> None:
        """Show the event pane, or hide it while it does not have the focus."""
        self._event_pane_shown = shown
        self._in_pane(self._pane)

    def toggle_events(self) -> None:
        """Go to the event pane, or back to the friend list."""
        self._go("friends" if self.event_pane.has_focus else "events")

    def _go(self, pane: str) -> None:
        self._in_pane(pane)
        if pane == "chat" and self.chat.pane is not None:
            self.chat.pane.composer.focus()
        else:
            (self.event_pane if pane == "events" else self.friend_list).focus()

    def action_friends(self) -> None:
        """End the selection, or show all in the current pane, or go to the friends."""
        if self.selections:
            self.clear_selection()
            return
        if self.chat.pane is not None and self.chat.pane.view.has_focus:
            self._go("chat")
            return
        in_events = self.event_pane.has_focus
        narrowed = self._show_all("events" if in_events else "friends")
        if in_events and (narrowed or self.event_pane.kind is not None):
            self.show_kind(None)
        elif not narrowed:
            self._go("friends")

    # The conversation

    @property
    def selected(self) -> str:
        """Return the user of the conversation while it has the focus, else of the selected row."""
        return self.chat.user_id if self.in_chat else self.friend_list.selected

    def open_chat(self, user_id: str, draft: str) -> None:
        """Show the conversation with a user, and write in it."""
        pane = self.chat.pane
        if pane is None:
            from imtui.tui.widgets.chat_pane import ChatPane

            pane = ChatPane(
                self._model,
                self._glyphs,
                self._clock,
                self._keys,
                self._completer,
            )
            self.query_one("#panes").mount(pane, before="#events")
            self.accepts_keys = False
            self.chat.use(pane)
            pane.call_later(self._mounted)
        self.add_class("-with-chat")
        self.friend_list.go_to(user_id)
        pane.open(user_id, draft)
        self._go("chat")

    def _mounted(self) -> None:
        """Focus the conversation after its widgets were mounted."""
        self.accepts_keys = True
        if self._show_at:
            self.show_message(self._show_at)
        elif self.in_chat:
            self._go("chat")

    def close_chat(self) -> None:
        """Hide the conversation."""
        if self.chat.pane is not None:
            self.chat.pane.open("", "")
        self.remove_class("-with-chat", "-chat-shown")
        self._go("friends")

    def show_message(self, msg_id: str) -> None:
        """Show a message of the open conversation, under the cursor."""
        # A widget that is not mounted yet cannot take the focus.
        self._show_at = "" if self.accepts_keys else msg_id
        if self.chat.pane is not None and self.accepts_keys:
            self.chat.pane.view.focus()
            self.chat.pane.view.choose(msg_id)

    def begin_reply(self, message: "Message") -> None:
        """Start a reply that quotes a message."""
        if self.chat.pane is not None:
            self.chat.pane.reply_line.reply_to(message)
            self._go("chat")

    def on_composer_left(self) -> None:
        """Cancel the reply; without one, go back to the friends."""
        if self.chat.pane is not None and self.chat.pane.reply_line.message is not None:
            self.chat.pane.reply_line.reply_to(None)
        else:
            self._go("friends")

    def on_composer_to_end(self) -> None:
        """Show the newest messages."""
        self.chat.to_end()

    def on_composer_to_messages(self) -> None:
        """Choose among the messages."""
        if self.chat.pane is not None:
            self.chat.pane.view.focus()
            self.chat.pane.view.choose_last()

    # Finding

    def find(self, words: str) -> None:
        """Filter the current pane."""
        self._finder("events" if self._in_events else "friends").begin(words)

    def found_in(self, pane: str) -> str:
        """Return the search text of a pane; empty if there is none."""
        finder = self._finders.get(pane)
        return "" if finder is None else finder.value.strip()

    def _finder(self, pane: str) -> "Finder":
        if pane not in self._finders:
            from imtui.tui.widgets.finder import Finder

            # Made on first use, to keep the first frame fast.
            self._finders[pane] = finder = Finder(pane)
            title = self.event_title if pane == "events" else self.friend_title
            self.mount(finder, after=title)
        return self._finders[pane]

    def _show_all(self, pane: str) -> bool:
        finder = self._finders.get(pane)
        return finder is not None and finder.clear_and_hide()

    @property
    def in_chat(self) -> bool:
        """Tell whether the conversation had the focus last."""
        return self.has_class("-in-chat")

    @property
    def _in_events(self) -> bool:
        """Tell whether the event pane had the focus last."""
        return self.has_class("-in-events")

    def show_kind(self, kind: EventKind | None) -> None:
        """Show one kind of events, or all."""
        self.event_pane.narrow(kind, self.found_in("events"))
        self.event_title.refresh()

    def on_finder_narrowed(self, message: "Finder.Narrowed") -> None:
        """Filter the pane while the person types."""
        if message.pane == "events":
            self.show_kind(self.event_pane.kind)
        else:
            self.friend_list.narrowed_to = self.found_in("friends")
            self.friend_list.sort_now()

    def on_finder_done(self, message: "Finder.Done") -> None:
        """Focus the pane."""
        (self.event_pane if message.pane == "events" else self.friend_list).focus()

    # Typing commands

    def type(self, words: str) -> None:
        """Open the command line with these words."""
        if self._command_line is None:
            from imtui.tui.widgets.command_line import CommandLine

            self._command_line = CommandLine(self._completer)
            self.mount(self._command_line, before=self.key_line)
        self.key_line.display = False
        self._command_line.begin(words)

    def on_command_line_typed(self) -> None:
        """Show the footer again; the app runs the command."""
        self._leave_command_line()

    def on_command_line_left(self) -> None:
        """Show the footer again."""
        self._leave_command_line()

    def _leave_command_line(self) -> None:
        self.key_line.display = True
        self._go(next((one for one in _PANES if self.has_class(f"-in-{one}")), "friends"))
