"""The lease: which core may write, and for how long.

A row says which session has it until when, and each transaction begins with extending it: so a core
that has lost it writes nothing any more. Others take it when its session or its time has ended.
"""

import sys
import time
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from imtui.server.store.postgres.connection import Connection
from imtui.server.store.postgres.schema import SCHEMA_VERSION
from imtui.server.store.store import DeposedError

TTL: Final = 5.0
"""For how long the lease is extended each time, in seconds."""
LOADING: Final = 120.0
"""For how long it is taken at first: everything is loaded before it can be extended."""

# A holder that was stopped cannot end its transaction, which would keep others from the row.
_END_EXPIRED: Final = """
SELECT pg_terminate_backend(l.pid, 1000) FROM lease l WHERE l.expires < clock_timestamp()
    AND EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.pid = l.pid AND a.usename = current_user)
"""
_IS_FREE: Final = """expires < clock_timestamp()
        OR NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.pid = lease.pid)"""
_TAKE: Final = f"""
UPDATE lease SET epoch = epoch + 1, holder = ?, address = ?, pid = pg_backend_pid(), batch = 0,
    expires = clock_timestamp() + make_interval(secs => ?)
WHERE id IN (
    SELECT id FROM lease WHERE {_IS_FREE}
    FOR UPDATE SKIP LOCKED
)
RETURNING epoch, extract(epoch FROM clock_timestamp())::float8
"""
_EXTEND: Final = """
UPDATE lease SET pid = pg_backend_pid(), batch = ?,
    expires = clock_timestamp() + make_interval(secs => ?) WHERE epoch = ?
RETURNING extract(epoch FROM clock_timestamp())::float8
"""
_LOOK: Final = f"""
SELECT schema_version, {_IS_FREE},
    CASE WHEN expires > clock_timestamp() THEN address ELSE '' END FROM lease
"""
_JOIN: Final = "SELECT link_key, nextval('edge_numbers') FROM lease"
# Waits for a transaction that is just committed.
_BATCH: Final = "SELECT batch FROM lease WHERE epoch = ? FOR UPDATE"

_TAKEN: Final = "Another node has taken over: this one writes nothing any more."


def boot_time() -> float:
    """Return the seconds since the machine was started, those included in which it slept."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class Seen(Struct, frozen=True):
    """What a node sees that does not have the lease."""

    schema_version: int
    """The version of the tables; 0 if there are none."""
    is_free: bool
    """Whether no node has the lease."""
    core_address: str
    """Where edges reach the core of another node; empty if nowhere."""

    @property
    def lacks(self) -> str:
        """Return why this imtui cannot write the database, as a sentence; empty if it can."""
        if self.schema_version <= SCHEMA_VERSION:
            return ""
        return (
            f"The database is of a newer imtui: its tables have version {self.schema_version}, and "
            f"this one knows {SCHEMA_VERSION}. Update imtui on this machine; until then it cannot "
            "have the core."
        )


class Lease:
    """What one core knows of the lease."""

    def __init__(
        self,
        connection: Connection,
        holder: str,
        ttl: float = TTL,
        clock: Callable[[], float] = boot_time,
    ) -> None:
        """Start without the lease.

        Args:
            connection: The session that takes it.
            holder: The name of the node.
            ttl: For how long it is extended each time, in seconds.
            clock: Returns the time in seconds; it does not stand still while the machine sleeps.
        """
        self._connection = connection
        self._holder = holder
        self._ttl = ttl
        self._clock = clock
        self._is_lost = True
        self._is_loading = self._is_long = True
        """Whether it is extended for long, and whether it was."""
        self._extended_at = 0.0
        self._session = 0
        """The session in which it was last extended, durably."""
        self._asked_at = 0.0
        """When it was last extended, durably or not."""
        self._wall_time = 0.0
        """What PostgreSQL's clock showed then, in Unix seconds."""
        self.epoch = 0
        """How often the lease was taken, this time included; 0 without the lease."""

    @property
    def is_held(self) -> bool:
        """Tell whether no other core can have the lease yet."""
        # Without the session, others take it at once.
        connection = self._connection
        is_there = connection.is_open and connection.session == self._session
        return is_there and not self._is_lost and self._clock() < self._extended_at + self._ttl

    @property
    def is_due(self) -> bool:
        """Tell whether it is time to extend it."""
        if not self.is_held or self._is_long is not self._is_loading:
            return True
        return self._clock() >= self._extended_at + self._ttl / 5

    def wall_time(self) -> float:
        """Return the time by PostgreSQL's clock, in Unix seconds: it is the same for all nodes."""
        return self._wall_time + self._clock() - self._asked_at

    def join(self) -> tuple[bytes, int]:
        """Return the key of links, and the first of some numbers for edges of this node.

        Raises what the connection raises, as all of these do.
        """
        key, number = self._connection.execute(_JOIN).fetchone()
        return bytes(key), int(number)

    def look(self) -> Seen:
        """Return what a node sees that does not have the lease."""
        return Seen(*self._connection.execute(_LOOK).fetchone())

    def take(self, address: str = "") -> bool:
        """Take the lease if nobody has it, and tell whether it was taken.

        Args:
            address: Where edges of other nodes reach this core; empty if nowhere.
        """
        execute = self._connection.execute
        execute(_END_EXPIRED)
        began = self._clock()
        found = execute(_TAKE, (self._holder, address, LOADING)).fetchone()
        if found is None:
            return False
        self.epoch, self._wall_time = found
        self._asked_at, self._is_lost = began, False
        self._is_loading = True
        self.confirm()
        return True

    def loaded(self) -> None:
        """Note that the core runs: from now on the lease is extended often."""
        self._is_loading = False

    def extend(self, batch: int) -> None:
        """Extend the lease, as the first statement of a transaction.

        Args:
            batch: The number of the batch that the transaction commits.

        Raises:
            DeposedError: Another core has taken it. Also what the connection raises.
        """
        began = self._clock()
        seconds = LOADING if self._is_loading else self._ttl
        found = self._connection.execute(_EXTEND, (batch, seconds, self.epoch)).fetchone()
        if found is None:
            self._is_lost = True
            raise DeposedError(_TAKEN)
        (self._wall_time,) = found
        self._asked_at = began

    def confirm(self) -> None:
        """Note that the transaction in which it was extended is durable."""
        self._extended_at, self._session = self._asked_at, self._connection.session
        self._is_long = self._is_loading

    def last_batch(self) -> int:
        """Return the number of the last batch that was committed.

        Raises:
            DeposedError: Another core has taken it.
        """
        found = self._connection.execute(_BATCH, (self.epoch,)).fetchone()
        if found is None:
            self._is_lost = True
            raise DeposedError(_TAKEN)
        return int(found[0])
