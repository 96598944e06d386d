"""What the process of an attack is told, and what it tells."""

from collections import Counter
from typing import Final

from msgspec import Struct

from imtui.protocol.usersig import sign

ADDRESS: Final = "203.0.113.7"
"""The address of the attackers: without it they would be on the backend's machine, which is
trusted with more connections than others."""


class Scale(Struct, frozen=True):
    """The size of an attack."""

    connections: int
    amount: int = 0
    """How many messages, users or bytes the attack works on; its module says of what."""
    seconds: float = 60.0
    rest: float = 5.0
    """How long the clients are measured before the attack, in seconds."""
    recovery: float = 3.0
    """How long the backend may take to recover, in seconds."""


class Aim(Struct, frozen=True):
    """A backend, as an attacker knows it."""

    host: str
    port: int
    rest_port: int
    sdk_app_id: int
    secret_key: str
    scale: Scale

    @property
    def netloc(self) -> str:
        """Return the host and the port of its WebSocket."""
        return f"{self.host}:{self.port}"

    def user_sig(self, user_id: str) -> str:
        """Return a UserSig for a user."""
        return sign(user_id, self.sdk_app_id, self.secret_key)


class Tally:
    """What happened to the attackers."""

    def __init__(self) -> None:
        """Start empty."""
        self.counts: Counter[str] = Counter()
        """Answers by code (``0`` for a result), and connections that were closed or refused."""

    def begin(self) -> None:
        """Note that the attack is under way."""
        print("begun", flush=True)
