"""The address of a database, and where its password may stand."""

import pytest

from imtui.server.node.shared.address import (
    DatabaseAddress,
    database_address,
    has_password,
    split_link,
)

DSN = "postgresql://imtui@db.example.org/imtui"
WHOLE = "postgresql://imtui:secret@db.example.org/imtui"


@pytest.mark.parametrize(
    ("dsn", "variable", "expected"),
    [
        ("", "", None),
        (DSN, "", DatabaseAddress(DSN)),
        (DSN, "secret", DatabaseAddress(DSN, "secret")),
        ("", WHOLE, DatabaseAddress(WHOLE)),
        (DSN, WHOLE, DatabaseAddress(WHOLE)),
    ],
)
def test_the_variable_has_a_whole_address_or_a_password(
    dsn: str, variable: str, expected: DatabaseAddress | None
) -> None:
    assert database_address(dsn, variable) == expected


@pytest.mark.parametrize("variable", ["secret", "mysql://a/b", "postgresql://[a"])
def test_what_the_variable_cannot_have_is_refused(variable: str) -> None:
    with pytest.raises(ValueError):
        database_address("", variable)


def test_no_address_shows_its_password() -> None:
    shown = f"{DatabaseAddress(WHOLE)} {DatabaseAddress(DSN, 'secret')!r}"
    assert "secret" not in shown
    secrets = ("password", "sslpassword", "oauth_client_secret")
    assert all(has_password(dsn) for dsn in (WHOLE, *(f"{DSN}?{name}=x" for name in secrets)))
    assert not any(has_password(dsn) for dsn in (DSN, f"{DSN}?sslmode=require", ""))


@pytest.mark.parametrize(
    ("text", "expected"), [("10.0.0.5:7790", ("10.0.0.5", 7790)), ("[::1]:0", ("::1", 0))]
)
def test_the_address_of_a_core_has_a_host_and_a_port(text: str, expected: tuple[str, int]) -> None:
    assert split_link(text) == expected
