"""The state that the app keeps for an account on this machine, in a JSON file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import msgspec

from imtui.files import write_private
from imtui.protocol.identifiers import is_user_id
from imtui.protocol.limits import SUBSCRIPTIONS_MAX
from imtui.protocol.safe_text import safe_text
from imtui.tui.model.watches import WATCHES_MAX, Watch

RECENTS_MAX: Final = 20
GROUP_NAME_MAX: Final = 24
_PEOPLE_MAX: Final = 10_000
_FILE: Final = "state.json"
_SIZE_MAX: Final = 1024 * 1024


@dataclass(frozen=True)
class AccountState:
    """The saved state of an account."""

    recents: dict[str, int] = field(default_factory=dict)
    """The user's status texts and the number of uses, the latest first."""
    chosen: tuple[str, ...] = ()
    """Recent texts that were set in the status box, the latest first."""
    subscriptions: tuple[str, ...] = ()
    """User IDs that the user wants to be subscribed to, the earliest first."""
    cleared_at: int | None = None
    """The last time the backend cleared the subscriptions and the app restored them."""
    started: bool = False
    """Whether the account was used on this machine before."""
    favourites: tuple[str, ...] = ()
    """User IDs at the top of the friend list."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """The group in the friend list of each user in one, by user ID."""
    folded: tuple[str, ...] = ()
    """The names of the folded groups."""
    watches: tuple[Watch, ...] = ()
    """Users for whom an alert is due when they come ONLINE."""
    quiet: bool = False
    """Whether do-not-disturb was turned on."""
    quiet_until: int | None = None
    """The end of do-not-disturb in Unix milliseconds; None for no end."""
    let_through: tuple[str, ...] = ()
    """User IDs whose alerts do-not-disturb does not mute."""

    def with_recent(self, text: str) -> "AccountState":
        """Return the state with a use of ``text`` added."""
        others = {old: times for old, times in self.recents.items() if old != text}
        recents = {text: self.recents.get(text, 0) + 1, **others}
        return replace(self, recents=dict(list(recents.items())[:RECENTS_MAX]))

    def with_chosen(self, text: str) -> "AccountState":
        """Return the state with ``text`` among those that were set in the status box."""
        others = (old for old in self.chosen if old != text)
        return replace(self, chosen=(text, *others)[:RECENTS_MAX])

    def with_favourite(self, user_id: str, favourite: bool) -> "AccountState":
        """Return the state with a user added to the favourites or removed from them."""
        others = tuple(one for one in self.favourites if one != user_id)
        return replace(self, favourites=(*others, user_id) if favourite else others)

    def with_group(self, user_id: str, group: str) -> "AccountState":
        """Return the state with a user moved to a group; an empty name means no group."""
        others = {one: name for one, name in self.groups.items() if one != user_id}
        return replace(self, groups={**others, user_id: group} if group else others)

    def existing_group_name(self, name: str) -> str:
        """Return the existing group that differs from ``name`` only in case, else ``name``."""
        same = (one for one in self.groups.values() if one.casefold() == name.casefold())
        return next(same, name)

    def with_let_through(self, user_id: str, through: bool) -> "AccountState":
        """Return the state with do-not-disturb letting a user's alerts through, or not."""
        others = tuple(one for one in self.let_through if one != user_id)
        return replace(self, let_through=(*others, user_id) if through else others)

    def with_folded(self, group: str, folded: bool) -> "AccountState":
        """Return the state with a group folded or unfolded."""
        others = tuple(one for one in self.folded if one != group)
        return replace(self, folded=(*others, group) if folded else others)


