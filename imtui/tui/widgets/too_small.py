"""What a terminal shows in which nothing fits."""

from textual.widgets import Static


class TooSmall(Static):
    """A request for more room; hidden while there is enough."""

    def __init__(self) -> None:
        """Make it."""
        super().__init__("make me larger", markup=False)
