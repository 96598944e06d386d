"""A benchmark says what it lacks to measure another program, and goes on without that."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks import messages
from tests.benchmarks.figures import Figure
from tests.benchmarks.peers import needs
from tests.benchmarks.peers.needs import EJABBERD, PROSODY, PROSODY_WITH_SQLITE, SLIXMPP, missing
from tests.benchmarks.sdk import suite as sdk
from tests.benchmarks.server import suite as server
from tests.benchmarks.server.setting import Setting
from tests.benchmarks.suites import Scale


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only folder with programs; there are none at first, and no package."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(needs, "find_spec", lambda name: None)
    monkeypatch.setattr(needs, "ejabberd_library", lambda: None)
    return tmp_path


def add(folder: Path, name: str, text: str) -> None:
    """Add a program."""
    (folder / name).write_text(text)
    (folder / name).chmod(0o700)


def test_what_is_missing_is_named_by_its_package() -> None:
    assert missing(PROSODY) == "apt-get install prosody lua-sec"
    assert missing(PROSODY_WITH_SQLITE) == "apt-get install prosody lua-sec lua-dbi-sqlite3"
    assert missing(EJABBERD) == "apt-get install ejabberd erlang-base"
    assert missing((*PROSODY, SLIXMPP)) == ("apt-get install prosody lua-sec; pip install slixmpp")


@pytest.mark.parametrize(
    ("module", "lacks"), [("ssl", "lua-dbi-sqlite3"), ("dbd.sqlite3", "lua-sec")]
)
def test_a_module_of_lua_is_asked_for_where_prosody_looks(
    programs: Path, module: str, lacks: str
) -> None:
    lua = programs / "lua"
    add(programs, "prosody", f"#!{lua}\n-- Prosody\n")
    add(programs, "lua", f'#!/bin/sh\n[ "$2" = "require \'{module}\'" ]\n')
    assert missing(PROSODY_WITH_SQLITE) == f"apt-get install {lacks}"
    lua.unlink()
    assert missing(PROSODY_WITH_SQLITE) == "apt-get install lua-sec lua-dbi-sqlite3"


def test_all_that_is_needed_may_be_here(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "ejabberd_library", lambda: programs)
    add(programs, "erl", "#!/bin/sh\n")
    assert not missing(EJABBERD)


def test_messages_are_measured_without_a_peer(capsys: pytest.CaptureFixture[str]) -> None:
    figures = list(messages.measure(Scale(quick=True, peers=True)))
    assert figures
    assert not any(figure.partner for figure in figures)
    assert capsys.readouterr().err == (
        "not measured beside Prosody, which is not all here: "
        "apt-get install prosody lua-sec lua-dbi-sqlite3\n"
    )


def test_the_server_is_measured_beside_those_that_are_here(
    programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    beside: list[str] = []

    def case(setting: Setting) -> Iterator[Figure]:
        beside.extend(peer.name for peer in setting.peers)
        yield Figure("server", "one", "ms", [1])

    monkeypatch.setattr(server, "_CASES", {"star": case})
    add(programs, "prosody", f"#!{shutil.which('true', path='/usr/bin:/bin')}\n")
    assert len(list(server.measure(Scale(peers=True)))) == 1
    assert beside == ["Prosody"]
    assert capsys.readouterr().err.endswith("apt-get install ejabberd erlang-base\n")


def test_the_sdk_is_measured_without_a_peer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    beside: list[object] = []

    def run(setting: Setting, storms: int) -> dict[str, list[object]]:
        beside.extend(setting.peers)
        return {"imtui": []}

    monkeypatch.setattr(sdk, "_run", run)
    assert len(list(sdk.measure(Scale(peers=True)))) == 2
    assert beside == []
    assert capsys.readouterr().err.endswith("prosody lua-sec; pip install slixmpp\n")
