"""What the backend's page says is true."""

import re
from pathlib import Path

import pytest

from imtui.cli.main import build_parser
from imtui.protocol import limits
from imtui.server.core.console import Console
from imtui.server.core.logins.reads import Figures
from imtui.server.metrics import Metrics
from imtui.server.node.settings.file import SettingsSource
from imtui.server.node.settings.settings import SETTINGS, NodeSettings
from tests.pages import blocks, page_of, section, table_names

PAGE = page_of("server")


def test_the_options_are_those_of_serve(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["serve", "--help"])
    offered = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    rows = [line for line in section(PAGE, "Start").splitlines() if line.startswith("| `--")]
    assert set(re.findall(r"--[a-z-]+", "\n".join(rows))) == offered


def test_the_settings_file_has_all_settings_with_their_defaults(tmp_path: Path) -> None:
    (text,) = blocks(PAGE, "toml")
    file = tmp_path / "imtui.toml"
    file.write_text(text)
    assert SettingsSource({}, file, must_exist=True).read() == NodeSettings()
    keys = set(re.findall(r"^(?:# )?(\w+) = ", text, re.MULTILINE))
    assert keys == set(SETTINGS)
    file.write_text(re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE))
    assert SettingsSource({}, file, must_exist=True).read() != NodeSettings()


def test_the_console_settings_are_all() -> None:
    assert set(Console.__struct_fields__) <= table_names(PAGE, "The console")


def test_the_metrics_are_all() -> None:
    counts = Figures(sessions=0, devices=0, accounts={}, subscriptions=0, friendships=0)
    names = {family.name for family in Metrics().families(counts)}
    assert table_names(PAGE, "Health and metrics") == names


def test_the_limits_are_those_of_the_code() -> None:
    rows = re.findall(r"^\|[^|]+\| ([\d,]+) \| `(\w+)` \|$", section(PAGE, "Limits"), re.MULTILINE)
    assert len(rows) > 10
    for number, name in rows:
        assert getattr(limits, name) == int(number.replace(",", "")), name
