"""What a setting can be, in a file and on the command line alike."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.server.node.settings.settings import SETTINGS

DSN = "postgresql://imtui@db.example.org/imtui"
GOOD: dict[str, list[tuple[object, object]]] = {
    "host": [("::", ("::",)), (["a", "b", "a"], ("a", "b"))],
    "port": [(0, 0), (65535, 65535)],
    "rest_port": [(1, 1)],
    "edges": [(0, 0), (64, 64)],
    "database": [(DSN, DSN), ("postgres://a:b@[::1]:1/c?sslmode=require",) * 2],
    "node_name": [("db-1.example_2",) * 2, ("x" * 64,) * 2],
    "link": [("10.0.0.5:7790",) * 2, ("[fd00::5]:0",) * 2],
    "tls_cert": [("/a", Path("/a"))],
    "tls_key": [("/a", Path("/a"))],
    "ca_file": [("/a", Path("/a"))],
    "allow_origin": [("https://a.example:1", ("https://a.example:1",)), ([], ()), ("null",) * 2],
    "max_connections": [(1, 1), (1_000_000_000, 1_000_000_000)],
    "max_per_address": [(1, 1)],
    "trusted_proxy": [([], ())],
    "disk_reserve": [(0, 0)],
    "log_level": [("error", "error")],
}
BAD: dict[str, list[object]] = {
    "host": ["", [], 1, ["a", 1], "a b", "[::]", "a\n", "x" * 256, ["a"] * 257, {}, [["a"]]],
    "port": [-1, 65536, "7788", 1.0, True, [1], {}, "x"],
    "rest_port": [-1],
    "edges": [-1, 65, "2", "all", True],
    "database": ["", "imtui.db", "mysql://a/b", "postgresql://[a/b", f"{DSN}\n", 1],
    "node_name": ["", "x" * 65, "a b", "é", "a/b", "a\n", 1],
    "link": ["", "10.0.0.5", ":7790", "a:65536", "a:b", "a b:1", "a:1\n", 7790],
    "tls_cert": ["", 1, ["a"], "a\0b"],
    "tls_key": ["", False],
    "ca_file": ["", 1],
    "allow_origin": ["chat.example.org", "https://a.example/", "*", 5],
    "max_connections": [0, -1, 1_000_000_001, "many"],
    "max_per_address": [0, 0.5],
    "trusted_proxy": ["proxy.example", "10.0.0.0/40", 10],
    "disk_reserve": [-1, 1.5, 10**12],
    "log_level": ["debug", "INFO", 20],
}


def items(cases: dict[str, list[Any]]) -> list[tuple[str, Any]]:
    """Return the cases of all settings that there are."""
    return [(name, case) for name in SETTINGS for case in cases[name]]


@pytest.mark.parametrize(("name", "case"), items(GOOD))
def test_a_value_that_is_right_is_taken(name: str, case: tuple[object, object]) -> None:
    value, expected = case
    if isinstance(expected, str):
        expected = (expected,) if SETTINGS[name].kind.is_list else expected
    assert SETTINGS[name].kind.check(value) == expected


def test_auto_edges_leave_a_core_for_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = SETTINGS["edges"].kind
    for cores, edges in ((8, 7), (1, 1), (None, 1)):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        assert kind.parse("auto") == kind.check("auto") == edges


@pytest.mark.parametrize(("name", "value"), items(BAD))
def test_a_value_that_is_wrong_is_refused_in_one_line_that_says_what_is_wanted(
    name: str, value: object
) -> None:
    with pytest.raises(ValueError, match=r"^must (not )?(be|have) .+\.$") as refused:
        SETTINGS[name].kind.check(value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("name", SETTINGS)
@given(text=st.text(max_size=40) | st.integers().map(str))
def test_an_option_takes_what_the_file_takes(name: str, text: str) -> None:
    kind = SETTINGS[name].kind
    written = {text, int(text)} if text.isascii() and text.isdecimal() else {text}
    try:
        parsed = kind.parse(text)
    except ValueError as error:
        assert "is not" in str(error)
        for value in written:
            with pytest.raises(ValueError, match="must be"):
                kind.check(value)
    else:
        assert any(_is_accepted(kind, value, parsed) for value in written)


def _is_accepted(kind: Any, value: object, parsed: object) -> bool:
    try:
        checked = kind.check(value)
    except ValueError:
        return False
    return bool(checked == ((parsed,) if kind.is_list else parsed))


@pytest.mark.parametrize("dsn", [DSN.replace("@", ":secret@"), f"{DSN}?password=secret"])
def test_an_option_shows_no_password(dsn: str) -> None:
    kind = SETTINGS["database"].kind
    with pytest.raises(ValueError, match="cannot have a password: put it into IMTUI_DATABASE"):
        kind.parse(dsn)
    assert kind.check(dsn) == dsn
