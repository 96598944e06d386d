"""Redaction of secrets in log text."""

import json
import unicodedata
from collections.abc import Callable
from typing import Final
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.cli.redaction import REDACTED, redact
from imtui.protocol.messages import LoginParams
from imtui.protocol.usersig import sign

user_sigs = st.builds(
    sign,
    st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True),
    st.integers(1, 2**32),
    st.text(min_size=1, max_size=64),
    st.integers(1, 2**31),
    now=st.integers(0, 2**32),
    userbuf=st.none() | st.binary(max_size=64),
)
around = st.text(max_size=20)

FORMS: Final[list[Callable[[str], str]]] = [
    str,
    repr,
    lambda sig: f"UserSig {sig} is refused",
    lambda sig: f"(1400000000, {sig!r})",
    lambda sig: f"user_sig={sig}",
    lambda sig: f"userSig: {sig}, userID: alice",
    lambda sig: f"IMTUI_USERSIG={sig} imtui",
    lambda sig: f"wss://im.example/?usersig={sig}&identifier=admin",
    lambda sig: f"https://im.example/v4/x?sdkappid=1&usersig={quote(sig, safe='')}&random=1",
    lambda sig: f"https://im.example/v4/x?a={quote(sig, safe='')}",
    lambda sig: f"Authorization: Bearer {sig}",
    lambda sig: repr({"authorization": f"UserSig {sig}"}),
    lambda sig: repr([(b"Authorization", sig.encode())]),
    lambda sig: json.dumps({"userSig": sig, "userID": "alice"}),
    lambda sig: repr(json.dumps({"userSig": sig}).encode()),
    lambda sig: json.dumps(json.dumps({"userSig": sig})),
    lambda sig: repr(LoginParams(1, "alice", sig)),
    lambda sig: repr(("userSig", sig)),
    lambda sig: f"ValueError: {sig}\n  File 'x.py', line 1, in {sig}",
    lambda sig: "\u200b".join(sig),
]


@given(user_sigs, st.sampled_from(FORMS), around, around)
def test_user_sigs_are_redacted(
    sig: str, form: Callable[[str], str], before: str, after: str
) -> None:
    cleaned = redact(f"{before} {form(sig)} {after}")

    assert REDACTED in cleaned
    assert not any(sig[start : start + 16] in cleaned for start in range(len(sig) - 15))


@given(st.from_regex(r"[0-9a-f]{64}", fullmatch=True), around)
def test_secret_keys_are_redacted(key: str, before: str) -> None:
    assert key[:16] not in redact(f"{before} {key}")


@given(st.text(min_size=12))
def test_named_secrets_are_redacted(secret: str) -> None:
    in_json = json.dumps(secret)
    assert in_json[1:-1] not in redact(f'{{"secretKey": {in_json}, "sdkAppID": 1}}')
    assert repr(secret)[1:-1] not in redact(f"AppKey(sdk_app_id=1, secret_key={secret!r})")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("wss://alice:pass@im.example/x", f"wss://{REDACTED}@im.example/x"),
        ("password=hunter2, user=alice", f"password={REDACTED}, user=alice"),
        ("Cookie: a=b; c=d", f"Cookie: {REDACTED}"),
        ('"TLS.sig": "c2ln", "x": 1', f'"TLS.sig": {REDACTED}, "x": 1'),
        ("a\x1b[31mb\x00", "a\ufffd[31mb\ufffd"),
        ("one\r\ntwo", "one \ntwo"),
    ],
)
def test_other_secrets_and_control_characters(text: str, cleaned: str) -> None:
    assert redact(text) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "imtui 0.1.0 starts with Python 3.11.2 on linux, TERM is xterm-256color",
        "The UserSig has expired.",
        "The UserSig's file /home/Alice/alice.sig cannot be read",
        "joins app 1400000000 at ws+unix:///run/user/1000/imtui-3f2a/ws as device Desk 2 "
        "(0123456789abcdef0123456789abcdef)",
        '  File "/opt/Venv3/lib/python3.11/site-packages/websockets/asyncio/client.py", line 12, '
        "in test_what_was_cleared_while_away_is_subscribed_to_again",
        "70009 · The UserSig was made with another key.",
    ],
)
def test_harmless_text_is_unchanged(text: str) -> None:
    assert redact(text) == text


@given(st.text(st.characters()))
def test_control_characters_are_removed_and_lines_kept(text: str) -> None:
    cleaned = redact(text)

    assert cleaned.count("\n") == text.count("\n")
    assert all(
        char == "\n" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
        for char in cleaned
    )


@pytest.mark.parametrize("unit", ["x", "\\", '"', "userSig=", "a1B_", "://", "token'", " ", "%41"])
def test_long_texts_are_redacted_quickly(unit: str) -> None:
    redact(unit * (300_000 // len(unit)))
