"""What the palette offers for what was typed, the likeliest first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from imtui.tui.commands.catalogue import typed_commands
from imtui.tui.commands.command import Argument, Command
from imtui.tui.commands.contacts import Contact, Contacts
from imtui.tui.commands.toggles import Turn
from imtui.tui.model.choices import Choice, match_rank, typed_choices

TEXT_SIGN: Final = "="
"""What follows it is a status text, whatever it is."""
_CONTACTS_MAX: Final = 30
_NAME, _SYNONYM, _TITLE, _NAME_BEGINS, _WORD, _HELP, _NO_MATCH = range(7)


class CommandOffer(Struct, frozen=True):
    """A command that can be chosen."""

    command: Command
    title: str
    argument: str = ""


Offer = Choice | CommandOffer | Contact
"""A text to set, a command to run, or somebody to write to."""


def listed_commands() -> list[CommandOffer]:
    """Return the commands that are offered before anything is typed."""
    return [CommandOffer(one, one.title) for one in typed_commands() if one.id != "palette"]


def offers_for(
    typed: str, texts: Sequence[Choice], contacts: Contacts, now: datetime
) -> list[Offer]:
    """Return what is offered, the likeliest first.

    A slip must not become a status: what was typed is a text only behind ``=`` or with an end.

    Args:
        typed: What was typed; not empty.
        texts: The texts that are offered.
        contacts: All people and conversations.
        now: The current time, in the user's time zone.
    """
    if typed.startswith(TEXT_SIGN):
        return [*typed_choices(typed.removeprefix(TEXT_SIGN), now)]
    named, others = contacts.find(typed)
    ranked = sorted(
        ((_rank(offer, typed), offer) for offer in _named_commands()), key=lambda pair: pair[0]
    )
    return [
        *named,
        *_beginning_with(typed, texts),
        *(offer for rank, offer in ranked if rank < _HELP),
        *_with_end(typed, now),
        *others[:_CONTACTS_MAX],
        *(offer for rank, offer in ranked if rank == _HELP),
        *_with_word_beginning(typed, texts),
    ]


def _beginning_with(typed: str, texts: Sequence[Choice]) -> list[Choice]:
    """Return the presets and then the other texts that begin with what was typed."""
    key = typed.casefold()
    found = [choice for choice in texts if choice.text.casefold().startswith(key)]
    return sorted(found, key=lambda choice: not choice.is_preset)


def _with_word_beginning(typed: str, texts: Sequence[Choice]) -> list[Choice]:
    """Return the texts in which a word other than the first begins with what was typed."""
    return [choice for choice in texts if match_rank(choice.text, typed) == 1]


def _with_end(typed: str, now: datetime) -> list[Offer]:
    """Return what was typed with an end: for a command that takes one, and as a text."""
    ended = [choice for choice in typed_choices(typed, now) if choice.expires_at is not None]
    commands = [
        CommandOffer(
            offer.command,
            f"{offer.title}, {choice.hint}",
            typed.strip().removeprefix(choice.text).strip(" ,"),
        )
        for choice in ended
        for offer in listed_commands()
        if offer.command.argument is Argument.END and _rank(offer, choice.text) <= _SYNONYM
    ]
    return [*commands, *ended]


def _named_commands() -> list[CommandOffer]:
    """Return the commands, and the endings of those that have one."""
    endings = [
        CommandOffer(command, command.ending, Turn.OFF.value)
        for command in typed_commands()
        if command.ending
    ]
    return [*listed_commands(), *endings]


def _rank(offer: CommandOffer, typed: str) -> int:
    command, key = offer.command, _key(typed)
    name, synonyms, words = _key(command.id), command.synonyms, command.help
    if offer.argument:
        name, synonyms = f"un{name}", ()
    if offer.argument or command.argument is Argument.TOGGLE or command.is_immediate:
        words = ""
    if key in (name, _key(offer.title)):
        return _NAME
    if key in synonyms or key == _initials(offer.title):
        return _SYNONYM
    title_rank = match_rank(_key(offer.title), key)
    if title_rank == 2:
        return _TITLE
    if any(one.startswith(key) for one in (name, *synonyms)):
        return _NAME_BEGINS
    if title_rank:
        return _WORD
    return _HELP if match_rank(words, typed) else _NO_MATCH


def _initials(title: str) -> str:
    initials = "".join(word[0] for word in title.split() if word[0].isalnum())
    # One letter is a beginning like any other.
    return initials.casefold() if len(initials) > 1 else ""


def _key(name: str) -> str:
    return name.strip().casefold().replace("-", " ")
