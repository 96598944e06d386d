"""Fields of the app's own, in profiles and of friends."""

from collections.abc import Mapping

from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError

Value = str | int
"""An integer or a text, which may be empty in a wish only."""


def merged(
    before: Mapping[str, Value], given: Mapping[str, Value], full: ErrorCode
) -> dict[str, Value]:
    """Return fields of which some are given anew; an empty text takes one away.

    Raises:
        IMError: ``full`` if there would be more than 20.
    """
    after = {name: value for name, value in {**before, **given}.items() if value != ""}
    if len(after) > limits.CUSTOM_FIELDS_MAX:
        raise IMError(full, f"At most {limits.CUSTOM_FIELDS_MAX} fields of the app's own.")
    return after
