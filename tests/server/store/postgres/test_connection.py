"""A session of PostgreSQL, as the core uses it."""

import socket

import asyncpg

from imtui.server.store.postgres.connection import Connection
from imtui.server.store.postgres.failures import cannot
from tests.server.store.postgres.cluster import ROLE, PostgresServer


def test_a_machine_that_is_cut_off_does_not_hold_its_session_for_long() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = PostgresServer(listen_addresses="127.0.0.1", port=str(port))
    connection = Connection(f"postgresql://{ROLE}@127.0.0.1:{port}/postgres")
    try:
        connection.open()
        shown = {
            name: int(connection.execute(f"SELECT current_setting('{name}')").fetchone()[0])
            for name in (
                *("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count"),
                "tcp_user_timeout",
            )
        }
        quiet = shown["tcp_keepalives_interval"] * shown["tcp_keepalives_count"]
        assert 0 < shown["tcp_keepalives_idle"] + quiet <= 10
        assert 0 < shown["tcp_user_timeout"] <= 10_000
    finally:
        connection.close()
        server.remove()


def test_what_the_client_says_of_its_own_states_is_told_to_nobody() -> None:
    broken = asyncpg.InternalClientError("cannot switch to state 15")
    assert str(cannot(broken)) == "PostgreSQL cannot be reached: the session broke off."
    nowhere = asyncpg.TargetServerAttributeNotMatched("None of the hosts match 'primary'")
    assert (
        str(cannot(nowhere)) == "PostgreSQL cannot be reached: None of the hosts match 'primary'."
    )
