"""What the settings of webhooks and heartbeats accept, and in which words they refuse."""

import math

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.protocol.errors import IMError
from imtui.protocol.rest.callback import CallbackCommand
from imtui.server.core.console import SECRETS, Console
from imtui.server.core.console_values import check_webhook_url

URLS = [
    "",
    "http://localhost/",
    "https://app.example.org",
    "https://app.example.org:8443/callback?from=imtui&a=%20",
    "http://127.0.0.1:80",
    "http://[::1]:8080/x",
    "https://xn--bcher-kva.example/",
]
NO_URLS = [
    "ftp://localhost/",
    "http://",
    "http:///path",
    "http://a b/",
    "http://localhost:65536/",
    "http://me:secret@host/",
    "http://host/\n",
    "http://host/\x00",
    "http://1.2.3.400/",
    "http://[::g]/",
    "http://a..b/",
    "http://" + "a" * 64 + "/",
    "https://host/" + "a" * 2048,
    None,
    7,
    ["http://localhost/"],
]


def refusal(name: str, value: object) -> str:
    with pytest.raises(IMError) as refused:
        Console().with_settings({name: value})
    assert refused.value.code == 70402
    message = refused.value.message
    assert message.startswith(f"{name} is ")
    assert "\n" not in message
    return message


@pytest.mark.parametrize("url", URLS)
def test_an_address_is_taken_as_it_is(url: str) -> None:
    assert Console().with_settings({"webhook_url": url}).webhook_url == url


@pytest.mark.parametrize("url", NO_URLS)
def test_what_is_no_address_is_refused_and_not_quoted(url: object) -> None:
    assert "secret" not in refusal("webhook_url", url)


@given(st.from_regex(r"\Ahttps?://[!-~]{0,40}\Z") | st.text(max_size=40))
def test_what_is_taken_can_be_called(text: str) -> None:
    try:
        url = check_webhook_url(text)
    except ValueError:
        return
    if url:
        parsed = httpx.URL(url)
        assert parsed.host
        assert not parsed.userinfo
        assert parsed.scheme in ("http", "https")


@pytest.mark.parametrize(
    "value", ["a\nb", " a", "a" * 4097, "é" * 2049, "\x1b[2J", 7, None, "(set)"]
)
def test_what_is_no_token_is_refused_and_not_quoted(value: object) -> None:
    assert refusal("webhook_token", value).endswith("bytes, or empty for none.")


def test_the_token_is_shown_as_set_only() -> None:
    console = Console().with_settings({"webhook_token": "nobody may see this"})
    assert console.webhook_token == "nobody may see this"
    assert console.shown.webhook_token == console.text_of("webhook_token") == "(set)"
    assert Console().shown == Console()
    assert set(SECRETS) <= set(Console.__struct_fields__)


@pytest.mark.parametrize(
    "value",
    [
        "State.StateChange, C2C.CallbackAfterSendMsg,State.StateChange",
        ["State.StateChange", "C2C.CallbackAfterSendMsg"],
        ("C2C.CallbackAfterSendMsg", "State.StateChange"),
    ],
)
def test_callbacks_are_a_list_or_its_text(value: object) -> None:
    commands = Console().with_settings({"webhook_commands": value}).webhook_commands
    assert commands == (CallbackCommand.AFTER_SEND_MSG, CallbackCommand.STATE_CHANGE)
    again = Console().with_settings({"webhook_commands": ",".join(commands)})
    assert again.webhook_commands == commands


@pytest.mark.parametrize("value", ["", [], ()])
def test_no_callbacks_are_all_that_follow_an_event(value: object) -> None:
    assert Console().with_settings({"webhook_commands": value}).webhook_commands == ()


@pytest.mark.parametrize("value", ["State.Change", ["State.StateChange", 1], [None], {}, 3, None])
def test_an_unknown_callback_is_told_with_those_there_are(value: object) -> None:
    assert all(command in refusal("webhook_commands", value) for command in CallbackCommand)


@pytest.mark.parametrize("value", [0.05, "0.05", 3, "400", 86_400.0])
def test_a_timeout_is_a_number_of_seconds_or_its_text(value: float | str) -> None:
    console = Console().with_settings({"heartbeat_timeout": value})
    assert console.heartbeat_timeout == float(value)


@pytest.mark.parametrize(
    "value", [0, -1, math.nan, math.inf, "nan", "x", "", True, None, [], 86_401, 10**400]
)
def test_anything_else_is_no_timeout(value: object) -> None:
    assert "86400" in refusal("heartbeat_timeout", value)
