"""An edge without connections, behind an edge's end of a link."""

from collections.abc import Callable

from imtui.protocol.app_key import KeyRing
from imtui.protocol.messages import CloseCode
from imtui.protocol.status import Platform


class SilentEdge:
    """Tells of answers, and who is to go away."""

    def __init__(self) -> None:
        self.answered: Callable[[], None] = lambda: None
        self.gone_away: Callable[[set[int]], None] = lambda sessions: None

    def answer(self, session_id: int, data: bytes) -> None:
        if b'"error"' in data:
            raise RuntimeError(data.decode())
        self.answered()

    def push(
        self, session_ids: tuple[int, ...], data: bytes, *, is_chat: bool, state: str = ""
    ) -> None: ...

    def status(self, user_id: str, status: bytes, session_ids: list[int]) -> None: ...

    def forget(self, session_ids: tuple[int, ...], user_ids: tuple[str, ...]) -> None: ...

    def login_changed(self, session_id: int, user_id: str, platform: Platform | None) -> None: ...

    def close(self, session_id: int, code: CloseCode, reason: str) -> None: ...

    def keys_changed(self, key_ring: KeyRing) -> None: ...

    def admins_changed(self, user_ids: frozenset[str]) -> None: ...

    def heartbeat_timeout_changed(self, timeout: float) -> None: ...

    def charge(self, session_id: int, cost: float) -> None: ...

    def go_away(self, session_ids: set[int]) -> None:
        self.gone_away(session_ids)

    def flush(self) -> None: ...
