"""One row of a list, before it is painted."""

from collections.abc import Sequence
from dataclasses import dataclass

from imtui.tui.kit.spans import Span


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row; what it is about, and what it shows."""

    spans: Sequence[Span] = ()
    user_id: str = ""
    """Whom it is about; empty if nobody."""