class StateFile:
    """The state in a private file; a file that cannot be read counts as empty."""

    def __init__(self, folder: Path) -> None:
        """Read the state from a private folder."""
        self._path = folder / _FILE
        self.problem = ""
        """Why the state cannot be written, in one line; empty while it can."""
        self.state = self._read() or AccountState()

    def update(self, change: Callable[[AccountState], AccountState]) -> None:
        """Apply a change to the current contents of the file and write the result.

        The file is read first, because another terminal may have written it.
        """
        before = self._read() or self.state
        self.state = change(before)
        if self.state == before:
            return
        try:
            write_private(self._path, msgspec.json.encode(self.state).decode())
        except OSError as error:
            self.problem = f"What you choose cannot be kept: {self._path}: {error.strerror}."

    def _read(self) -> AccountState | None:
        try:
            if self._path.stat().st_size > _SIZE_MAX:
                return None
            return _parse(msgspec.json.decode(self._path.read_bytes()))
        except (OSError, ValueError, RecursionError):
            return None


def _parse(values: Any) -> AccountState:
    """Build a state from parsed JSON, ignoring invalid parts."""
    if not isinstance(values, dict):
        raise ValueError("not an object")
    return AccountState(
        recents=_recents(_dict(values, "recents")),
        chosen=_texts(_list(values, "chosen")),
        subscriptions=_ids(_list(values, "subscriptions"), SUBSCRIPTIONS_MAX),
        cleared_at=_timestamp(values, "cleared_at"),
        started=values.get("started") is True,
        favourites=_ids(_list(values, "favourites"), _PEOPLE_MAX),
        groups=_groups(_dict(values, "groups")),
        folded=_group_names(_list(values, "folded")),
        watches=_watches(_list(values, "watches")),
        quiet=values.get("quiet") is True,
        quiet_until=_timestamp(values, "quiet_until"),
        let_through=_ids(_list(values, "let_through"), _PEOPLE_MAX),
    )


def _dict(values: dict[Any, Any], key: str) -> dict[Any, Any]:
    value = values.get(key)
    return value if isinstance(value, dict) else {}


def _list(values: dict[Any, Any], key: str) -> list[Any]:
    value = values.get(key)
    return value if isinstance(value, list) else []


def _timestamp(values: dict[Any, Any], key: str) -> int | None:
    value = values.get(key)
    return value if isinstance(value, int) else None


def _recents(values: dict[Any, Any]) -> dict[str, int]:
    recents = {safe_text(text): times for text, times in values.items() if isinstance(times, int)}
    return dict(list(recents.items())[:RECENTS_MAX])


def _texts(values: Sequence[Any]) -> tuple[str, ...]:
    return tuple(safe_text(value) for value in values if isinstance(value, str))[:RECENTS_MAX]


def _ids(values: Sequence[Any], most: int) -> tuple[str, ...]:
    ids = [value for value in values if isinstance(value, str) and is_user_id(value)]
    return tuple(dict.fromkeys(ids))[-most:]


def group_name_problem(typed: str) -> str:
    """Return one line that says why a group cannot be called so, or an empty string."""
    size = len(safe_text(typed).strip())
    if size <= GROUP_NAME_MAX:
        return ""
    return f"A group's name has at most {GROUP_NAME_MAX} characters, this one {size}."


def clean_group_name(typed: Any) -> str:
    """Return a group's name, safe to show and cut to its limit; empty if nothing is left."""
    return safe_text(typed).strip()[:GROUP_NAME_MAX].strip() if isinstance(typed, str) else ""


def _groups(values: dict[Any, Any]) -> dict[str, str]:
    named = {user: clean_group_name(name) for user, name in values.items() if is_user_id(user)}
    return dict([pair for pair in named.items() if pair[1]][:_PEOPLE_MAX])


def _group_names(values: Sequence[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in map(clean_group_name, values) if name))[
        :_PEOPLE_MAX
    ]


def _watches(values: Sequence[Any]) -> tuple[Watch, ...]:
    found: dict[str, Watch] = {}
    for value in values:
        if not isinstance(value, dict):
            continue
        user_id, set_at = value.get("user_id"), value.get("set_at")
        if isinstance(user_id, str) and is_user_id(user_id) and isinstance(set_at, int):
            found[user_id] = Watch(user_id, value.get("standing") is True, set_at)
    return tuple(list(found.values())[:WATCHES_MAX])
