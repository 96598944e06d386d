"""A pool in front of PostgreSQL: by session it serves, by transaction it is refused."""

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from imtui.server.store.postgres.connection import Connection
from imtui.server.store.postgres.lease import Lease
from imtui.server.store.postgres.store import PostgresStore
from imtui.server.store.store import StoreError
from tests.server.store.postgres.cluster import ROLE, PostgresServer
from tests.server.store.postgres.opening import Stores, until

# Debian has it where no user finds it.
PGBOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin")


@pytest.fixture
def pool(
    stores: Stores, server: PostgresServer, tmp_path: Path
) -> Iterator[Callable[[str], Connection]]:
    """Return what connects through a pool of some kind."""
    if PGBOUNCER is None:
        pytest.skip("pgbouncer is not installed, and no package of Python has it")
    name = stores.dsn.partition("/t")[2].partition("?")[0]
    with ExitStack() as stack:

        def connect(mode: str) -> Connection:
            with socket.socket() as sock:
                sock.bind(("127.0.0.1", 0))
                port = sock.getsockname()[1]
            file = tmp_path / f"{mode}.ini"
            file.write_text(
                f"[databases]\nt{name} = host={server.folder} user={ROLE}\n[pgbouncer]\n"
                f"pool_mode = {mode}\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
                f"unix_socket_dir =\nauth_type = any\nuser = nobody\n"
            )
            process = subprocess.Popen([PGBOUNCER, file], stderr=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            connection = Connection(f"postgresql://{ROLE}@127.0.0.1:{port}/t{name}")
            stack.callback(connection.close)

            def is_there() -> bool:
                try:
                    connection.open()
                except OSError:
                    return False
                return True

            until(is_there)
            return connection

        yield connect


def test_a_pool_by_session_serves(pool: Callable[[str], Connection]) -> None:
    connection = pool("session")
    store = PostgresStore(connection, Lease(connection, "test"))
    until(store.take_over)
    assert store.load().accounts == []


def test_a_pool_by_transaction_is_refused(pool: Callable[[str], Connection]) -> None:
    connection = pool("transaction")
    with pytest.raises(StoreError, match="a pool by transaction"):
        PostgresStore(connection, Lease(connection, "test"))
