"""UserSig: vectors, an independent implementation, every wrong one with its code, and bombs."""

import base64
import hashlib
import hmac
import json
import zlib
from typing import Any

import pytest
import TLSSigAPIv2
from hypothesis import given
from hypothesis import strategies as st

from imtui.protocol import usersig
from imtui.protocol.app_key import KeyRing, SecretKey
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.verification import verify_user_sig
from tests.protocol.verifying import verify

APP = 1_400_000_000
KEY = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"
NOW = 1_700_000_000
SIG = "LvA7d/Iw7gSsnskvVzBDPOCCDbuNCw4GHwTC0bip+B4="
SIG_WITH_USERBUF = "QjT201xPkXk/aM1e+y0vakZb0K2iPrFue++0s5y6bFM="
EXPIRE = 15_552_000

user_ids = st.text("ABCxyz019_-", min_size=1, max_size=32)


def unpack(user_sig: str) -> dict[str, Any]:
    """Return the object in a UserSig."""
    packed = user_sig.replace("*", "+").replace("-", "/").replace("_", "=")
    document: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(packed, validate=True)))
    return document


def pack(document: object) -> str:
    """Return an object, or bytes that are to be taken for one, as a UserSig."""
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    return pack_compressed(zlib.compress(raw))


def pack_compressed(compressed: bytes) -> str:
    """Return compressed bytes as a UserSig."""
    packed = base64.b64encode(compressed).decode()
    return packed.replace("+", "*").replace("/", "-").replace("=", "_")


def document(**changes: object) -> dict[str, object]:
    """Return the object of a good UserSig with some of its fields changed; None removes one."""
    made: dict[str, object] = unpack(usersig.sign("xiaojun", APP, KEY, now=NOW))
    made |= {f"TLS.{name}": value for name, value in changes.items()}
    return {name: value for name, value in made.items() if value is not None}


def code_of(user_sig: str, user_id: str = "xiaojun", app: int = APP, now: float = NOW) -> int:
    """Return the code with which a UserSig is refused."""
    with pytest.raises(IMError) as refused:
        verify(user_sig, user_id, app, KEY, now=now)
    return refused.value.code


def test_the_vector_is_signed() -> None:
    made = unpack(usersig.sign("xiaojun", APP, KEY, EXPIRE, now=NOW))
    assert made == {
        "TLS.ver": "2.0",
        "TLS.identifier": "xiaojun",
        "TLS.sdkappid": APP,
        "TLS.expire": EXPIRE,
        "TLS.time": NOW,
        "TLS.sig": SIG,
    }


def test_the_vector_with_userbuf_is_signed() -> None:
    made = unpack(usersig.sign("xiaojun", APP, KEY, EXPIRE, now=NOW, userbuf=b"abc"))
    assert made["TLS.sig"] == SIG_WITH_USERBUF
    assert made["TLS.userbuf"] == base64.b64encode(b"abc").decode()


@pytest.mark.parametrize("order", [1, -1], ids=["expire first", "time first"])
def test_the_vector_is_accepted_with_its_keys_in_any_order(order: int) -> None:
    items = list(document(sig=SIG).items())[::order]
    claims = verify(pack(dict(items)), "xiaojun", APP, KEY, now=NOW)
    assert (claims.identifier, claims.sdk_app_id, claims.time) == ("xiaojun", APP, NOW)


def test_the_vector_with_userbuf_is_accepted() -> None:
    user_sig = pack(document(sig=SIG_WITH_USERBUF, userbuf="YWJj"))
    assert verify(user_sig, "xiaojun", APP, KEY, now=NOW).userbuf == "YWJj"


def test_it_lives_180_days_unless_told_otherwise() -> None:
    assert unpack(usersig.sign("xiaojun", APP, KEY))["TLS.expire"] == 180 * 24 * 3600


@given(user_ids, st.integers(1, 2**31), st.text(min_size=1), st.none() | st.binary(max_size=100))
def test_an_independent_implementation_agrees_on_ours(
    user_id: str, app: int, key: str, userbuf: bytes | None
) -> None:
    made = unpack(usersig.sign(user_id, app, key, 86400, now=NOW, userbuf=userbuf))
    theirs = TLSSigAPIv2.TLSSigAPIv2(app, key)
    signature = theirs._TLSSigAPIv2__hmacsha256(user_id, NOW, 86400, made.get("TLS.userbuf"))
    assert made["TLS.sig"] == signature.decode()


@given(user_ids, st.integers(1, 2**31), st.text(min_size=1), st.none() | st.binary(max_size=100))
def test_we_agree_on_those_of_an_independent_implementation(
    user_id: str, app: int, key: str, userbuf: bytes | None
) -> None:
    theirs = TLSSigAPIv2.TLSSigAPIv2(app, key)
    if userbuf is None:
        user_sig = theirs.gen_sig(user_id)
    else:
        user_sig = theirs.gen_sig_with_userbuf(user_id, 86400, userbuf)
    assert verify(user_sig, user_id, app, key).identifier == user_id


