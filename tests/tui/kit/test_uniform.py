"""Uniform widgets look as other widgets do, with one strip for all of their lines."""

from pathlib import Path

import pytest
from textual.geometry import Region
from textual.widget import Widget

from imtui.tui.kit.uniform import Uniform
from tests.tui.harness import Running, running


def _uniform(run: Running) -> list[Uniform]:
    screen = run.app.main
    widgets = [screen, *screen.query("*")]
    return [one for one in widgets if isinstance(one, Uniform) and one.display and one.region]


def _whole(widget: Widget) -> Region:
    return Region(0, 0, widget.region.width, widget.region.height)


@pytest.mark.parametrize("is_ascii", [False, True])
@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 10), (15, 3)])
async def test_the_shared_line_is_what_each_line_would_be(
    tmp_path: Path, size: tuple[int, int], is_ascii: bool
) -> None:
    async with running(tmp_path, size=size, ascii=is_ascii) as run:
        await run.press("enter")
        await run.press("escape", "t", "down", "enter")
        for widget in _uniform(run):
            whole = _whole(widget)
            for crop in (whole, Region(1, 1, whole.width - 1, whole.height - 1)):
                expected = Widget.render_lines(widget, crop)
                assert widget.render_lines(crop) == expected, (widget, crop)


async def test_all_lines_share_a_strip(tmp_path: Path) -> None:
    async with running(tmp_path, size=(120, 40)) as run:
        await run.press("enter")
        uniform = _uniform(run)
        assert {"panes", "friends", "chat", "events"} <= {widget.id for widget in uniform}
        for widget in uniform:
            lines = widget.render_lines(_whole(widget))
            assert len(lines) == widget.region.height > 1
            assert len({id(line) for line in lines}) == 1
