"""The command palette, and the switcher between people and conversations."""

from collections.abc import Callable
from contextlib import suppress
from functools import cached_property, partial
from typing import Protocol, cast

from msgspec import Struct
from textual import on
from textual.await_complete import AwaitComplete
from textual.command import CommandList, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.widgets import Input
from textual.worker import WorkerCancelled

from imtui.protocol.limits import CUSTOM_STATUS_MAX_BYTES
from imtui.tui.commands.command import Keys
from imtui.tui.commands.contacts import Contact, Contacts
from imtui.tui.commands.offers import Offer, listed_commands
from imtui.tui.kit.dialog import DIALOG_STYLE
from imtui.tui.kit.undocumented.screens import ClosablePalette, KeepsFocus
from imtui.tui.model.choices import Choice, is_too_long, text_bytes
from imtui.tui.render.glyphs import Glyphs

_LINES_MAX = 30
_CONTACTS_MAX = 100


class Commands(Protocol):
    """Runs what the palette offers."""

    glyphs: Glyphs
    keys: Keys

    def offers(self, typed: str, contacts: Contacts) -> list[Offer]:
        """Return what is offered for what was typed."""

    def deliberate_choices(self) -> list[Choice]:
        """Return the texts to offer before anything is typed."""

    def contacts(self) -> Contacts:
        """Return all people and conversations, the unread ones first."""

    def describe(self, contact: Contact) -> str:
        """Return the status and the unread messages of a contact in words of ours."""

    def put_status(self, text: str, expires_at: int | None = None) -> None:
        """Set exactly this text."""

    def run(self, command_id: str, argument: str = "") -> None:
        """Run a command of the catalogue."""

    def run_line(self, line: str) -> None:
        """Run a slash command."""

    def complete(self, line: str) -> list[str]:
        """Return the completions of a slash command."""


class CommandApp(Protocol):
    """An app that runs commands."""

    @property
    def commands(self) -> Commands:
        """Return the object that runs commands."""


class _Offering(Provider):
    """Shows offers in their order."""

    @property
    def _commands(self) -> Commands:
        return cast(CommandApp, self.app).commands

    @cached_property
    def _contacts(self) -> Contacts:
        """The contacts as they are when they are first needed."""
        return self._commands.contacts()

    def _hit(self, offer: Offer, place: int) -> Hit:
        row = self._row(offer)
        return Hit(1 - place / 1000, Content(row.title), row.run, row.title, row.words)

    def _discovery(self, offer: Offer) -> DiscoveryHit:
        row = self._row(offer)
        return DiscoveryHit(Content(row.title), row.run, row.title, row.words)

    def _row(self, offer: Offer) -> "_Row":
        commands = self._commands
        if isinstance(offer, Contact):
            run = partial(commands.run, "chat", offer.user_id)
            return _Row(offer.title, commands.describe(offer), run)
        if isinstance(offer, Choice):
            return self._text_row(offer)
        command, title = offer.command, commands.glyphs.adapt(offer.title)
        run = partial(commands.run, command.id, offer.argument)
        if offer.argument:
            return _Row(title, f"/{command.id} {offer.argument}", run)
        keys = commands.keys.names(command)
        return _Row(title, f"{command.help} ({keys})" if keys else command.help, run)

    def _text_row(self, choice: Choice) -> "_Row":
        run = partial(self._commands.put_status, choice.text, choice.expires_at)
        words = f"status text, {choice.hint}"
        if not choice.is_typed:
            return _Row(choice.title, words, run)
        title = f"Set {self._commands.glyphs.quote(choice.text)}"
        if choice.expires_at is None:
            return _Row(title, f"{words}, {_bytes(choice.text)}", run)
        return _Row(f"{title} {choice.hint}", words, run)


class _Row(Struct, frozen=True):
    """A row of the palette."""

    title: str
    words: str
    """What it does; markup, so it has no text of others."""
    run: Callable[[], None]


class ImtuiProvider(_Offering):
    """Offers status texts, commands, people and slash lines."""

    async def discover(self) -> Hits:
        """Offer all texts and commands, before anything is typed."""
        offers: list[Offer] = [*self._commands.deliberate_choices(), *listed_commands()]
        for offer in offers:
            yield self._discovery(offer)

    async def search(self, query: str) -> Hits:
        """Offer what fits, the likeliest first."""
        if query.startswith("/"):
            for hit in self._slash(query):
                yield hit
            return
        for place, offer in enumerate(self._commands.offers(query, self._contacts)):
            yield self._hit(offer, place)

    def _slash(self, line: str) -> list[Hit]:
        """Return hits for the line as typed, then for its completions."""
        run = self._commands.run_line
        ways = [one for one in self._commands.complete(line) if one.strip() != line.strip()]
        return [
            Hit(1 - place / 1000, Content(one), partial(run, one), one, "run this command")
            for place, one in enumerate([line.strip(), *ways][:_LINES_MAX])
        ]


class ContactProvider(_Offering):
    """Offers people and conversations alone."""

    async def discover(self) -> Hits:
        """Offer all of them, the unread ones first."""
        for contact in self._contacts.all[:_CONTACTS_MAX]:
            yield self._discovery(contact)

    async def search(self, query: str) -> Hits:
        """Offer those who fit, the likeliest first."""
        named, others = self._contacts.find(query)
        for place, contact in enumerate([*named, *others][:_CONTACTS_MAX]):
            yield self._hit(contact, place)


def _bytes(text: str) -> str:
    over = ", too long" if is_too_long(text) else ""
    return f"{text_bytes(text)} of {CUSTOM_STATUS_MAX_BYTES} bytes{over}"


class ImtuiPalette(KeepsFocus, ClosablePalette):
    """The palette; Enter waits until the list matches the typed text."""

    CSS_PATH = DIALOG_STYLE

    def __init__(
        self,
        provider: type[Provider],
        placeholder: str,
        nothing_fits: Callable[[str], None],
    ) -> None:
        """Make the palette.

        Args:
            provider: Offers the rows.
            placeholder: The placeholder of the input.
            nothing_fits: Called with what was typed if Enter finds nothing to choose.
        """
        super().__init__(providers=[provider], placeholder=placeholder)
        self._nothing_fits = nothing_fits

    def on_mount(self) -> None:
        """Stop the cursor from blinking, so that an idle screen writes nothing."""
        for line in self.query(Input):
            line.cursor_blink = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Turn no page of a list that has no room, which Textual cannot do."""
        if action == "command_list" and str(parameters[0]).startswith("page"):
            return any(each.scrollable_content_region for each in self.query(CommandList))
        return super().check_action(action, parameters)

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close the palette; do nothing if it is closing already."""
        return super().dismiss(result) if self.is_current else AwaitComplete()

    @on(Input.Submitted)
    async def _settle(self, event: Input.Submitted) -> None:
        for search in [worker for worker in self.workers if worker.node is self]:
            # Of several searches, only the last one was not cancelled.
            if not search.is_cancelled:
                with suppress(WorkerCancelled):
                    await search.wait()
        typed = event.value.strip()
        if typed and any(each.highlighted is None for each in self.query(CommandList)):
            self._nothing_fits(typed)
