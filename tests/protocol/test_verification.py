"""Verifying UserSigs: what a proof says fits into every message and database."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.protocol.app_key import AppKey
from imtui.protocol.limits import CLOCK_AHEAD_MAX, UNIX_MS_MAX
from imtui.protocol.usersig import UserSigAheadError, sign
from imtui.protocol.verification import verify_user_sig
from tests.server.trusting import ring_of

APP = 1400000000
SECRET = "secret"
NOW = 1_800_000_000
HUGE = 10**40


@given(ahead=st.integers(CLOCK_AHEAD_MAX + 1, 10**400))
def test_any_time_that_is_too_far_ahead_is_refused_as_such(ahead: int) -> None:
    user_sig = sign("alice", APP, SECRET, now=NOW + ahead)
    with pytest.raises(UserSigAheadError):
        verify_user_sig(ring_of(AppKey(APP, SECRET)), APP, "alice", user_sig, NOW * 1000)


@given(made=st.integers(-HUGE, NOW), more=st.integers(1, HUGE))
def test_any_time_that_an_app_signs_gives_a_proof_of_bounded_times(made: int, more: int) -> None:
    user_sig = sign("alice", APP, SECRET, NOW - made + more, now=made)
    ring = ring_of(AppKey(APP, SECRET))
    proof = verify_user_sig(ring, APP, "alice", user_sig, NOW * 1000)
    assert 0 <= proof.made <= NOW
    assert NOW < proof.sig_id.expires_at <= UNIX_MS_MAX // 1000
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(proof), type=type(proof)) == proof
