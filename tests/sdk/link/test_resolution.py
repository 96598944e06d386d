"""Names that stand for several IPs, or for none."""

import asyncio

import pytest

from imtui.protocol.errors import IMError
from imtui.sdk.link.address import Address, web_socket_addresses
from imtui.sdk.link.resolution import resolve
from tests.sdk.link.names import Names
from tests.sdk.virtual_time import in_virtual_time

PATIENCE = 2.0


def resolved(addresses: list[Address]) -> list[tuple[str, str | None]]:
    return [(address.url, address.ip) for address in addresses]


def test_a_name_counts_as_many_addresses_as_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(monkeypatch, one=(0, ["192.0.2.1", "192.0.2.2"]), other=(0, ["192.0.2.3"]))

    @in_virtual_time
    async def test() -> None:
        found = await resolve(web_socket_addresses("wss://one,wss://other:99"), PATIENCE)
        assert resolved(found) == [
            ("wss://one", "192.0.2.1"),
            ("wss://one", "192.0.2.2"),
            ("wss://other:99", "192.0.2.3"),
        ]

    test()
    assert names.asked == [("one", 443), ("other", 99)]


@pytest.mark.parametrize("url", ["ws://127.0.0.1:1", "wss://[::1]", "ws+unix:///a"])
@in_virtual_time
async def test_an_ip_and_a_socket_stay_as_they_are(url: str) -> None:
    addresses = web_socket_addresses(url)
    assert await resolve(addresses, PATIENCE) == list(addresses)


def test_a_proxy_resolves_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(monkeypatch, localhost=(0, ["127.0.0.1"]))
    monkeypatch.setenv("https_proxy", "http://192.0.2.9:3128")

    @in_virtual_time
    async def test() -> None:
        found = await resolve(web_socket_addresses("wss://one,wss://localhost"), PATIENCE)
        assert resolved(found) == [("wss://one", None), ("wss://localhost", "127.0.0.1")]

    test()
    assert names.asked == [("localhost", 443)]


@pytest.mark.parametrize("bad", [(0.0, []), (1e6, ["192.0.2.1"])])
def test_a_name_that_cannot_be_resolved_in_time_is_left_out(
    monkeypatch: pytest.MonkeyPatch, bad: tuple[float, list[str]]
) -> None:
    Names(monkeypatch, bad=bad, good=(0, ["192.0.2.2"]))

    @in_virtual_time
    async def test() -> None:
        found = await resolve(web_socket_addresses("wss://bad,wss://good"), PATIENCE)
        assert resolved(found) == [("wss://good", "192.0.2.2")]
        assert asyncio.get_running_loop().time() <= PATIENCE + 0.1

    test()


def test_a_slow_name_is_awaited_if_nothing_else_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch, none=(0, []), slow=(5.0, ["192.0.2.2"]))

    @in_virtual_time
    async def test() -> None:
        found = await resolve(web_socket_addresses("wss://none,wss://slow"), PATIENCE)
        assert resolved(found) == [("wss://slow", "192.0.2.2")]

    test()


def test_if_no_name_is_known_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch, none=(0, []), never=(1.0, []))

    @in_virtual_time
    async def test() -> None:
        with pytest.raises(IMError) as error:
            await resolve(web_socket_addresses("wss://none,wss://never"), PATIENCE)
        assert error.value.code == 9516

    test()


def test_a_name_with_very_many_ips_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch, many=(0, [f"10.0.{n // 256}.{n % 256}" for n in range(4000)]))

    @in_virtual_time
    async def test() -> None:
        assert len(await resolve(web_socket_addresses("wss://many"), PATIENCE)) == 64

    test()
