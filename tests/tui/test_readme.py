"""What the app's page says is true."""

import re

from imtui.tui.commands.catalogue import COMMAND_IDS, DEFAULT_KEYS, keys_table
from imtui.tui.kit.key_names import key_parsers
from imtui.tui.kit.moves import MOVE_IDS
from imtui.tui.settings.reading import parse_settings
from imtui.tui.settings.schema import AlertSettings, AwaySettings, Settings
from tests.pages import blocks, page_of

PAGE = page_of("tui")


def test_the_table_of_keys_is_the_registrys() -> None:
    table = re.search(r"<!-- keys:.*?-->\n(.*?)<!-- /keys -->", PAGE, re.DOTALL)
    assert table is not None
    assert table[1].strip() == keys_table().strip()


def test_the_settings_it_shows_are_read() -> None:
    (text,) = blocks(PAGE, "toml")
    parsed = parse_settings(text, "settings.toml", key_parsers(COMMAND_IDS), DEFAULT_KEYS)
    assert not parsed.problems
    assert parsed.settings.theme == "nord"


def test_the_settings_it_shows_are_all() -> None:
    (text,) = blocks(PAGE, "toml")
    shown = set(re.findall(r"^\[?(\w+)", text, re.MULTILINE))
    for kind in (Settings, AlertSettings, AwaySettings):
        assert set(kind.__struct_fields__) <= shown
    assert set(re.findall(r"[\w-]+", text)) >= MOVE_IDS
