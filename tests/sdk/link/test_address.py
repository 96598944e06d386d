import pytest

from imtui.sdk import ErrorCode, IMClient, IMError
from imtui.sdk.link.address import Address, first_url, rest_addresses, web_socket_addresses


@pytest.mark.parametrize(
    "url",
    [
        "ws://127.0.0.1:7788",
        "ws://127.9.9.9",
        "ws://localhost:1/",
        "ws://LOCALHOST:1/",
        "ws://[::1]:7788",
        "wss://127.0.0.1:1",
    ],
)
def test_this_machine_needs_no_encryption(url: str) -> None:
    assert web_socket_addresses(url) == (Address(url, None, local=True),)


def test_a_unix_socket_is_this_machine() -> None:
    (address,) = web_socket_addresses("ws+unix:///run/imtui/ws.sock")
    assert address == Address("ws://localhost/", "/run/imtui/ws.sock", local=True)


@pytest.mark.parametrize("host", ["example.org", "10.0.0.1", "localhost.example.org", "[::2]"])
def test_another_machine_needs_encryption_or_permission(host: str) -> None:
    with pytest.raises(IMError, match="--insecure") as refused:
        web_socket_addresses(f"ws://{host}:7788")
    assert refused.value.code == ErrorCode.ERR_INVALID_PARAMETERS
    assert not web_socket_addresses(f"ws://{host}:7788", insecure=True)[0].local
    assert not web_socket_addresses(f"wss://{host}:7788")[0].local


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ws://",
        "http://127.0.0.1",
        "127.0.0.1:7788",
        "ws://127.0.0.1:x",
        "ws://127.0.0.1:99999",
        "ws://[::1",
        "ws+unix://host/path",
        "ws+unix:relative",
        "wss://a,b",
        "wss://a,",
        "wss://a,http://b",
        [],
        ["wss://a", ""],
        [f"wss://a{number}" for number in range(65)],
    ],
)
def test_a_malformed_address_is_refused(url: str | list[str]) -> None:
    with pytest.raises(IMError) as refused:
        web_socket_addresses(url)
    assert refused.value.code == ErrorCode.ERR_INVALID_PARAMETERS


@pytest.mark.parametrize(
    "urls",
    ["wss://a,ws+unix:///b", "wss://a , ws+unix:///b", "wss://a,ws+unix:///b,wss://a"],
)
def test_several_addresses_are_separated_by_commas_or_come_in_a_sequence(urls: str) -> None:
    expected = web_socket_addresses(["wss://a", "ws+unix:///b"])
    assert [address.url for address in expected] == ["wss://a", "ws://localhost/"]
    assert web_socket_addresses(urls) == expected
    assert first_url(urls) == "wss://a"


@pytest.mark.parametrize(
    "url", ["wss://a/b,c", "ws+unix:///run/a,b.sock", "wss://a/?x=1,2", "wss://a/, b"]
)
def test_a_comma_in_a_path_separates_nothing(url: str) -> None:
    assert len(web_socket_addresses(url)) == 1
    assert first_url(url) == url


def test_each_of_several_addresses_is_checked() -> None:
    with pytest.raises(IMError, match="--insecure"):
        web_socket_addresses("ws://127.0.0.1:1,ws://example.org")
    for without_scheme in ("wss://a,b", "wss://a:1,b:2", ["wss://a,wss://b"]):
        with pytest.raises(IMError, match="wss:// before each"):
            web_socket_addresses(without_scheme)
    addresses = web_socket_addresses("ws://127.0.0.1:1,ws://example.org", insecure=True)
    assert [address.local for address in addresses] == [True, False]


def test_rest_has_the_same_rules() -> None:
    assert rest_addresses("http+unix:///run/rest.sock")[0].unix_path == "/run/rest.sock"
    assert rest_addresses("https://example.org")[0].url == "https://example.org"
    with pytest.raises(IMError, match="--insecure"):
        rest_addresses("http://example.org")


def test_a_client_checks_its_address_when_it_is_made() -> None:
    with pytest.raises(IMError, match="--insecure"):
        IMClient("ws://example.org", 1)
