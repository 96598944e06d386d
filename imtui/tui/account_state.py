"""What the app remembers of an account on this machine: recent texts and wished subscriptions."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from imtui.files import write_private
from imtui.protocol.identifiers import is_user_id
from imtui.protocol.limits import SUBSCRIPTIONS_MAX
from imtui.protocol.safe_text import safe_text

RECENTS_MAX: Final = 20
_FILE: Final = "state.json"
_SIZE_MAX: Final = 256 * 1024


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

    def with_recent(self, text: str) -> "AccountState":
        """Return the state after ``text`` was used."""
        others = {old: times for old, times in self.recents.items() if old != text}
        recents = {text: self.recents.get(text, 0) + 1, **others}
        return replace(self, recents=dict(list(recents.items())[:RECENTS_MAX]))


class StateFile:
    """The state in a private file; one that cannot be read or written is done without."""

    def __init__(self, folder: Path) -> None:
        """Name the folder, which only this user may enter."""
        self._path = folder / _FILE
        self.problem = ""
        """Why the state cannot be kept, in one line; empty while it can."""
        self.state = self._read() or AccountState()

    def change(self, change: Callable[[AccountState], AccountState]) -> None:
        """Apply a change to what the file holds now, as another terminal may have written it."""
        before = self._read() or self.state
        self.state = change(before)
        if self.state == before:
            return
        try:
            write_private(self._path, json.dumps(asdict(self.state), ensure_ascii=False))
        except OSError as error:
            self.problem = f"Recent texts cannot be kept: {self._path}: {error.strerror}."

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
    recents = values.get("recents")
    subscriptions = values.get("subscriptions")
    cleared_at = values.get("cleared_at")
    return AccountState(
        recents=_recents(recents if isinstance(recents, dict) else {}),
        subscriptions=_ids(subscriptions if isinstance(subscriptions, list) else []),
        cleared_at=cleared_at if isinstance(cleared_at, int) else None,
        started=values.get("started") is True,
    )


def _recents(values: dict[Any, Any]) -> dict[str, int]:
    recents = {safe_text(text): times for text, times in values.items() if isinstance(times, int)}
    return dict(list(recents.items())[:RECENTS_MAX])


def _ids(values: Sequence[Any]) -> tuple[str, ...]:
    ids = [value for value in values if isinstance(value, str) and is_user_id(value)]
    return tuple(dict.fromkeys(ids))[-SUBSCRIPTIONS_MAX:]
