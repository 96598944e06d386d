"""The address of a client: nobody but a trusted proxy can say that it is another one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.server.edge.addresses import Client, TrustedProxies, network

OWN = ("192.0.2.1", 7788)
REMOTE = "203.0.113.7"
HERE = TrustedProxies()
THERE = TrustedProxies([network("10.0.0.0/8"), network("192.0.2.9")])
TEXTS = st.one_of(
    st.sampled_from(["unknown", "_hidden", "127.0.0.1", "10.1.1.1", "::1", "[::1]:80", "", "x:y"]),
    st.ip_addresses().map(str),
    st.text(),
)


def client(
    proxies: TrustedProxies, peer: str, forwarded_for: str = "", forwarded: str = ""
) -> Client:
    found = proxies.peer((peer, 5), OWN)
    return proxies.client(
        found, [forwarded_for] if forwarded_for else [], [forwarded] if forwarded else []
    )


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", OWN[0], "::ffff:127.0.0.1"])
def test_this_machine_is_trusted_and_not_limited(peer: str) -> None:
    assert client(HERE, peer) == Client(peer.removeprefix("::ffff:"), False)
    assert client(HERE, peer, REMOTE) == Client(REMOTE, True)


@pytest.mark.parametrize("name", ["", None, b"\0abstract", "/run/imtui.sock"])
def test_a_unix_socket_is_this_machine(name: object) -> None:
    peer = HERE.peer(name, "/run/imtui.sock")
    assert HERE.client(peer, [], []) == Client("", False)
    assert HERE.client(peer, [REMOTE], []) == Client(REMOTE, True)


@given(st.ip_addresses(network="203.0.113.0/24").map(str), st.lists(TEXTS), st.lists(TEXTS))
def test_who_is_not_trusted_is_nobody_else(peer: str, one: list[str], two: list[str]) -> None:
    for proxies in (HERE, THERE):
        found = proxies.peer((peer, 5), OWN)
        assert proxies.client(found, one, two) == Client(peer, True)


@given(st.lists(TEXTS, max_size=40).map(", ".join))
def test_what_a_client_sends_never_hides_what_the_proxy_adds(made_up: str) -> None:
    for added in (REMOTE, f"{REMOTE}, 10.7.7.7"):
        assert client(THERE, "10.0.0.5", f"{made_up}, {added}") == Client(REMOTE, True)
    elements = f"{made_up}, for={REMOTE};proto=https, FOR=10.7.7.7"
    assert client(THERE, "10.0.0.5", "", elements) == Client(REMOTE, True)


@given(TEXTS, TEXTS)
def test_whatever_a_proxy_says_the_address_is_one(one: str, two: str) -> None:
    found = client(THERE, "10.0.0.5", one, two)
    assert network(found.address).num_addresses == 1


@pytest.mark.parametrize(
    "element",
    [
        'for="203.0.113.7:4711"',
        "proto=https; For=203.0.113.7",
        'by=10.0.0.1;for="[2001:db8::1]:80", for=203.0.113.7',
    ],
)
def test_forwarded_may_have_ports_quotes_and_other_pairs(element: str) -> None:
    assert client(THERE, "10.0.0.5", "", element).address == REMOTE
    six = client(THERE, "10.0.0.5", "", 'for="[2001:db8:cafe::17]:4711"')
    assert six == Client("2001:db8:cafe::17", True)


def test_a_proxy_that_names_nobody_has_no_limit() -> None:
    for said in ("", "unknown", "10.0.0.7"):
        assert client(THERE, "192.0.2.9", said).is_limited is False


def test_named_proxies_take_the_place_of_this_machine() -> None:
    assert client(THERE, "127.0.0.1", REMOTE) == Client("127.0.0.1", False)
    assert client(THERE, "10.0.0.5", REMOTE) == Client(REMOTE, True)
