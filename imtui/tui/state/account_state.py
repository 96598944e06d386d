"""What the app remembers of an account on this machine: texts, wishes, and how the list looks."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

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
    """What is remembered."""

    recents: dict[str, int] = field(default_factory=dict)
    """Own texts and how often each was used, the latest first."""
    subscriptions: tuple[str, ...] = ()
    """Whom the person wants to be subscribed to, the earliest first."""
    cleared_at: int | None = None
    """When the backend had last cleared the subscriptions, as far as the app has put them back."""
    started: bool = False
    """Whether the account was used on this machine before."""
    favourites: tuple[str, ...] = ()
    """Who stands on top of the friend list."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """The group in the friend list of each user who is in one."""
    folded: tuple[str, ...] = ()
    """The groups that are folded."""
    watches: tuple[Watch, ...] = ()
    """Whose coming ONLINE is to be told."""
    quiet: bool = False
    """Whether do-not-disturb was turned on."""
    quiet_until: int | None = None
    """When it ends, in Unix milliseconds; None for no end."""
    let_through: tuple[str, ...] = ()
    """Users whose alerts get through all the same."""

    def with_recent(self, text: str) -> "AccountState":
        """Return the state after ``text`` was used."""
        others = {old: times for old, times in self.recents.items() if old != text}
        recents = {text: self.recents.get(text, 0) + 1, **others}
        return replace(self, recents=dict(list(recents.items())[:RECENTS_MAX]))

    def with_favourite(self, user_id: str, favourite: bool) -> "AccountState":
        """Return the state with somebody on top of the list, or no longer."""
        others = tuple(one for one in self.favourites if one != user_id)
        return replace(self, favourites=(*others, user_id) if favourite else others)

    def with_group(self, user_id: str, group: str) -> "AccountState":
        """Return the state with somebody in a group; in none if it is empty."""
        others = {one: name for one, name in self.groups.items() if one != user_id}
        return replace(self, groups={**others, user_id: group} if group else others)

    def existing_group_name(self, name: str) -> str:
        """Return the group of this name as it is written already, or the name itself."""
        same = (one for one in self.groups.values() if one.casefold() == name.casefold())
        return next(same, name)

    def with_let_through(self, user_id: str, through: bool) -> "AccountState":
        """Return the state with alerts about somebody let through do-not-disturb, or not."""
        others = tuple(one for one in self.let_through if one != user_id)
        return replace(self, let_through=(*others, user_id) if through else others)

    def with_folded(self, group: str, folded: bool) -> "AccountState":
        """Return the state with a group folded, or open."""
        others = tuple(one for one in self.folded if one != group)
        return replace(self, folded=(*others, group) if folded else others)


class StateFile:
    """The state in a private file; one that cannot be read or written is done without."""

    def __init__(self, folder: Path) -> None:
        """Name the folder, which only this user may enter."""
        self._path = folder / _FILE
        self.problem = ""
        """Why the state cannot be kept, in one line; empty while it can."""
        self.state = self._read() or AccountState()

    def update(self, change: Callable[[AccountState], AccountState]) -> None:
        """Apply a change to what the file holds now, as another terminal may have written it."""
        before = self._read() or self.state
        self.state = change(before)
        if self.state == before:
            return
        try:
            write_private(self._path, json.dumps(asdict(self.state), ensure_ascii=False))
        except OSError as error:
            self.problem = f"What you choose cannot be kept: {self._path}: {error.strerror}."

    def _read(self) -> AccountState | None:
        try:
            if self._path.stat().st_size > _SIZE_MAX:
                return None
            return _parse(json.loads(self._path.read_text(encoding="utf-8")))
        except (OSError, ValueError, RecursionError):
            return None


def _parse(values: Any) -> AccountState:
    """Make a state of what JSON held, leaving out whatever does not belong."""
    if not isinstance(values, dict):
        raise ValueError("not an object")
    return AccountState(
        recents=_recents(_dict(values, "recents")),
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


def _ids(values: Sequence[Any], most: int) -> tuple[str, ...]:
    ids = [value for value in values if isinstance(value, str) and is_user_id(value)]
    return tuple(dict.fromkeys(ids))[-most:]


def clean_group_name(typed: Any) -> str:
    """Return a group's name as it can be shown and kept; empty if nothing is left of it."""
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
