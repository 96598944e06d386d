"""Each scene matches its picture in ``screenshots/``: the same words, colours and positions."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from imtui.demo.cast import CAST
from tests.tui.scenes import FOLDER, SCENES, Scene

_STYLE = re.compile(r"\.terminal-(r\d+)\s*\{([^}]*)\}")


def elements(svg: str) -> list[tuple[str, ...]]:
    """Return the elements of a picture in reading order, without the names of its styles."""
    styles = dict(_STYLE.findall(svg))
    parts: list[tuple[float, float, tuple[str, ...]]] = []
    for element in ElementTree.fromstring(svg).iter():
        x, y = float(element.get("x", "0")), float(element.get("y", "0"))
        kind = element.tag.rpartition("}")[2]
        if kind == "text":
            style = styles.get((element.get("class") or "").removeprefix("terminal-"), "")
            words = (element.text or "").replace("\xa0", " ")
            parts.append((y, x, ("text", words, " ".join(style.split()))))
        elif kind == "rect":
            parts.append((y, x, ("rect", element.get("fill", ""), element.get("width", ""))))
    return [part for _, _, part in sorted(parts)]


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_the_scene_matches_its_picture(scene: Scene, tmp_path: Path) -> None:
    file = FOLDER / f"{scene.name}.svg"
    now = elements(await scene.render_svg(tmp_path))
    assert now == elements(file.read_text(encoding="utf-8")), (
        "If the change is intended, run: python -m tests.tui.screenshots"
    )


async def test_the_ascii_scene_draws_only_ascii(tmp_path: Path) -> None:
    scene = next(scene for scene in SCENES if scene.ascii)
    words = "".join(
        part[1] for part in elements(await scene.render_svg(tmp_path)) if part[0] == "text"
    )
    remote = {char for person in CAST for text in person.texts for char in text}
    assert {char for char in words if not char.isascii()} <= remote
