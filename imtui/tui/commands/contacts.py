"""The people and conversations that one can go to by name."""

from collections.abc import Iterable

from msgspec import Struct

from imtui.protocol.status import UserStatusType
from imtui.tui.kit.search_key import search_key
from imtui.tui.model.model import Model

_EXACT, _BEGINS, _WORD_BEGINS, _CONTAINS, _NO_MATCH = range(5)


class Contact(Struct, frozen=True):
    """A user to write to."""

    user_id: str
    name: str = ""
    """Their name beside the ID; may be empty."""
    status: UserStatusType = UserStatusType.UNKNOWN
    unread: int = 0
    """The number of unread messages."""
    muted: bool = False
    active_at: int = 0
    """The last activity of the conversation; 0 if there is none."""

    @property
    def title(self) -> str:
        """Return the name and the ID."""
        return f"{self.name} ({self.user_id})" if self.name else self.user_id


def contacts_of(model: Model) -> list[Contact]:
    """Return all people and conversations, the unread and then the latest ones first."""
    people = {person.user_id: person for person in model.listed()}
    chats = {chat.user_id: chat for chat in model.chats.all()}
    found: list[Contact] = []
    for user_id in people.keys() | chats.keys() - {model.own.user_id}:
        person, chat = people.get(user_id), chats.get(user_id)
        found.append(
            Contact(
                user_id,
                "" if person is None else person.name,
                UserStatusType.UNKNOWN if person is None else person.status,
                0 if chat is None else chat.unread,
                chat is not None and chat.muted,
                0 if chat is None else chat.order_key,
            )
        )
    return sorted(found, key=_urgency)


def _urgency(contact: Contact) -> tuple[bool, bool, int, bool, str]:
    return (
        not contact.unread,
        bool(contact.unread) and contact.muted,
        -contact.active_at,
        contact.status is not UserStatusType.ONLINE,
        contact.title.casefold(),
    )


def is_named(contact: Contact, typed: str) -> bool:
    """Tell whether the ID or the name of a contact is what was typed."""
    return _match(contact, typed) == _EXACT


def find_contacts(contacts: Iterable[Contact], typed: str) -> list[Contact]:
    """Return the contacts whose ID or name has what was typed.

    An exact one comes first, then the unread ones, then those that begin with it.
    """
    ranked = [(_match(contact, typed), contact) for contact in contacts]
    found = [(rank, contact) for rank, contact in ranked if rank != _NO_MATCH]
    found.sort(key=lambda pair: (pair[0] != _EXACT, not pair[1].unread, pair[0]))
    return [contact for _, contact in found]


def _match(contact: Contact, typed: str) -> int:
    key = search_key(typed.strip())
    names = [search_key(contact.user_id), search_key(contact.name)]
    if not key or not any(key in name for name in names):
        return _NO_MATCH
    if key in names:
        return _EXACT
    if any(name.startswith(key) for name in names):
        return _BEGINS
    words = " ".join(names).replace("-", " ").replace("_", " ")
    return _WORD_BEGINS if f" {key}" in words else _CONTAINS
