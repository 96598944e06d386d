"""Painted lines need no conversion of colours."""

from pathlib import Path

from textual.filter import ANSIToTruecolor

from imtui.tui.kit.painted import Painted
from tests.tui.harness import running


async def test_the_left_out_filter_would_change_nothing_in_any_theme(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("enter")
        for theme in run.app.available_themes:
            run.app.theme = theme
            await run.settle()
            filters = run.app.get_line_filters()
            conversions = [one for one in filters if isinstance(one, ANSIToTruecolor)]
            painted = [one for one in run.app.main.query("*") if isinstance(one, Painted)]
            assert painted
            for widget in painted:
                assert not {*conversions} & {*widget.get_line_filters()}
                background = widget.background_colors[1]
                for line in widget.render_lines(widget.size.region):
                    for conversion in conversions:
                        converted = conversion.apply(list(line), background)
                        assert converted == list(line), (theme, widget)
