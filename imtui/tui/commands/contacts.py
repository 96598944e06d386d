"""The people and conversations that one can go to by name."""

from collections.abc import Iterable

from msgspec import Struct

from imtui.protocol.status import UserStatusType
from imtui.tui.kit.search_key import search_key
from imtui.tui.model.model import Model

_BEGINS, _WORD_BEGINS, _CONTAINS = range(3)


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
                UserStatusType.UNKNOWN if person is None else person.live_status,
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


class Contacts:
    """The people and conversations, ready to be searched at each key."""

    def __init__(self, contacts: Iterable[Contact]) -> None:
        """Prepare contacts; their order counts where nothing else does."""
        self.all = list(contacts)
        self._names = [(search_key(one.user_id), search_key(one.name)) for one in self.all]

    def find(self, typed: str) -> tuple[list[Contact], list[Contact]]:
        """Return the contacts that are named by what was typed, and those whose names have it.

        Of the former, the ID counts more than a name, which anybody may choose. Of the latter, the
        unread ones come first, then those that begin with it.
        """
        typed = typed.strip()
        key = search_key(typed)
        named: list[Contact] = []
        others: list[tuple[int, Contact]] = []
        for names, contact in zip(self._names, self.all, strict=True):
            if key and key in names:
                named.append(contact)
            elif key and (key in names[0] or key in names[1]):
                others.append((_rank(names, key), contact))
        named.sort(key=lambda one: (one.user_id != typed, search_key(one.user_id) != key))
        others.sort(key=lambda pair: (not pair[1].unread, pair[0]))
        return named, [contact for _, contact in others]


def _rank(names: tuple[str, str], key: str) -> int:
    if any(name.startswith(key) for name in names):
        return _BEGINS
    words = " ".join(names).replace("-", " ").replace("_", " ")
    return _WORD_BEGINS if f" {key}" in words else _CONTAINS
