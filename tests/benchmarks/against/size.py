"""The sizes of the cases."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Size:
    """The sizes of all cases."""

    pairs: int = 10
    """How often both backends are started; two pairs make one ratio."""
    slices: int = 50
    watchers: int = 500
    mesh: int = 70
    """The number of users that are all friends of each other."""
    beating: int = 250
    """The number of connections that send heartbeats."""
    arriving: int = 50
    """The number of logins in a slice."""
    arriving_slices: int = 40
    idle: int = 1000
    """The number of idle connections."""
    lone_every: float = 0.03
    """The pause before each lone change, in seconds."""
    senders: int = 4
    under_way: int = 64
    """The number of sends that each sender keeps under way."""
    messages: int = 150
    """The number of messages of each sender in a slice."""
    message_slices: int = 40
    quiet: float = 0.2
    """The time without data after which all deliveries are complete, in seconds."""
    conversations: int = 250
    kept: tuple[int, int] = (4, 4000)
    """The number of messages in each conversation before a start: few, and many."""
    starts: int = 7
    cleared: tuple[int, int] = (10, 100_000)
    """The number of messages in a conversation to delete: few, and many."""
    deletions: int = 5
    app_friends: int = 10_000
    app_starts: int = 5
    app_window: float = 8.0
    """The duration of the measurement of the app, in seconds."""
    app_quiet: float = 2.0
    """The time without output after which a screen has settled, in seconds."""

    @property
    def users(self) -> list[str]:
        """Return accounts without friends, enough for each case."""
        arriving = self.arriving * self.arriving_slices
        most = max(self.watchers, self.beating, arriving, self.idle)
        return [f"u{number}" for number in range(most)]

    @property
    def friends(self) -> list[str]:
        """Return accounts that are all friends of each other."""
        return [f"m{number}" for number in range(self.mesh)]


FULL: Final = Size()
QUICK: Final = Size(
    pairs=1,
    slices=1,
    watchers=5,
    mesh=4,
    beating=5,
    arriving=3,
    arriving_slices=1,
    idle=100,
    lone_every=0.001,
    senders=2,
    under_way=8,
    messages=20,
    message_slices=1,
    quiet=0.03,
    conversations=2,
    kept=(1, 20),
    starts=1,
    cleared=(1, 20),
    deletions=1,
    app_friends=20,
    app_starts=1,
    app_window=0.6,
    app_quiet=0.3,
)
