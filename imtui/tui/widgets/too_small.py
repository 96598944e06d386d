"""The notice for a terminal that is too small."""

from textual.widgets import Static


class TooSmall(Static):
    """Asks for a larger terminal; hidden while there is room."""

    def __init__(self) -> None:
        """Make the notice."""
        super().__init__("make me larger", markup=False)
