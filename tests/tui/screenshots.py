"""Write the images in ``screenshots/``: ``python -m tests.tui.screenshots``."""

import asyncio
import tempfile
from pathlib import Path

from tests.tui.scenes import FOLDER, SCENES


async def main() -> None:
    """Write a screenshot of each scene."""
    for scene in SCENES:
        with tempfile.TemporaryDirectory() as folder:
            svg = await scene.render_svg(Path(folder))
        (FOLDER / f"{scene.name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