def test_empty() -> None:
    assert code_of("") == ErrorCode.ERR_SVR_ACCOUNT_USERSIG_EMPTY


@pytest.mark.parametrize(
    "user_sig",
    [
        "x",
        " ",
        "a user sig",
        "eJw",
        "\n" + pack(document()),
        pack(document()) + "\n",
        pack(document())[:-4],
        pack(document())[:40],
        pack(document()).replace("*", "+").replace("-", "/").replace("_", "=") + "+/=",
        "é" * 8,
        "\ud800",
        "\x00",
        pack_compressed(b"not compressed"),
        pack_compressed(zlib.compress(b"{}")[:-3]),
        pack_compressed(zlib.compress(json.dumps(document()).encode()) + b"more"),
        pack(b""),
        pack(b"not JSON"),
        pack(b"[]"),
        pack(b"null"),
        pack(b"\xff\xfe"),
        pack(b"[" * 8000),
        pack({}),
        pack(document(ver=None)),
        pack(document(ver="1.0")),
        pack(document(ver=2.0)),
        pack(document(sig=None)),
        pack(document(sig=5)),
        pack(document(time="1700000000")),
        pack(document(expire=None)),
        pack(document(sdkappid=str(APP))),
        pack(document(identifier=["xiaojun"])),
        pack(document(userbuf=7)),
        pack(json.dumps(document(time=0)).replace(": 0,", f": {'1' * 5000},").encode()),
    ],
)
def test_unreadable(user_sig: str) -> None:
    assert code_of(user_sig) == ErrorCode.ERR_SVR_ACCOUNT_USERSIG_CHECK_FAILED


def test_for_another_app() -> None:
    user_sig = usersig.sign("xiaojun", APP + 1, KEY, now=NOW)
    assert code_of(user_sig) == ErrorCode.ERR_SVR_ACCOUNT_USERSIG_MISMATCH_SDKAPPID


@pytest.mark.parametrize("user_id", ["Xiaojun", "xiaojun2", "", "xiaojun\n", "\ud800"])
def test_for_another_user(user_id: str) -> None:
    user_sig = usersig.sign("xiaojun", APP, KEY, now=NOW)
    assert code_of(user_sig, user_id) == ErrorCode.ERR_SVR_ACCOUNT_USERSIG_MISMATCH_ID


def test_made_with_another_key() -> None:
    user_sig = usersig.sign("xiaojun", APP, KEY + "0", now=NOW)
    assert code_of(user_sig) == ErrorCode.ERR_SVR_ACCOUNT_USERSIG_MISMATCH_PUBLICKEY


@pytest.mark.parametrize(
    "changes",
    [
        {"time": NOW + 1},
        {"expire": EXPIRE + 1},
        {"userbuf": "YWJj"},
        {"sig": ""},
        {"sig": SIG_WITH_USERBUF},
        {"sig": "日本"},
    ],
)
def test_what_was_changed_after_signing_no_longer_has_the_right_signature(
    changes: dict[str, object],
) -> None:
    user_sig = pack(document(**changes))
    assert code_of(user_sig) == ErrorCode.ERR_SVR_ACCOUNT_USERSIG_MISMATCH_PUBLICKEY


def test_it_may_be_five_minutes_ahead_and_no_more() -> None:
    verify(usersig.sign("xiaojun", APP, KEY, now=NOW + 300), "xiaojun", APP, KEY, now=NOW)
    ahead = usersig.sign("xiaojun", APP, KEY, now=NOW + 301)
    with pytest.raises(usersig.UserSigAheadError) as refused:
        verify(ahead, "xiaojun", APP, KEY, now=NOW)
    assert (refused.value.code, refused.value.ahead) == (70003, 301)
    assert code_of(usersig.sign("xiaojun", APP, f"{KEY}0", now=NOW + 301)) == 70009


def test_it_expires_at_its_very_second() -> None:
    user_sig = usersig.sign("xiaojun", APP, KEY, 60, now=NOW)
    assert verify(user_sig, "xiaojun", APP, KEY, now=NOW + 59.999).expire == 60
    assert code_of(user_sig, now=NOW + 60) == ErrorCode.ERR_SVR_ACCOUNT_USERSIG_EXPIRED


