import pytest

from imtui.sdk import ErrorCode, IMClient, IMError
from imtui.sdk.link.address import Address, rest_address, web_socket_address


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
    assert web_socket_address(url) == Address(url, None, local=True)


def test_a_unix_socket_is_this_machine() -> None:
    address = web_socket_address("ws+unix:///run/imtui/ws.sock")
    assert address == Address("ws://localhost/", "/run/imtui/ws.sock", local=True)


@pytest.mark.parametrize("host", ["example.org", "10.0.0.1", "localhost.example.org", "[::2]"])
def test_another_machine_needs_encryption_or_permission(host: str) -> None:
    with pytest.raises(IMError, match="--insecure") as refused:
        web_socket_address(f"ws://{host}:7788")
    assert refused.value.code == ErrorCode.ERR_INVALID_PARAMETERS
    assert not web_socket_address(f"ws://{host}:7788", insecure=True).local
    assert not web_socket_address(f"wss://{host}:7788").local


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
    ],
)
def test_a_malformed_address_is_refused(url: str) -> None:
    with pytest.raises(IMError) as refused:
        web_socket_address(url)
    assert refused.value.code == ErrorCode.ERR_INVALID_PARAMETERS


def test_rest_has_the_same_rules() -> None:
    assert rest_address("http+unix:///run/rest.sock").unix_path == "/run/rest.sock"
    assert rest_address("https://example.org").url == "https://example.org"
    with pytest.raises(IMError, match="--insecure"):
        rest_address("http://example.org")


def test_a_client_checks_its_address_when_it_is_made() -> None:
    with pytest.raises(IMError, match="--insecure"):
        IMClient("ws://example.org", 1)
