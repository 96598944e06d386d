"""Runs the commands of keys, palette, slash lines and clicks."""

from imtui.tui.actions.actions import Actions
from imtui.tui.actions.parts import Parts
from imtui.tui.actions.table import ACTIONS, TOGGLES
from imtui.tui.commands.command import Argument
from imtui.tui.commands.contacts import Contact, Contacts, contacts_of
from imtui.tui.commands.offers import Offer, offers_for
from imtui.tui.commands.slash import SlashError, complete_slash_line, parse_slash_line
from imtui.tui.commands.toggles import Turn
from imtui.tui.model.choices import Choice


class Dispatcher:
    """Looks up the action of each command, and runs it."""

    def __init__(self, parts: Parts, actions: Actions) -> None:
        """Create a dispatcher to these actions."""
        self._parts = parts
        self._actions = actions
        self.keys = parts.keys
        self.glyphs = parts.glyphs
        self._clock = parts.clock

    def run(self, command_id: str, argument: str = "", turn: Turn = Turn.NAMED) -> None:
        """Run a command of the catalogue."""
        self._parts.navigator.main.hint.show(False)
        if command_id in TOGGLES:
            TOGGLES[command_id](self._actions, argument, turn)
        else:
            ACTIONS[command_id](self._actions, argument)

    def press(self, command_id: str, argument: str = "") -> None:
        """Run a command whose key was pressed or clicked; it ends what it began before."""
        self.run(command_id, argument, Turn.SWITCH)

    def run_line(self, line: str) -> None:
        """Run a slash command; put one that is refused back into the command line."""
        if not self._run_line(line):
            self._parts.navigator.main.type(line)

    def _run_line(self, line: str, advice: str = "") -> bool:
        """Run a slash command, and tell whether it is done with; if not, it is to be corrected.

        Args:
            line: The line.
            advice: What is said if it is no command.
        """
        feedback = self._parts.feedback
        try:
            command, argument = parse_slash_line(line)
        except SlashError as error:
            feedback.complain(str(error))
            if advice:
                feedback.say(advice)
            return False
        before = feedback.complaints
        self.run(command.id, argument)
        return not argument or feedback.complaints == before

    def write(self, text: str) -> None:
        """Send a text in the conversation, or run it if it is a slash command."""
        if not text.startswith("/") or text.startswith("//"):
            self._actions.conversations.write(text.removeprefix("/") if text[:2] == "//" else text)
            return
        main = self._parts.navigator.main
        main.chat.clear_written()
        if not self._run_line(text, "To send it as text, begin with // instead of /."):
            main.chat.write(text)

    def complete(self, line: str) -> list[str]:
        """Return the completions of a slash command, most likely first."""
        navigator, model = self._parts.navigator, self._parts.model
        words = {
            Argument.USER: sorted(person.user_id for person in model.listed()),
            Argument.GROUP: sorted(navigator.main.friend_list.headings),
            Argument.TEXT: [choice.text for choice in self.choices()],
            Argument.THEME: sorted(navigator.themes),
        }
        return complete_slash_line(line, words)

    def offers(self, typed: str, contacts: Contacts) -> list[Offer]:
        """Return what the palette offers for what was typed."""
        now = self._clock.local(self._clock.now())
        return offers_for(typed, self.deliberate_choices(), contacts, now)

    def choices(self) -> list[Choice]:
        """Return the status texts that the status box offers."""
        return self._actions.own.choices()

    def deliberate_choices(self) -> list[Choice]:
        """Return the status texts that the palette offers."""
        return self._actions.own.deliberate_choices()

    def contacts(self) -> Contacts:
        """Return all people and conversations, the unread ones first."""
        return Contacts(contacts_of(self._parts.model))

    def describe(self, contact: Contact) -> str:
        """Return the status and the unread messages of a contact in words of ours."""
        words, model = ["conversation"], self._parts.model
        # Both may have changed since the contacts were collected.
        person, unread = model.person(contact.user_id), model.chats.unread(contact.user_id)
        if person is not None and not model.connection.stale:
            words.append(person.live_status.name)
        if unread:
            words.append(f"{unread} unread")
        return ", ".join(words)

    def put_status(self, text: str, expires_at: int | None = None) -> None:
        """Set exactly this status text, or clear it with an empty one."""
        self._actions.own.put(text, expires_at)