def test_the_codes_come_in_their_order() -> None:
    """Each of them is wrong in all the ways that come after the one that is told."""
    wrong_in_all = usersig.sign("other", APP + 1, KEY + "0", 1, now=0)
    wrong_user = usersig.sign("other", APP, KEY + "0", 1, now=0)
    wrong_key = usersig.sign("xiaojun", APP, KEY + "0", 1, now=0)
    expired = usersig.sign("xiaojun", APP, KEY, 1, now=0)
    codes = [code_of(sig) for sig in ("", "?", wrong_in_all, wrong_user, wrong_key, expired)]
    assert codes == [70002, 70003, 70014, 70013, 70009, 70001]


def padded(size: int) -> str:
    """Return a good UserSig whose packed form has ``size`` characters."""
    compressed_size = size // 4 * 3
    for length in range(3 * size):
        # Level 0, so that the size grows by one with each character.
        raw = json.dumps(document(padding="x" * length)).encode()
        compressed = zlib.compress(raw, 0)
        if len(compressed) == compressed_size:
            return pack_compressed(compressed)
    raise AssertionError(size)


def test_packed_4_kb_and_no_more() -> None:
    allowed, refused = padded(4096), padded(4100)
    assert (len(allowed), len(refused)) == (4096, 4100)
    assert verify(allowed, "xiaojun", APP, KEY, now=NOW)
    assert code_of(refused) == ErrorCode.ERR_SVR_ACCOUNT_USERSIG_CHECK_FAILED


def test_unpacked_8_kb_and_no_more() -> None:
    room = 8192 - len(json.dumps(document(padding="")))
    allowed, refused = (pack(document(padding="x" * size)) for size in (room, room + 1))
    assert verify(allowed, "xiaojun", APP, KEY, now=NOW)
    assert code_of(refused) == ErrorCode.ERR_SVR_ACCOUNT_USERSIG_CHECK_FAILED


def test_a_decompression_bomb_is_inflated_no_further_than_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    inflated: list[int] = []
    real = zlib.decompressobj

    class Watched:
        def __init__(self) -> None:
            self._inflate = real()
            self.eof = False
            self.unused_data = b""

        def decompress(self, data: bytes, most: int) -> bytes:
            asked.append(most)
            inflated.append(len(out := self._inflate.decompress(data, most)))
            self.eof = self._inflate.eof
            return out

    bomb = pack(b" " * 3_000_000)
    assert len(bomb) <= 4096
    monkeypatch.setattr("imtui.protocol.usersig.zlib.decompressobj", Watched)
    assert code_of(bomb) == ErrorCode.ERR_SVR_ACCOUNT_USERSIG_CHECK_FAILED
    assert asked == inflated == [8193]


@given(st.text() | st.binary().map(pack_compressed) | st.binary().map(pack))
def test_rubbish_is_empty_or_unreadable_and_nothing_else(user_sig: str) -> None:
    assert code_of(user_sig) == (70003 if user_sig else 70002)


@given(
    st.dictionaries(
        st.sampled_from(["ver", "identifier", "sdkappid", "expire", "time", "sig", "userbuf"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.none()),
        min_size=1,
    )
)
def test_a_tampered_one_is_refused_with_a_code(changes: dict[str, object]) -> None:
    tampered = document(**changes)
    if tampered != document():
        assert code_of(pack(tampered)) in {70003, 70014, 70013, 70009, 70001}


def test_the_order_of_refusal_needs_no_proof_to_read() -> None:
    forged = usersig.sign("xiaojun", APP, "a key that nobody has", now=NOW)
    assert usersig.read(forged).identifier == "xiaojun"


def test_any_of_several_keys_suffices_and_the_newest_is_tried_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[bytes] = []

    def digest(key: bytes, message: bytes, how: object) -> bytes:
        tried.append(key)
        return hmac.HMAC(key, message, hashlib.sha256).digest()

    monkeypatch.setattr(hmac, "digest", digest)
    keys = ("newest", "earlier", "earliest")
    for number, key in enumerate(keys, 1):
        user_sig = usersig.sign("xiaojun", APP, key, now=NOW)
        tried.clear()
        verify(user_sig, "xiaojun", APP, *keys, now=NOW)
        assert tried == [one.encode() for one in keys[:number]]
    for others in ((), ("another",), ("another", "yet another")):
        with pytest.raises(IMError) as error:
            verify(user_sig, "xiaojun", APP, *others, now=NOW)
        assert error.value.code == 70009


def test_a_key_whose_end_has_come_verifies_nothing() -> None:
    ring = KeyRing(APP, (SecretKey(2, "new"), SecretKey(1, "old", 0, NOW * 1000)))
    user_sig = usersig.sign("xiaojun", APP, "old", now=NOW - 1)
    verify_user_sig(ring, APP, "xiaojun", user_sig, NOW * 1000 - 1)
    for unix_ms in (NOW * 1000, NOW * 1000 + 1):
        with pytest.raises(IMError) as error:
            verify_user_sig(ring, APP, "xiaojun", user_sig, unix_ms)
        assert error.value.code == 70009
