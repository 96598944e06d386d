"""One row of a list, before it is rendered."""

from collections.abc import Sequence
from dataclasses import dataclass

from imtui.tui.kit.spans import Span


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row: its spans and the user that it stands for."""

    spans: Sequence[Span] = ()
    user_id: str = ""
    """Empty if the row stands for no user."""
