"""The page on threats names what there is."""

import re

from tests.attacks.registry import ATTACKS
from tests.pages import ROOT, page_of, section

SECTION = section(page_of("server"), "Threats")
LAST_CELLS = [line.split(" | ")[-1] for line in SECTION.splitlines() if line.startswith("| ")]
NAMES = re.findall(r"`([^`]+)`", " ".join(LAST_CELLS))


def test_each_file_and_each_attack_exists() -> None:
    assert len(NAMES) > 20
    files = {name for name in NAMES if name.endswith(".py")}
    assert {name for name in files if not (ROOT / "tests" / name).is_file()} == set()
    assert set(NAMES) - files <= set(ATTACKS)


def test_each_attack_is_named() -> None:
    assert set(ATTACKS) <= set(NAMES)
