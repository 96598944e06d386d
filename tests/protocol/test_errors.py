"""Error codes, their names and meanings, and the exception that carries one."""

import pytest

from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters


def test_each_code_says_what_it_means_in_one_line() -> None:
    for code in ErrorCode:
        assert code.meaning.endswith(".")
        assert code.meaning.isprintable()


def test_the_codes_of_the_page() -> None:
    assert int(ErrorCode.ERR_SVR_ACCOUNT_USER_STATUS_DISABLED) == 72001
    assert int(ErrorCode.ERR_SDK_INTERFACE_NOT_SUPPORT) == 7013


def test_a_known_code_brings_its_name_and_meaning() -> None:
    error = IMError(72001)
    assert error.code is ErrorCode.ERR_SVR_ACCOUNT_USER_STATUS_DISABLED
    assert error.symbol == "ERR_SVR_ACCOUNT_USER_STATUS_DISABLED"
    assert error.message == ErrorCode.ERR_SVR_ACCOUNT_USER_STATUS_DISABLED.meaning
    assert error.data == {}
    assert str(error) == "72001 · User status is not enabled in the console."


def test_an_unknown_code_of_a_newer_backend_is_kept() -> None:
    error = IMError(99999)
    assert (error.code, error.symbol, str(error)) == (99999, "", "99999 · Unknown error.")


def test_a_message_and_data_of_its_own() -> None:
    error = IMError(7008, "Slow down.", {"retryAfterMs": 1200})
    assert (error.message, error.data) == ("Slow down.", {"retryAfterMs": 1200})


def test_it_is_an_exception_like_any_other() -> None:
    with pytest.raises(IMError, match="6014"):
        raise IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)


def test_an_invalid_parameter_is_named() -> None:
    error = invalid_parameters("userID", "too long")
    assert (error.code, error.message) == (6017, "userID: too long.")
    assert error.data == {"field": "userID"}
